/// Whether a device can send, as its gateway last said.
///
/// A device is believed able to send until its gateway says otherwise: one refused attempt costs less than polling
/// thousands of devices that are fine.
public enum DeviceCondition: Hashable, Sendable {
    case connected
    /// The session is down; it usually comes back by itself.
    case disconnected
    /// Somebody must pair the number again.
    case loggedOut
    /// The gateway does not know this device.
    case notFound
    /// The gateway does not accept the credentials it is called with: somebody must correct them.
    case credentialsRefused
    /// The platform bars the number until then; without a time, until an operator says otherwise.
    case banned(until: DatabaseTime?)

    public var canSend: Bool { self == .connected }

    /// The word in `device_states.state`, in `why` and in status.
    public var name: String {
        switch self {
        case .connected: "connected"
        case .disconnected: "disconnected"
        case .loggedOut: "logged_out"
        case .notFound: "not_found"
        case .credentialsRefused: "credentials_refused"
        case .banned: "banned"
        }
    }
}
