internal import CSluiceProto
public import SluiceCore

/// "I lead": what the leader says each second and when it takes the lead. A shard grants credit to the highest term it
/// has heard of.
public struct LeaderBeacon: Hashable, Sendable, WireMessage {
    public var term: Term
    /// The leader's node name, for people.
    public var leader: String
    public var incarnation: Incarnation
    /// Rises with every change of the slot owners; a shard that knows an older one reads its slots anew.
    public var assignmentVersion: Int64
    /// Rises with every change of a device, a cap or a gateway.
    public var controlVersion: Int64
    /// Incarnations that the leader missed a report of: they name all their devices again.
    public var asked: [Incarnation]

    public init(
        term: Term, leader: String, incarnation: Incarnation, assignmentVersion: Int64, controlVersion: Int64,
        asked: [Incarnation] = []
    ) {
        self.term = term
        self.leader = leader
        self.incarnation = incarnation
        self.assignmentVersion = assignmentVersion
        self.controlVersion = controlVersion
        self.asked = asked
    }

    public func encoded() -> [UInt8] {
        Sluice__V1__LeaderBeacon.packed { message, arena in
            message.term = term.rawValue
            message.leader = arena.text(leader)
            message.incarnation = incarnation.rawValue
            message.assignment_version = assignmentVersion
            message.control_version = controlVersion
            message.n_asked = asked.count
            message.asked = arena.numbers(asked.map(\.rawValue))
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__LeaderBeacon.unpacked(bytes) { (message) throws(WireError) in
            LeaderBeacon(
                term: Term(rawValue: try decodePositive(message.term, "LeaderBeacon.term")),
                leader: try decodeText(message.leader, "LeaderBeacon.leader"),
                incarnation: Incarnation(
                    rawValue: try decodePositive(message.incarnation, "LeaderBeacon.incarnation")),
                assignmentVersion: try decodeCount(message.assignment_version, "LeaderBeacon.assignment_version"),
                controlVersion: try decodeCount(message.control_version, "LeaderBeacon.control_version"),
                asked: try decodeNumbers(message.asked, count: message.n_asked, "LeaderBeacon.asked")
                    .map(Incarnation.init(rawValue:)))
        }
    }
}
