internal import Logging
internal import NATSDriver

/// One incarnation, from its registration to the end of its lease.
struct CoordinatorLife: Sendable {
    let parts: CoordinatorParts

    /// Returns when the lease is lost or the task is cancelled; everything it started has ended then.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await LeaderLoop(parts: parts, statements: LeaderStatements(parts: parts)).run() }
            group.addTask { await Hearing(parts: parts).run() }
            group.addTask { await NotificationListener(parts: parts).run() }
            group.addTask { await IntakeLoops(parts: parts).run() }
            group.addTask { await watchNATS() }
            await RenewalLoop(parts: parts).run()
            group.cancelAll()
        }
    }

    private func watchNATS() async {
        for await state in parts.nats.stateUpdates {
            parts.logger.notice("NATS connection changed", metadata: ["state": "\(state)"])
        }
    }
}
