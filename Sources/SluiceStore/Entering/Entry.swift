public import SluiceCore

/// Somebody who is to be entered: a person in one source of work, with a step to begin at or a message of their own.
public struct Entry: Hashable, Sendable {
    public var workspace: String
    /// `campaign`, `trigger`, `scheduled` or `event`.
    public var kind: String
    /// With workspace, kind and recipient the enrollment's identity: a run, a trigger's run, a job, an event's message.
    public var source: String
    /// The source whose lane it lies in: its own (nil), or for single messages ``lane(of:)``.
    public var laneSource: String?
    /// A phone number as it was written, or what the device's gateway knows people by.
    public var recipient: String
    public var name: String?
    /// Nil: the least loaded device of the workspace that can send.
    public var device: DeviceID?
    /// The trigger of the step it begins at; nil when the message is its own.
    public var step: String?
    /// Nil: now.
    public var due: DatabaseTime?
    /// From then on it is cancelled instead of sent; nil: as long after `due` as its source says.
    public var expiresAt: DatabaseTime?
    public var timeZone: String?
    public var message: OwnMessage?

    public init(workspace: String, kind: String, source: String, recipient: String) {
        self.workspace = workspace
        self.kind = kind
        self.source = source
        self.recipient = recipient
    }

    /// The lane of single messages of a class, as a source.
    public static func lane(of priorityClass: PriorityClass) -> String { "class-\(priorityClass.rawValue)" }
}

/// The content of a contact that stands at no step.
public struct OwnMessage: Hashable, Sendable {
    /// `text`, `image`, `video`, `audio` or `document`.
    public var type: String
    public var body: String
    public var mediaURL: String?
    public var caption: String?
    /// What the message goes by, `sms` or `email` for example; nil: what its gateway does.
    public var channel: String?
    /// A JSON object.
    public var metadata: String?

    public init(
        type: String = "text", body: String, mediaURL: String? = nil, caption: String? = nil, channel: String? = nil,
        metadata: String? = nil
    ) {
        self.type = type
        self.body = body
        self.mediaURL = mediaURL
        self.caption = caption
        self.channel = channel
        self.metadata = metadata
    }
}

/// What became of an ``Entry``.
public enum EntryVerdict: Hashable, Sendable {
    case entered(ContactID)
    /// The enrollment exists and was let be: it is in this status, or (nil) somebody else is writing it.
    case exists(status: String?)
    /// A later one of the same identity was given with it.
    case replaced
    /// Its source was cancelled.
    case cancelled
}
