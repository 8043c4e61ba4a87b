public import SluiceCore

/// What a gateway tells of messages that it accepted earlier.
public struct DeliveryReceipt: Hashable, Sendable {
    /// Which messages it is about.
    public enum Subject: Hashable, Sendable {
        /// The attempt that the receipt's address named, and the gateway's id of the message.
        case attempt(AttemptKey, providerID: String)
        /// The gateway's ids of messages to a person, by the person's digits.
        case messages([String], recipient: String)
    }

    /// How it ended. `delivered` is the last word; the others hold until it is said.
    public enum Delivery: String, Hashable, Sendable {
        case delivered, undelivered, failed
    }

    public var subject: Subject
    public var delivery: Delivery
    /// Why it did not arrive, as the gateway numbers it.
    public var code: String?

    public init(_ subject: Subject, _ delivery: Delivery, code: String? = nil) {
        self.subject = subject
        self.delivery = delivery
        self.code = code
    }
}

/// What a receipt changed.
public enum ReceiptVerdict: String, CaseIterable, Sendable {
    case taken
    /// What it says was known, or something later was.
    case repeated
    /// No message of the gateway's devices is the one it is about.
    case unmatched
}
