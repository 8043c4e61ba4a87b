import Logging

/// Processes that are started together, when what they need is ready.
struct Stage: Sendable {
    var processes: [ChildProcess]
    /// Those that cannot be used yet; none: the next stage may start.
    var unready: @Sendable () async -> [Unready]
    var readyWithin: Duration = .seconds(30)
    /// Runs once, when they are ready and before the next stage starts.
    var then: @Sendable () async throws -> Void = {}

    /// What is not ready, and why.
    struct Unready: Sendable {
        var name: String
        var reason: String
    }

    /// Runs `body` while all stages run: starts them in order, and stops them in reverse order, each when the next has
    /// stopped. When the task is cancelled all are stopped at once.
    static func run(
        _ stages: ArraySlice<Stage>, in folder: DataFolder, logger: Logger,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let stage = stages.first else { return try await body() }
        try await withThrowingTaskGroup(of: Ended.self) { group in
            for child in stage.processes {
                group.addTask {
                    try await Supervisor(child: child, folder: folder, logger: logger).run()
                    return .process
                }
            }
            group.addTask {
                try await stage.waitUntilReady(folder)
                try await stage.then()
                try await run(stages.dropFirst(), in: folder, logger: logger, body)
                return .body
            }
            // A process ends by itself only by an error, which is thrown here and cancels the rest of the group.
            while let ended = try await group.next() {
                if ended == .body { group.cancelAll() }
            }
        }
    }

    private enum Ended { case process, body }

    private func waitUntilReady(_ folder: DataFolder) async throws {
        let deadline = ContinuousClock.now + readyWithin
        while true {
            let waiting = await unready()
            guard !waiting.isEmpty else { return }
            guard ContinuousClock.now < deadline else {
                let reasons = waiting.map { "\($0.name): \($0.reason)" }.joined(separator: "\n")
                let log = (waiting.map(\.name) + processes.map(\.name)).map(folder.lastLines).first { !$0.isEmpty }
                throw DevError(
                    "not ready after \(readyWithin):\n\(reasons)\nthe last lines of the log are:\n\(log ?? "none")")
            }
            try await Task.sleep(for: .milliseconds(25))
        }
    }
}
