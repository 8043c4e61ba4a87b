internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceTelemetry
internal import SluiceWire

/// Takes messages from NATS and puts what they say into the inbox. Whatever does not decode is counted and dropped.
///
/// A standby lets credits and wake-ups pass: whoever gains the lead asks for the ones, and looks for the others.
struct Hearing: Sendable {
    let parts: CoordinatorParts

    /// Runs until cancelled or until the connection is closed for good.
    func run() async {
        await withDiscardingTaskGroup { group in
            let subjects = parts.configuration.subjects
            group.addTask { await follow(subjects.credit, hearCredit) }
            group.addTask { await follow(subjects.wake, hearWake) }
            group.addTask {
                await follow(subjects.status) { request in
                    parts.inbox.offer(.status(request, dropped: await parts.nats.statistics().dropped))
                }
            }
        }
    }

    private func follow(_ subject: String, _ hear: @Sendable (NATSMessage) async -> Void) async {
        let outage = OutageLog("subscription \(subject)", logger: parts.logger)
        await parts.nats.follow(subject, mailbox: CoordinatorBounds.mailbox, onAttempt: outage.note, hear)
    }

    private func hearCredit(_ message: NATSMessage) {
        guard parts.lead.term != nil else { return }
        decode(message, as: CreditReport.self) { report in
            if report.ended > 0 {
                parts.completions.raise()
                parts.branches.raise()
            }
            if report.ended > 0 || !report.lanes.isEmpty { parts.settledWork.raise() }
            parts.inbox.offer(.event(.creditReport(report)))
        }
    }

    private func hearWake(_ message: NATSMessage) {
        guard parts.lead.term != nil else { return }
        decode(message, as: Wake.self) { wake in
            switch wake.reason {
            case .lanes: parts.inbox.offer(.event(.lanesDue(wake.lanes)))
            case .intake:
                parts.intake.raise()
                parts.work.raise()
            case .control: parts.versions.raise()
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
            parts.inbox.offer(.undecodable)
            parts.logger.debug(
                "a message does not decode", metadata: ["subject": "\(message.subject)", "error": "\(error)"])
        }
    }
}
