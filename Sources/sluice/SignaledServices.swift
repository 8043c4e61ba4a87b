import Glibc
import Logging
import ServiceLifecycle
import SluiceTelemetry
import UnixSignals

/// Runs services until SIGTERM or SIGINT.
enum SignaledServices {
    private static let signals: [UnixSignal] = [.sigterm, .sigint]

    /// The first signal stops the services in reverse order, each in its own time. The second ends the process at once:
    /// a person who presses Ctrl-C twice means it, and every state that matters is in the database.
    static func run(_ services: [any Service], logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    // A node that fails has a reason to tell; the others still stop in peace, without errors of theirs.
                    .init(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: signals, logger: logger.atLeast(.notice)))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await endOnSecondSignal() }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private static func endOnSecondSignal() async {
        var count: Int32 = 0
        for await signal in await UnixSignalsSequence(trapping: signals) {
            count += 1
            if count == 2 { _exit(128 + signal.rawValue) }
        }
    }
}
