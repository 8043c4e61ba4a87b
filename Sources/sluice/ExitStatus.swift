import ArgumentParser
import PostgresDriver
import SluiceConfig
import SluiceDev
import SluiceGateways
import SluiceOperations
import SluiceStore
import SluiceTelemetry

/// The exit statuses of `sluice`, as its help documents them. 64 (usage) is ArgumentParser's.
enum ExitStatus {
    static let failed = ExitCode(1)
    static let unreachable = ExitCode(2)

    /// Runs a command's work: an error is told on standard error, without a trace, and becomes an exit status.
    static func of(_ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let code as ExitCode {
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            LogDestination.standardError.write("sluice: \(words(for: error))\n")
            throw isUnreachable(error) ? unreachable : failed
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as SettingsError: error.description
        // The code is for programs; the words may change.
        case let error as OperationsError: "\(error) [\(error.code)]"
        case let error as GatewayConfigurationError: "\(error) [\(error.code)]"
        case let error as DevError: error.description
        case StoreError.schemaTooNew(let found, let known):
            "the database's schema has version \(found), and this build knows \(known): use a newer sluice"
        case StoreError.schemaTooOld(let found, let needed):
            "the database's schema has version \(found), and this build needs \(needed): run `sluice migrate`"
        case StoreError.nameInUse(let name, _):
            "a live node is called \"\(name)\" already: give this one another name with --node or SLUICE_NODE"
        case StoreError.database(let error): "\(error)"
        default: "\(error)"
        }
    }

    private static func isUnreachable(_ error: any Error) -> Bool {
        switch error {
        case StoreError.database(let error): error.kind == .connectionFailed
        case let error as PostgresError: error.kind == .connectionFailed
        default: false
        }
    }
}
