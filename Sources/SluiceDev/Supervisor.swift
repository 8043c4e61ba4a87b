import Logging

/// Keeps one process alive until its task is cancelled.
struct Supervisor: Sendable {
    var child: ChildProcess
    var folder: DataFolder
    var logger: Logger
    var policy = RestartPolicy()

    /// Returns when the task is cancelled and the process has stopped.
    ///
    /// - Throws: ``DevError`` when the process cannot be started or dies again and again.
    func run() async throws {
        var policy = policy
        let logger = logger
        let name = child.name
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let ending = try await child.run(in: folder) { pid in
                logger.debug("process started", metadata: ["process": "\(name)", "pid": .stringConvertible(pid)])
            }
            if Task.isCancelled { return }
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
}
