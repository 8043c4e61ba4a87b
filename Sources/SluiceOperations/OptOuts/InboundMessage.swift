/// A message that a person sent to a device, as the device's gateway tells it.
public struct InboundMessage: Hashable, Sendable {
    /// What the gateway calls the message; nil when it does not say, and then a repeat is not known for one.
    public var id: String?
    /// The person's number; nil when the gateway does not know it.
    public var sender: String?
    /// What the device that received it may be called at the gateway.
    public var deviceNames: [String]
    /// The device's number, as digits.
    public var devicePhone: String?
    public var text: String

    public init(id: String?, sender: String?, deviceNames: [String], devicePhone: String?, text: String) {
        self.id = id
        self.sender = sender
        self.deviceNames = deviceNames
        self.devicePhone = devicePhone
        self.text = text
    }
}
