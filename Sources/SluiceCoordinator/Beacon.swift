internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceStore
internal import SluiceWire

extension CoordinatorParts {
    /// Says who leads, what `renewal` said of versions, and which shards are to name all their devices.
    func sendBeacon(_ term: Term, _ renewal: LeadRenewal, asking asked: [Incarnation] = []) {
        let beacon = LeaderBeacon(
            term: term, leader: configuration.name, incarnation: incarnation,
            assignmentVersion: renewal.assignmentVersion, controlVersion: renewal.control.devices, asked: asked)
        do {
            try nats.publish(configuration.subjects.beacon, payload: beacon.encoded())
        } catch {
            // NATS says itself when it comes and goes; the next beacon is a second away.
            logger.debug("a beacon was not sent", metadata: ["error": "\(error)"])
        }
    }
}
