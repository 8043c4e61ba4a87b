internal import FoundationEssentials

/// The logical message: the same for every attempt, never reused for another. Its text form is what gateways and the
/// request log see: `<contact uuid in hex>-<generation>-<moves>`. The contact's id is unique across workspaces, and
/// (generation, moves) counts the steps the contact has stood on, so the id is a function of (workspace, contact, step,
/// generation).
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
    public var contact: ContactID
    /// How often this enrollment was entered, from 1.
    public var generation: Int32
    /// How often the contact moved to another step in this generation, from 0.
    public var moves: Int32

    public init(contact: ContactID, generation: Int32, moves: Int32) {
        self.contact = contact
        self.generation = generation
        self.moves = moves
    }

    public var description: String {
        let hex = contact.rawValue.uuidString.lowercased().filter { $0 != "-" }
        return "\(hex)-\(generation)-\(moves)"
    }
}

/// What the person will read.
public struct MessageContent: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable { case text, image, video, audio, document }

    /// Whether a gateway can fetch what is at this address.
    public static func isMediaURL(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix) else { return false }
        return text.utf8.count > scheme.utf8.count && !text.contains(where: \.isWhitespace)
    }

    public var kind: Kind
    /// The text, or the caption when there are media. Empty only when there are media.
    public var text: String
    public var mediaURL: String?

    public init(kind: Kind, text: String, mediaURL: String?) {
        self.kind = kind
        self.text = text
        self.mediaURL = mediaURL
    }
}
