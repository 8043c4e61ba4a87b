internal import CoreMetrics
internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceFailpoints
internal import SluiceTelemetry
internal import SluiceWire

/// What comes over NATS: batches for this incarnation, the leader's beacon, wake-ups, questions. Works without a
/// server, and again when one is back.
struct NATSIntake: Sendable {
    let nats: NATSConnection
    let subjects: Subjects
    let incarnation: Incarnation
    let inbox: Inbox
    let lease: LeaseKeeper
    let metrics: ShardMetrics
    let logger: Logger

    /// Batches wait here while the machine is busy; a batch that finds no room is read back from the database.
    private static let mailbox = 1_024

    /// Listens until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await watchConnection() }
            group.addTask {
                await listen(subjects.dispatch(incarnation)) { message in
                    Failpoints.before(.batch)
                    offer(.batch(try DispatchBatch(decoding: message.payload)))
                }
            }
            group.addTask {
                await listen(subjects.beacon) { message in
                    let beacon = try LeaderBeacon(decoding: message.payload)
                    offer(
                        .beacon(
                            term: beacon.term, assignmentVersion: beacon.assignmentVersion,
                            controlVersion: beacon.controlVersion, isAsked: beacon.asked.contains(incarnation)))
                }
            }
            group.addTask {
                await listen(subjects.wake) { message in
                    if try Wake(decoding: message.payload).reason == .control { await lease.poke() }
                }
            }
            group.addTask {
                await listen(subjects.status) { message in
                    if let reply = message.inbox { inbox.offer(.statusQuestion(reply: reply)) }
                }
            }
            group.addTask {
                await listen(subjects.device) { message in
                    guard let reply = message.inbox else { return }
                    inbox.offer(.deviceQuestion(try DeviceStateRequest(decoding: message.payload).device, reply: reply))
                }
            }
        }
    }

    private func offer(_ event: ShardEvent) { inbox.offer(.event(event)) }

    private func watchConnection() async {
        for await state in nats.stateUpdates {
            inbox.put(.event(.connected(state == .connected)))
            logger.notice("NATS connection changed", metadata: ["state": "\(state)"])
        }
    }

    /// Hands each message of `subject` to `body`; one that does not decode changes nothing but a counter (I19).
    private func listen(_ subject: String, _ body: @escaping @Sendable (NATSMessage) async throws -> Void) async {
        let outage = OutageLog("subscription \(subject)", logger: logger)
        await nats.follow(subject, mailbox: Self.mailbox, onAttempt: outage.note) { message in
            do {
                try await body(message)
            } catch {
                metrics.undecodable.increment()
                inbox.offer(.undecodable)
                logger.debug("message ignored", metadata: ["subject": "\(subject)", "error": "\(error)"])
            }
        }
    }
}
