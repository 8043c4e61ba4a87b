public import FoundationEssentials

/// What would become of an event's messages if nothing else were sent, in the order in which they would go.
public struct EventRehearsal: Codable, Hashable, Sendable {
    public var eventId: EventKey
    public var messages: [RehearsedMessage]
    /// Where more is due than a cap allows.
    public var conflicts: [RehearsedConflict]
    /// Messages that would go more than a second after their time.
    public var late: Int
    /// Messages that would not go at all.
    public var unsent: Int
}

/// One message of a rehearsal.
public struct RehearsedMessage: Codable, Hashable, Sendable {
    public var messageType: String?
    public var contractorId: EventKey?
    public var to: String?
    public var text: String?
    /// The device that would send it.
    public var device: String?
    /// When it is due; nil while that cannot be known.
    public var due: Date?
    /// When it would go; nil when it would not.
    public var start: Date?
    /// Why it would not, as a code.
    public var problem: String?
    /// Where it would be sent in a rehearsal; nil for one that would not go.
    var route: RehearsalRoute?

    private enum CodingKeys: CodingKey { case messageType, contractorId, to, text, device, due, start, problem }

    /// How long after its time it would go.
    public var lateness: TimeInterval { due.flatMap { due in start.map { $0.timeIntervalSince(due) } } ?? 0 }
}

/// A window of a device's caps that is asked for more than it has.
public struct RehearsedConflict: Codable, Hashable, Sendable {
    public var device: String
    public var windowSeconds: Int
    public var limit: Int
    /// The most messages that are due within one such window, and when it begins.
    public var due: Int
    public var from: Date
}

/// A device as a rehearsal speaks through it.
struct RehearsalRoute: Hashable, Sendable {
    var gateway: String
    var dialect: String
    var baseURL: String
    var gatewayDevice: String
}
