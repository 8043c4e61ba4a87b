internal import RequestLog

/// What a new process takes over from the log of the one before.
struct LogRecovery: Sendable {
    var lastSequence: UInt64 = 0
    var lastNanoseconds: Int64 = 0
    /// Requests without a response: their process died, and a message whose acceptance is not in the log was not
    /// accepted.
    var unfinished: [UInt64] = []
    /// Keys that the webhook accepted, oldest first, as far as they are remembered.
    var acceptedKeys: AcceptedKeys
    /// Where the complete lines end.
    var length: Int64 = 0

    /// Nothing to take over.
    init(rememberedKeys: Int) { acceptedKeys = AcceptedKeys(limit: rememberedKeys) }

    /// Reads the whole log.
    mutating func read(_ path: String) throws {
        var open: [UInt64: String?] = [:]
        let pass = try RequestLogReader(path: path).read { entry in
            lastNanoseconds = max(lastNanoseconds, entry.nanoseconds)
            switch entry {
            case .request(let request):
                lastSequence = max(lastSequence, request.sequence)
                open[request.sequence] = .some(request.dialect == Dialect.webhook.rawValue ? request.key : nil)
            case .response(let outcome):
                lastNanoseconds = max(lastNanoseconds, outcome.acceptedNanoseconds ?? 0)
                guard let key = open.removeValue(forKey: outcome.sequence) else { return }
                if let key, outcome.verdict == .accepted { acceptedKeys.insert(key) }
            }
        }
        unfinished = open.keys.sorted()
        length = pass.nextOffset
    }
}
