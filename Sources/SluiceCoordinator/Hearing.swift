internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceWire

/// Takes messages from NATS and puts what they say into the inbox. Whatever does not decode is counted and dropped.
struct Hearing: Sendable {
    let parts: CoordinatorParts

    /// Runs until cancelled or until the connection is closed for good.
    func run() async {
        await withDiscardingTaskGroup { group in
            let subjects = parts.configuration.subjects
            group.addTask { await follow(subjects.credit, hearCredit) }
            group.addTask { await follow(subjects.wake, hearWake) }
            group.addTask { await follow(subjects.status) { parts.inbox.offer(.status($0)) } }
        }
    }

    private func follow(_ subject: String, _ hear: @Sendable (NATSMessage) -> Void) async {
        let outage = OutageLog("subscription \(subject)", logger: parts.logger)
        let backoff = Backoff(first: .milliseconds(100), cap: .seconds(2))
        var failures = 0
        while !Task.isCancelled {
            do {
                try await parts.nats.withSubscription(subject, mailbox: CoordinatorBounds.mailbox) { messages in
                    outage.worked()
                    for await message in messages { hear(message) }
                }
                failures = 0
            } catch {
                outage.failed(error)
                failures += 1
            }
            guard !Task.isCancelled else { return }
            // A subscription that ended without an error ended with its connection; either way, not in a tight loop.
            // Cancellation ends the sleep early, and the loop with it.
            try? await Task.sleep(for: backoff.delay(afterFailures: max(1, failures)))
        }
    }

    private func hearCredit(_ message: NATSMessage) {
        decode(message, as: CreditReport.self) { report in
            if report.ended > 0 { parts.completions.raise() }
            parts.inbox.offer(.event(.creditReport(report)))
        }
    }

    private func hearWake(_ message: NATSMessage) {
        decode(message, as: Wake.self) { wake in
            switch wake.reason {
            case .lanes: parts.inbox.offer(.event(.lanesDue(wake.lanes)))
            case .intake: parts.intake.raise()
            case .control: parts.inbox.offer(.event(.controlChanged))
            }
        }
    }

    private func decode<Message: WireMessage>(
        _ message: NATSMessage, as type: Message.Type, _ use: (Message) -> Void
    ) {
        do {
            use(try Message(decoding: message.payload))
        } catch {
            parts.metrics.noteIgnored()
            parts.logger.debug(
                "a message does not decode", metadata: ["subject": "\(message.subject)", "error": "\(error)"])
        }
    }
}
