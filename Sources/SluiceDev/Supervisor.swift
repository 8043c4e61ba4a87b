import Logging

/// Keeps one process alive until its task is cancelled.
struct Supervisor: Sendable {
    var child: ChildProcess
    var folder: DataFolder
    var logger: Logger
    var policy = RestartPolicy()
    /// Whether the disk has no room to start anything; asked anew each time. Nil: the data folder's own answer.
    var isDiskFull: (@Sendable () -> Bool)?

    private var isFull: Bool { isDiskFull?() ?? folder.isFull }

    /// Returns when the task is cancelled and the process has stopped.
    ///
    /// While the data folder's disk is full nothing is given up: whatever dies or cannot be started for want of space is
    /// started again when there is some.
    ///
    /// - Throws: ``DevError`` when the process cannot be started or dies again and again.
    func run() async throws {
        var policy = policy
        let logger = logger
        let name = child.name
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let ending: ChildProcess.Ending
            do {
                ending = try await child.run(in: folder) { pid in
                    logger.debug("process started", metadata: ["process": "\(name)", "pid": .stringConvertible(pid)])
                }
            } catch {
                guard isFull, !Task.isCancelled else { throw error }
                ending = "not started: \(error)"
            }
            if Task.isCancelled { return }
            if isFull {
                logger.warning(
                    "the data folder's disk is full: starting the process again when there is space",
                    metadata: ["process": "\(name)", "ending": "\(ending)", "folder": "\(folder.path)"])
                await waitForSpace()
                continue
            }
            guard let delay = policy.delay(afterLife: ContinuousClock.now - start) else {
                throw DevError(
                    "\(name) dies again and again (\(ending)); its last lines are:\n\(folder.lastLines(of: name))")
            }
            logger.warning(
                "process died, starting it again",
                metadata: ["process": "\(name)", "ending": "\(ending)", "log": "\(folder.log(of: name))"])
            // A cancelled sleep means that we are to stop; the loop looks.
            try? await Task.sleep(for: delay)
        }
    }

    private func waitForSpace() async {
        repeat {
            // A cancelled sleep means that we are to stop; the loop looks.
            try? await Task.sleep(for: policy.longestDelay)
        } while isFull && !Task.isCancelled
    }
}
