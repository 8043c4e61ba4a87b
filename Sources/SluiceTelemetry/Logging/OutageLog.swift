public import Logging
import Synchronization

/// Logs when something stops working and when it works again, and nothing in between: a database that is away for an
/// hour is two lines, not thousands.
public final class OutageLog: Sendable {
    private let what: Logger.MetadataValue
    private let logger: Logger
    private let isDown = Mutex(false)

    public init(_ what: String, logger: Logger) {
        self.what = .string(what)
        self.logger = logger
    }

    public func failed(_ error: any Error) {
        guard isDown.withLock({ exchange(&$0, true) }) == false else { return }
        logger.warning("failing; retried until it works", metadata: ["what": what, "error": "\(error)"])
    }

    public func worked() {
        guard isDown.withLock({ exchange(&$0, false) }) else { return }
        logger.notice("works again", metadata: ["what": what])
    }

    public func note(_ attempt: Result<Void, any Error>) {
        switch attempt {
        case .success: worked()
        case .failure(let error): failed(error)
        }
    }

    private func exchange(_ value: inout Bool, _ new: Bool) -> Bool {
        defer { value = new }
        return value
    }
}
