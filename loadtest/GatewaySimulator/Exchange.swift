internal import NIOCore
internal import RequestLog

/// One message request from the moment it has been read to the moment its answer is written.
///
/// States: `waiting` in its lane → `working` → `held` (while answers are held) → concluded, or `silent` (no answer will
/// come; open until the client or the patience ends) → concluded. `waiting`, `working` and `held` may go to concluded
/// directly when the gateway gives up. Concluded is final: its response line is in the log.
final class Exchange {
    enum Stage {
        case waiting
        case working
        case held
        case silent(Ending, since: Int64)
        case concluded
    }

    /// How a message ends.
    struct Ending {
        enum Delivery {
            case answer(Reply)
            case drip(Reply)
            case resetBeforeCommit
            case resetAfterCommit
            /// An orderly end without an answer, after the log holds it.
            case closeAfterCommit
        }

        var verdict: GatewayVerdict
        var code: String
        var delivery: Delivery
        var acceptedNanoseconds: Int64?
        var messageID: String?
    }

    let sequence: UInt64
    let received: Int64
    let message: IncomingMessage
    var stage = Stage.waiting
    /// The client; nil once it has hung up.
    var connection: ConnectionHandler?
    /// Its connection had carried a message before.
    let isOnReusedConnection: Bool
    var fault: Fault?
    var latency: Int64 = 0
    /// Ends the work of the lane; set while working.
    var timer: Scheduled<Void>?
    /// The lane that holds it; nil while none does.
    var lane: DeviceLane?

    init(sequence: UInt64, received: Int64, message: IncomingMessage, connection: ConnectionHandler) {
        self.sequence = sequence
        self.received = received
        self.message = message
        self.connection = connection
        isOnReusedConnection = connection.messages > 1
    }

    var isConcluded: Bool {
        if case .concluded = stage { true } else { false }
    }
}

/// The line of messages in front of one device, which handles one at a time.
final class DeviceLane {
    let device: String
    var current: Exchange?
    var waiting = CircularBuffer<Exchange>(initialCapacity: 1)
    /// While messages are being started, so that one that ends at once does not start the next from within.
    var isAdvancing = false

    init(device: String) { self.device = device }
}
