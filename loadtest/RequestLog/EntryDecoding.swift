/// A line that is no entry of a request log.
public enum RequestLogLineError: Error, Equatable {
    /// Not one JSON object.
    case syntax(offset: Int)
    /// Neither `"event":"request"` nor `"event":"response"`.
    case unknownEvent
    /// A field that every entry of this event has is missing or of the wrong type.
    case missing(field: String)
}

extension RequestLogEntry {
    /// Reads one line without its newline. Unknown fields are ignored, so that an older reader takes a newer log.
    public init(line: UnsafeBufferPointer<UInt8>) throws(RequestLogLineError) {
        var fields = LineFields()
        do throws(JSONSyntaxError) {
            try fields.read(line)
        } catch {
            throw .syntax(offset: error.offset)
        }
        switch fields.event {
        case .request: self = .request(try fields.request())
        case .response: self = .response(try fields.response())
        case nil: throw .unknownEvent
        }
    }
}

/// The fields of both events, as far as a line has them.
private struct LineFields {
    enum Event { case request, response }

    var event: Event?
    var sequence: Int64?
    var nanoseconds: Int64?
    var device: String?
    var recipient: String?
    var key: String?
    var attempt: Int64?
    var epoch: Int64?
    var bodySHA: String?
    var connection: Int64?
    var dialect: String?
    var kind: String?
    var verdict: GatewayVerdict?
    var answered: Bool?
    var status: Int64?
    var code: String?
    var accepted: Int64?
    var messageID: String?
    var fault: String?

    mutating func read(_ line: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) {
        var scanner = JSONFieldScanner(line)
        while let field = try scanner.next() { take(field, scanner) }
    }

    private mutating func take(_ field: JSONFieldScanner.Field, _ scanner: JSONFieldScanner) {
        let (name, value) = (field.name, field.value)
        switch true {
        case scanner.matches(name, "event"): event = Self.event(value, scanner)
        case scanner.matches(name, "seq"): sequence = scanner.integer(value)
        case scanner.matches(name, "ns"): nanoseconds = scanner.integer(value)
        case scanner.matches(name, "device"): device = scanner.text(value)
        case scanner.matches(name, "recipient"): recipient = scanner.text(value)
        case scanner.matches(name, "key"): key = scanner.text(value)
        case scanner.matches(name, "attempt"): attempt = scanner.integer(value)
        case scanner.matches(name, "epoch"): epoch = scanner.integer(value)
        case scanner.matches(name, "body_sha"): bodySHA = scanner.text(value)
        case scanner.matches(name, "connection"): connection = scanner.integer(value)
        case scanner.matches(name, "dialect"): dialect = scanner.text(value)
        case scanner.matches(name, "kind"): kind = scanner.text(value)
        case scanner.matches(name, "verdict"): verdict = scanner.text(value).flatMap(GatewayVerdict.init(rawValue:))
        case scanner.matches(name, "answered"): answered = if case .bool(let flag) = value { flag } else { nil }
        case scanner.matches(name, "status"): status = scanner.integer(value)
        case scanner.matches(name, "code"): code = scanner.text(value)
        case scanner.matches(name, "accepted_ns"): accepted = scanner.integer(value)
        case scanner.matches(name, "message_id"): messageID = scanner.text(value)
        case scanner.matches(name, "fault"): fault = scanner.text(value)
        default: break
        }
    }

    private static func event(_ value: JSONFieldScanner.Value, _ scanner: JSONFieldScanner) -> Event? {
        guard case .text(let range, false) = value else { return nil }
        if scanner.matches(range, "request") { return .request }
        return scanner.matches(range, "response") ? .response : nil
    }

    func request() throws(RequestLogLineError) -> ReceivedRequest {
        ReceivedRequest(
            sequence: try positive(sequence, "seq"), nanoseconds: try required(nanoseconds, "ns"), device: device,
            recipient: recipient, key: key, attempt: attempt, epoch: epoch, bodySHA: bodySHA ?? "",
            connection: UInt64(clamping: connection ?? 0), dialect: try required(dialect, "dialect"),
            kind: kind ?? "text")
    }

    func response() throws(RequestLogLineError) -> RequestOutcome {
        let verdict = try required(verdict, "verdict")
        if verdict == .accepted { _ = try required(accepted, "accepted_ns") }
        return RequestOutcome(
            sequence: try positive(sequence, "seq"), nanoseconds: try required(nanoseconds, "ns"), verdict: verdict,
            answered: try required(answered, "answered"), status: status.map { Int(clamping: $0) }, code: code,
            acceptedNanoseconds: accepted, messageID: messageID, fault: fault)
    }

    private func required<Value>(_ value: Value?, _ field: String) throws(RequestLogLineError) -> Value {
        guard let value else { throw .missing(field: field) }
        return value
    }

    private func positive(_ value: Int64?, _ field: String) throws(RequestLogLineError) -> UInt64 {
        guard let value, value > 0 else { throw .missing(field: field) }
        return UInt64(value)
    }
}
