/// # GatewaySimulator: a messaging gateway whose every deed is on record
///
/// **Why it exists.** What Sluice promises can only be seen from the other side of the wire: how many messages a
/// gateway accepted in which window, how many requests were open, which message came twice. This gateway speaks the
/// same dialects as the real ones, fails in all their ways on demand, and writes a log (`RequestLog`) that is synced to
/// disk before any answer leaves, so that the log never knows less than a client does.
///
/// **Shape.** One event loop owns everything: connections (`ConnectionHandler`), the gateway with its devices' lanes
/// (`Gateway`), the log's pending lines (`LogWriter`). No locks; only the log's writes run on a thread of their own.
///
/// **States of a message.** See `Exchange`: waiting → working → (held | silent) → concluded.
///
/// **Invariants.** A device handles one message at a time. A message is accepted at one instant, when its device is
/// done with it, and never later than the scenario allows. Each request that was read completely has exactly one
/// request line and at most one response line; an answer leaves after both are on disk. The same seed gives the same
/// message the same latency and fault, whatever the order of arrival. Connections, open requests, bodies and remembered
/// keys are bounded.
///
/// **How it fails.** A configuration that cannot be used throws before anything starts. A log that cannot be written
/// stops the simulator with that error; nothing that waited for the log is answered. A client can only harm its own
/// connection.
public enum GatewaySimulator {
    /// Runs a simulator until the surrounding task is cancelled, or SIGTERM or SIGINT arrives: for executables.
    ///
    /// - Parameter onListening: called once, when requests are taken.
    /// - Throws: `ConfigurationError`, `LogFileError`, `RequestLogReadError`, or an error of binding the port.
    public static func runUntilTerminated(
        _ configuration: SimulatorConfiguration, onListening: (RunningSimulator) throws -> Void
    ) async throws {
        try await withRunning(configuration) { simulator in
            let signals = TerminationSignals { simulator.stop() }
            defer { signals.cancel() }
            try onListening(simulator)
            try await simulator.untilStopped()
        }
    }

    /// Runs a simulator for as long as `body` takes: for tests in the same process.
    ///
    /// When it returns, every open request has its response line and the log is on disk.
    public static func withRunning<Result: Sendable>(
        _ configuration: SimulatorConfiguration, _ body: (RunningSimulator) async throws -> Result
    ) async throws -> Result {
        try configuration.validate()
        let server = try await Server.start(configuration)
        let result: Result
        do {
            result = try await body(server.running)
        } catch {
            // What went wrong in the body comes first; a log that failed is the likelier cause, and says so itself.
            try await server.stop()
            throw error
        }
        try await server.stop()
        return result
    }
}
