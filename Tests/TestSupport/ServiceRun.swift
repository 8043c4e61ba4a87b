import Logging
public import ServiceLifecycle
import Synchronization

/// A service that runs like a process of its own: it can be asked to stop, or killed.
public final class ServiceRun: Sendable {
    private struct End {
        var hasCome = false
        var error: (any Error)?
    }

    private let group: ServiceGroup
    private let killing: AsyncStream<Void>.Continuation
    private let end = Mutex(End())

    private init(_ service: any Service, killing: AsyncStream<Void>.Continuation) {
        self.killing = killing
        group = ServiceGroup(
            services: [service], gracefulShutdownSignals: [],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs `service` while `body` runs, and kills it after it unless it has ended by then.
    @discardableResult
    public static func with<Value: Sendable>(
        _ service: any Service, _ body: (ServiceRun) async throws -> Value
    ) async throws -> Value {
        let (kills, killing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let run = ServiceRun(service, killing: killing)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await run.runUntilKilled(kills) }
            let value = try await body(run)
            group.cancelAll()
            return value
        }
    }

    public var hasEnded: Bool { end.withLock { $0.hasCome } }

    /// What it ended with, if that was an error.
    public var failure: (any Error)? { end.withLock { $0.error } }

    /// Asks it to stop, as SIGTERM does, and waits until it has.
    public func stop(within limit: Duration = .seconds(10)) async throws {
        await group.triggerGracefulShutdown()
        try await eventually("the service to stop", within: limit) { self.hasEnded }
    }

    /// Ends it without a chance to say goodbye. Its leases run out by themselves.
    public func kill() async throws {
        killing.finish()
        try await eventually("the service to end") { self.hasEnded }
    }

    private func runUntilKilled(_ kills: AsyncStream<Void>) async {
        let error = await withTaskGroup(of: (any Error)?.self) { tasks in
            tasks.addTask {
                do {
                    try await self.group.run()
                    return nil
                } catch {
                    return error
                }
            }
            tasks.addTask {
                for await _ in kills {}
                return nil
            }
            let first = await tasks.next() ?? nil
            tasks.cancelAll()
            return first
        }
        end.withLock { $0 = End(hasCome: true, error: error) }
    }
}
