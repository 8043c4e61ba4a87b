import ArgumentParser
import FoundationEssentials
import SluiceOperations

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List, add, pause and move devices.",
        discussion: """
            A device is given by its name, its id or its phone number.

            EXAMPLES:
              sluice devices list --state logged_out
              sluice devices add --name north-1 --phone +62811000001 --caps 80/800/3
              sluice devices pause north-1 --reason "number is being warmed up"
              sluice devices move --from north-1 --to north-2 --dry-run
            """,
        subcommands: [List.self, Add.self, Pause.self, Resume.self, SetCaps.self, Move.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List devices with their state, caps and what waits for them.")

        @Option(help: ArgumentHelp("Only devices of this workspace.", valueName: "id"))
        var workspace: String?

        @Option(help: "Only devices in this state.")
        var state: State?

        @OptionGroup var options: OperatorOptions

        enum State: String, ExpressibleByArgument, CaseIterable {
            case connected, disconnected, loggedOut = "logged_out", notFound = "not_found"
            case credentialsRefused = "credentials_refused", banned, paused
        }

        func run() async throws {
            try await options.run { session in
                let devices = try await session.listDevices(workspace: workspace, state: state?.rawValue)
                try options.show(devices) { DeviceText.render(devices, width: $0) }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a device.")

        @Option(help: "Its name, which is also the gateway's name for it.")
        var name: String
        @Option(help: "Its phone number; devices of one number share their caps.")
        var phone: String?
        @Option(help: ArgumentHelp("A gateway other than the default one.", valueName: "id"))
        var gateway: String?
        @Option(help: ArgumentHelp("A base URL other than the gateway's.", valueName: "url"))
        var baseURL: String?
        @Option(help: ArgumentHelp("hourly/daily/concurrent.", valueName: "80/800/50"))
        var caps: String?
        @Option(help: ArgumentHelp("The workspace it sends for.", valueName: "id"))
        var workspace = "default"
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                var device = NewDevice(name: name)
                device.phone = phone
                device.gateway = gateway
                device.baseURL = baseURL
                device.workspace = workspace
                device.caps = try caps.map { try CapValues(parsing: $0) }
                let id = try await session.addDevice(device)
                try options.show(["id": id.uuidString.lowercased()]) { _ in
                    "added \(name), \(id.uuidString.lowercased())\n"
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Start nothing more on a device; what is open ends.")

        @Argument(help: "Its name, id or phone number.")
        var device: String
        @Option(help: "Shown by `sluice why`.")
        var reason: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(device, told: "paused") { try await $0.pauseDevice(device, reason: reason) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a paused device send again.")

        @Argument(help: "Its name, id or phone number.")
        var device: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(device, told: "resumed") { try await $0.resumeDevice(device) }
        }
    }

    struct SetCaps: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "caps", abstract: "Change a device's caps; a lower one holds at once.",
            discussion: "EXAMPLE:\n  sluice devices caps north-1 100/1000/3")

        @Argument(help: "Its name, id or phone number.")
        var device: String
        // Taken as it is even with a minus in front, so that it is refused for what it is and not as an unknown option.
        @Argument(
            parsing: .allUnrecognized,
            help: ArgumentHelp("hourly/daily/concurrent, each above 0.", valueName: "80/800/50"))
        var caps: [String]
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if let option = caps.first(where: { $0.hasPrefix("--") }) {
                throw ValidationError("Unknown option '\(option)'")
            }
            guard caps.count == 1 else {
                throw ValidationError(
                    "The caps are one value, such as 80/800/50, and not \(caps.joined(separator: " "))")
            }
        }

        func run() async throws {
            try await options.run { session in
                let caps = try CapValues(parsing: caps[0])
                let before = try await session.setCaps(of: device, to: caps)
                try options.show(["before": before, "after": caps]) { _ in "caps of \(device): \(before) → \(caps)\n" }
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give what waits for one device to another.",
            discussion: "What is in flight stays until it is settled. Can be repeated, and stopped at any time.")

        @Option(help: ArgumentHelp("The device that is left.", valueName: "device"))
        var from: String
        @Option(help: ArgumentHelp("The device that takes over, of the same workspace.", valueName: "device"))
        var to: String
        @Flag(help: "Only say what would be moved.")
        var dryRun = false
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let report = try await session.moveDevice(from: from, to: to, isDryRun: dryRun) { moved in
                    Terminal.showProgress("moved \(moved) …")
                }
                Terminal.showProgress("")
                try options.show(report) { _ in DeviceText.render(report, from: from, to: to) }
            }
        }
    }
}
