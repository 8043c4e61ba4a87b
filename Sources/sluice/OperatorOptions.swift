import ArgumentParser
import FoundationEssentials
import Glibc
import NATSDriver
import PostgresDriver
import SluiceConfig
import SluiceOperations
import SluiceStore
import SluiceWire

/// What every operator's command takes.
struct OperatorOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    @Flag(help: "Print JSON for programs.")
    var json = false

    /// Runs `body` on a connection to the database; its errors become exit statuses.
    func run(_ body: (OperatorSession) async throws -> Void) async throws {
        try await ExitStatus.of {
            let settings = try settings.settings()
            let configuration = try Self.database(settings)
            try await PostgresConnection.withConnection(configuration) { connection in
                try await body(try Self.session(settings, connection, nats: nil))
            }
        }
    }

    /// The same with NATS, or without it when it does not answer.
    func runWithNATS(_ body: (OperatorSession) async throws -> Void) async throws {
        try await ExitStatus.of {
            let settings = try settings.settings()
            let configuration = try Self.database(settings)
            try await PostgresConnection.withConnection(configuration) { connection in
                // The answer is worth having without the live part; `sluice status` is the command that tells of NATS.
                let nats = try? await NATSConnection.connect(Self.natsOptions(settings))
                try await Self.closing(nats) {
                    try await body(try Self.session(settings, connection, nats: nats))
                }
            }
        }
    }

    /// Prints JSON or the text, whichever was asked for.
    func show(_ value: some Encodable, _ text: (_ width: Int) -> String) throws {
        Terminal.write(json ? try JSONText.pretty(value) + "\n" : text(Terminal.size.columns))
    }

    /// A change of one thing, told as one word: `paused north-1`, or `{"paused": "north-1"}`.
    func change(
        _ target: String, told word: String, _ change: (OperatorSession) async throws -> Void
    ) async throws {
        try await run { session in
            try await change(session)
            try show([word: target]) { _ in "\(word) \(target)\n" }
        }
    }

    static func database(_ settings: Settings) throws -> PostgresConfiguration {
        try settings.postgresConfiguration(name: "sluice operator", session: OperatorSession.databaseSettings)
    }

    static func natsOptions(_ settings: Settings) -> NATSOptions {
        settings.natsOptions(name: "sluice operator")
    }

    static func session(
        _ settings: Settings, _ database: any PostgresTransactor, nats: NATSConnection?
    ) throws -> OperatorSession {
        guard let subjects = Subjects(cluster: settings.clusterName) else {
            throw ValidationError("SLUICE_CLUSTER: \"\(settings.clusterName)\" cannot be a cluster's name")
        }
        return OperatorSession(
            database: database, nats: nats, subjects: subjects, actor: actor, windows: settings.windows)
    }

    static func closing(_ nats: NATSConnection?, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await nats?.close()
            throw error
        }
        await nats?.close()
    }

    /// Who acts, for the audit log.
    private static var actor: String {
        let user = ProcessInfo.processInfo.environment["USER"] ?? "uid-\(getuid())"
        return "\(user)@\(SettingsOptions.hostName)"
    }
}
