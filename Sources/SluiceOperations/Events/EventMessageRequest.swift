internal import PostgresDriver
internal import SluiceCore

/// A message to one contractor of an event that somebody asks for over HTTP.
public struct EventMessageRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case eventId, contractorId, messageType, scheduledTime, messageContent, personalizationData, sessionId, channel
        case phone, toEmail, fromEmail, subject, expiresAt, ghlContactId, ghlLocationId, workspaceId
    }

    public var eventId: EventKey
    public var contractorId: EventKey
    public var messageType: String
    /// ISO 8601; without an offset in the event's zone. When it is not given, the type says when.
    public var scheduledTime: String?
    /// With placeholders in braces; the type's own text when it is not given.
    public var messageContent: String?
    public var personalizationData: [String: FilledValue]?
    /// The row of `event_sessions` it is about.
    public var sessionId: Int64?
    /// `sms` or `email`; `sms` when it is not given.
    public var channel: String?
    /// The contractor's own when it is not given.
    public var phone: String?
    public var toEmail: String?
    public var fromEmail: String?
    public var subject: String?
    /// From then on it is not sent any more.
    public var expiresAt: String?
    public var ghlContactId: String?
    public var ghlLocationId: String?
    /// `default` when it is not given.
    public var workspaceId: String?

    public init(event: EventKey, contractor: EventKey, type: String) {
        (eventId, contractorId, messageType) = (event, contractor, type)
    }

    private static let mostTextBytes = 65_536

    public static let bounds: [FieldBound<EventMessageRequest>] = [
        .text(.eventId) { $0.eventId.text }, .text(.contractorId) { $0.contractorId.text },
        .text(.messageType) { $0.messageType }, .oneOf(.channel, ["sms", "email"]) { $0.channel },
        .phone(.phone) { $0.phone }, .text(.toEmail) { $0.toEmail }, .text(.fromEmail) { $0.fromEmail },
        .text(.subject) { $0.subject }, .text(.ghlContactId) { $0.ghlContactId },
        .text(.ghlLocationId) { $0.ghlLocationId }, .text(.messageContent, most: mostTextBytes) { $0.messageContent },
        .text(.workspaceId) { $0.workspaceId },
    ]

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validated() throws(OperationsError) -> EventMessageRow {
        try checkBounds()
        for (name, value) in personalizationData ?? [:] {
            let text = if case .text(let text) = value { text } else { "" }
            let problem =
                FieldBound<Self>.problem(of: name, most: FieldBound<Self>.mostBytes)
                ?? FieldBound<Self>.problem(of: text, most: Self.mostTextBytes)
            if let problem { throw .invalid(field: "personalizationData", message: problem) }
        }
        if messageType.allSatisfy(\.isWhitespace) { throw .invalid(field: "messageType", message: "must not be empty") }
        return EventMessageRow(
            request: self, time: try scheduledTime.map { text throws(OperationsError) in try EventTime(text) },
            expires: try expiresAt.map { text throws(OperationsError) in try EventTime(text, field: "expiresAt") })
    }
}

/// A time of an event: an instant, or a time of day where the event is.
struct EventTime {
    /// A local time as if it were UTC's.
    var time: DatabaseTime
    var isLocal: Bool

    init(_ text: String, field: String = "scheduledTime") throws(OperationsError) {
        do {
            (time, isLocal) = (try OffsetTime(text).time, false)
        } catch .withoutOffset {
            do {
                (time, isLocal) = (try OffsetTime(text + "Z").time, true)
            } catch { throw Self.malformed(field) }
        } catch { throw Self.malformed(field) }
    }

    private static func malformed(_ field: String) -> OperationsError {
        .invalid(
            field: field, message: "is no time of ISO 8601, as in 2026-06-01T09:00:00, or 2026-06-01T09:00:00+02:00")
    }
}

/// A validated request as the database takes it: one element of an array of JSON.
struct EventMessageRow: Encodable {
    var request: EventMessageRequest
    var time: EventTime?
    var expires: EventTime?

    private enum Key: String, CodingKey {
        case event, contractor, type, content, personal, session, channel, phone, to, from, subject, time, expires
        case isLocal = "is_local"
        case expiresLocal = "expires_local"
        case ghlContact = "ghl_contact"
        case ghlLocation = "ghl_location"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encode(request.eventId.text, forKey: .event)
        try fields.encode(request.contractorId.text, forKey: .contractor)
        try fields.encode(request.messageType, forKey: .type)
        try fields.encodeIfPresent(request.messageContent, forKey: .content)
        try fields.encodeIfPresent(request.personalizationData, forKey: .personal)
        try fields.encodeIfPresent(request.sessionId, forKey: .session)
        try fields.encode(request.channel ?? "sms", forKey: .channel)
        try fields.encodeIfPresent(request.phone, forKey: .phone)
        try fields.encodeIfPresent(request.toEmail, forKey: .to)
        try fields.encodeIfPresent(request.fromEmail, forKey: .from)
        try fields.encodeIfPresent(request.subject, forKey: .subject)
        try fields.encodeIfPresent(request.ghlContactId, forKey: .ghlContact)
        try fields.encodeIfPresent(request.ghlLocationId, forKey: .ghlLocation)
        try fields.encodeIfPresent(time?.time.microseconds, forKey: .time)
        try fields.encode(time?.isLocal ?? false, forKey: .isLocal)
        try fields.encodeIfPresent(expires?.time.microseconds, forKey: .expires)
        try fields.encode(expires?.isLocal ?? false, forKey: .expiresLocal)
    }
}
