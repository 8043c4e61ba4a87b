import ArgumentParser
import FoundationEssentials
import SluiceCore
import SluiceGateways
import SluiceOperations

struct GatewaysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateways", abstract: "List and add gateways.",
        discussion: """
            EXAMPLES:
              sluice gateways list
              sluice gateways add main --dialect gowa --base-url http://10.0.0.5:3000 --default --credentials-file gowa.json
            """,
        subcommands: [List.self, Add.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List gateways; credentials are shown by name only.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let gateways = try await session.listGateways()
                try options.show(gateways) { DeviceText.render(gateways, width: $0) }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a gateway.",
            discussion: """
                Credentials are a JSON object of strings, such as {"username":"u","password":"p"}. They are read from a file or from an \
                environment variable, never from the command line, which other users of the machine can see.
                """)

        @Argument(help: "What it is called here.")
        var id: String
        @Option(help: "\(Dialect.names.joined(separator: " or ")).")
        var dialect: String
        @Option(help: ArgumentHelp("Where it listens.", valueName: "url"))
        var baseURL: String
        @Flag(name: .customLong("default"), help: "Devices that name no gateway take this one.")
        var isDefault = false
        @Option(help: ArgumentHelp("A file with the credentials.", valueName: "file"))
        var credentialsFile: String?
        @Option(help: ArgumentHelp("An environment variable with the credentials.", valueName: "name"))
        var credentialsEnv: String?
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if credentialsFile != nil, credentialsEnv != nil {
                throw ValidationError("give --credentials-file or --credentials-env, not both")
            }
        }

        func run() async throws {
            try await options.change(id, told: "added") { session in
                var gateway = NewGateway(id: id, dialect: dialect, baseURL: baseURL)
                gateway.isDefault = isDefault
                gateway.credentials = try credentials()
                try GatewayAdapters.named(dialect).validate(credentials: gateway.credentials)
                try await session.addGateway(gateway)
            }
        }

        private func credentials() throws -> [String: String] {
            let text: Data
            if let credentialsFile {
                text = try Data(contentsOf: URL(filePath: credentialsFile))
            } else if let credentialsEnv {
                guard let value = ProcessInfo.processInfo.environment[credentialsEnv] else {
                    throw ValidationError("the environment has no \(credentialsEnv)")
                }
                text = Data(value.utf8)
            } else {
                return [:]
            }
            // The reason is dropped on purpose: it can quote a secret.
            guard let pairs = try? JSONDecoder().decode([String: String].self, from: text) else {
                throw ValidationError("the credentials are not a JSON object of strings")
            }
            return pairs
        }
    }
}
