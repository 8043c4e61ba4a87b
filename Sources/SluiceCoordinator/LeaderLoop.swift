internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceWire

/// Owns the machine: feeds it, carries out what it wants, and answers for it.
struct LeaderLoop: Sendable {
    let parts: CoordinatorParts
    let statements: LeaderStatements

    /// A due time may be centuries away; no wait is longer than this.
    private static let longestWait: Duration = .seconds(10)

    /// Runs until cancelled.
    func run() async {
        var machine = CoordinatorMachine(timers: parts.configuration.timers, limits: parts.configuration.limits)
        var undecodable: UInt64 = 0
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = parts.now
                let wait = machine.nextWake(after: now).map { max(.milliseconds(1), min($0 - now, Self.longestWait)) }
                let inputs = await parts.inbox.take(atMost: wait)
                for step in take(inputs, into: &machine, undecodable: &undecodable) {
                    carryOut(step, leading: machine.term, in: &group)
                }
            }
            group.cancelAll()
        }
    }

    private func take(
        _ inputs: [CoordinatorInput], into machine: inout CoordinatorMachine, undecodable: inout UInt64
    ) -> [CoordinatorStep] {
        let ignored = machine.ignored
        defer {
            parts.metrics.noteIgnored(machine.ignored - ignored)
            parts.metrics.showWaiting(machine.summary(at: parts.now))
        }
        guard !inputs.isEmpty else { return machine.steps(after: .tick, at: parts.now) }
        var steps: [CoordinatorStep] = []
        for input in inputs {
            switch input {
            case .event(let event): steps += machine.steps(after: event, at: parts.now)
            case .answer(let event, let term):
                // A statement that outlived its term answers nobody.
                if term == machine.term { steps += machine.steps(after: event, at: parts.now) }
            case .status(let request, let dropped):
                answer(request, machine, undecodable: undecodable, dropped: dropped)
            case .undecodable: undecodable += 1
            }
        }
        return steps
    }

    private func carryOut(_ step: CoordinatorStep, leading present: Term?, in group: inout DiscardingTaskGroup) {
        guard step.isWanted(leading: present) else { return }
        switch step.action {
        case .dispatch(let batch): dispatch(batch)
        case .askForCredits(let shards):
            guard let term = step.term, let renewal = parts.lead.renewal else { return }
            parts.sendBeacon(term, renewal, asking: shards)
        case .resign:
            guard let term = step.term else { return }
            parts.logger.warning(
                "a claim's answer was lost; beginning a new term", metadata: ["term": "\(term.rawValue)"])
            parts.lead.end(term)
        default:
            guard let term = step.term else { return }
            group.addTask {
                if let event = await statements.perform(step.action, term: term) {
                    parts.inbox.send(.answer(event, term))
                }
            }
        }
    }

    private func dispatch(_ batch: DispatchBatch) {
        Failpoints.before(.dispatch)
        do {
            try parts.nats.publish(parts.configuration.subjects.dispatch(batch.owner), payload: batch.encoded())
        } catch {
            // The shard finds the batch by polling.
            parts.metrics.noteUndeliveredBatch()
            parts.logger.debug(
                "a batch was not sent", metadata: ["batch": "\(batch.id.rawValue)", "error": "\(error)"])
        }
        Failpoints.after(.dispatch)
    }

    private func answer(
        _ request: NATSMessage, _ machine: CoordinatorMachine, undecodable: UInt64, dropped: UInt64
    ) {
        guard let reply = request.inbox else { return }
        var status = NodeStatus(parts: parts, machine: machine, at: parts.now)
        status.messagesIgnored += undecodable
        status.messagesDropped = dropped + parts.inbox.dropped
        do {
            try parts.nats.publish(reply, payload: status.encoded())
        } catch {
            parts.logger.debug("a status was not sent", metadata: ["error": "\(error)"])
        }
    }
}
