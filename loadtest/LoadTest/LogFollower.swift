internal import RequestLog

/// Reads a request log as it grows, remembering where it was.
struct LogFollower {
    private let reader: RequestLogReader
    private var offset: Int64 = 0
    private(set) var accepted = 0
    private(set) var firstNanoseconds: Int64?
    private(set) var lastNanoseconds: Int64?

    init(path: String) { reader = RequestLogReader(path: path) }

    mutating func readOn() throws {
        var accepted = accepted
        var first = firstNanoseconds
        var last = lastNanoseconds
        let pass = try reader.read(from: offset) { entry in
            switch entry {
            case .request(let request): first = first ?? request.nanoseconds
            case .response(let outcome) where outcome.verdict == .accepted:
                accepted += 1
                last = outcome.acceptedNanoseconds ?? outcome.nanoseconds
            case .response: break
            }
        }
        offset = pass.nextOffset
        (self.accepted, firstNanoseconds, lastNanoseconds) = (accepted, first, last)
    }
}
