/// What went wrong between a caller and PostgreSQL, with what a caller needs to decide the next step.
///
/// `description` never holds a password, and never the server's `detail` field, because that one quotes row contents.
public struct PostgresError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// No session could be set up: the server is unreachable, refused the credentials or did not answer in time.
        case connectionFailed
        /// An established session ended.
        case connectionLost
        /// The caller's deadline passed, while waiting in a queue or while the server was working.
        case timedOut
        /// The calling task was cancelled.
        case cancelled
        /// The server refused the statement.
        indirect case server(PostgresServerError)
        /// A value of the result is not what the caller asked for.
        indirect case decoding(PostgresDecodingFailure)
        /// A parameter or a statement cannot be sent, for example text that holds a NUL byte.
        case invalidParameter
        /// Every connection stayed busy until the deadline, or too many callers were waiting already.
        case poolExhausted
        /// The pool is not running any more.
        case poolClosed
        /// More statements wait on one connection than it accepts.
        case queueFull
        /// `COMMIT` was answered with a rollback because a statement had failed, or the transaction was over already.
        case transactionAborted
        /// The connection string or a setting is not usable.
        case invalidConfiguration
    }

    public let kind: Kind

    /// One sentence for a person; says what to do where the driver can know it.
    public let message: String

    /// Whether the connection that reported this is closed. A pool replaces it.
    public let isConnectionFatal: Bool

    /// Whether the statement may have been executed although it failed for the caller. False is certain, true is not.
    public let mayHaveTakenEffect: Bool

    public init(
        _ kind: Kind, _ message: String, isConnectionFatal: Bool = false, mayHaveTakenEffect: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.isConnectionFatal = isConnectionFatal
        self.mayHaveTakenEffect = mayHaveTakenEffect
    }

    /// Whether the same statement may succeed when it is sent again, on this or on a new connection.
    ///
    /// Says nothing about whether repeating is safe: look at ``mayHaveTakenEffect`` for a statement that is not
    /// idempotent.
    public var isRetriable: Bool {
        switch kind {
        case .connectionFailed, .connectionLost, .timedOut, .poolExhausted, .queueFull: true
        case .server(let error): error.isRetriable
        case .cancelled, .decoding, .invalidParameter, .poolClosed, .transactionAborted, .invalidConfiguration: false
        }
    }

    /// The five-character SQLSTATE, when the server reported one.
    public var sqlState: String? {
        if case .server(let error) = kind { error.sqlState } else { nil }
    }

    /// The server's report, when there is one.
    public var serverError: PostgresServerError? {
        if case .server(let error) = kind { error } else { nil }
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .server(let error): "PostgreSQL \(error)"
        case .decoding(let failure): "PostgreSQL result: \(failure)"
        default: message
        }
    }
}
