extension RequestLogEntry {
    /// Appends this entry as one line, newline included. Text longer than `RequestLogFormat.longestText` is cut.
    public func append(to line: inout [UInt8]) {
        switch self {
        case .request(let request): request.append(to: &line)
        case .response(let outcome): outcome.append(to: &line)
        }
    }
}

extension ReceivedRequest {
    fileprivate func append(to line: inout [UInt8]) {
        line.append(literal: #"{"event":"request","seq":"#)
        line.append(decimal: sequence)
        line.append(literal: #","ns":"#)
        line.append(decimal: nanoseconds)
        line.append(name: "device", text: device)
        line.append(name: "recipient", text: recipient)
        line.append(name: "key", text: key)
        line.append(name: "attempt", number: attempt)
        line.append(name: "epoch", number: epoch)
        line.append(name: "body_sha", text: bodySHA)
        line.append(literal: #","connection":"#)
        line.append(decimal: connection)
        line.append(name: "dialect", text: dialect)
        line.append(name: "kind", text: kind)
        line.append(literal: "}\n")
    }
}

extension RequestOutcome {
    fileprivate func append(to line: inout [UInt8]) {
        line.append(literal: #"{"event":"response","seq":"#)
        line.append(decimal: sequence)
        line.append(literal: #","ns":"#)
        line.append(decimal: nanoseconds)
        line.append(name: "verdict", text: verdict.rawValue)
        line.append(literal: answered ? #","answered":true"# : #","answered":false"#)
        line.append(name: "status", number: status.map(Int64.init))
        line.append(name: "code", text: code)
        line.append(name: "accepted_ns", number: acceptedNanoseconds)
        line.append(name: "message_id", text: messageID)
        line.append(name: "fault", text: fault)
        line.append(literal: "}\n")
    }
}

// The writer runs inside a gateway that must be cheap beside the cluster it judges, so a line is built byte by byte
// into one reused array instead of by a general encoder.
extension [UInt8] {
    fileprivate mutating func append(literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    fileprivate mutating func append(name: StaticString, text: String?) {
        append(fieldNamed: name)
        guard let text else { return append(literal: "null") }
        append(UInt8(ascii: "\""))
        append(jsonEscaped: text, limit: RequestLogFormat.longestText)
        append(UInt8(ascii: "\""))
    }

    fileprivate mutating func append(name: StaticString, number: Int64?) {
        append(fieldNamed: name)
        guard let number else { return append(literal: "null") }
        append(decimal: number)
    }

    private mutating func append(fieldNamed name: StaticString) {
        append(literal: ",\"")
        append(literal: name)
        append(literal: "\":")
    }

    fileprivate mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    fileprivate mutating func append(decimal value: UInt64) {
        var left = count
        var rest = value
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        var right = count - 1
        while left < right {
            swapAt(left, right)
            left += 1
            right -= 1
        }
    }
}

extension [UInt8] {
    /// Appends `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, cut at the
    /// last whole character within `limit` bytes of UTF-8.
    package mutating func append(jsonEscaped text: String, limit: Int = .max) {
        let utf8 = text.utf8
        guard utf8.count > limit else {
            for byte in utf8 { append(jsonEscaped: byte) }
            return
        }
        var end = utf8.index(utf8.startIndex, offsetBy: limit)
        while end > utf8.startIndex, utf8[end] & 0b1100_0000 == 0b1000_0000 { end = utf8.index(before: end) }
        for byte in utf8[..<end] { append(jsonEscaped: byte) }
    }

    private mutating func append(jsonEscaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case 0..<0x20:
            let digits = StaticString("0123456789abcdef")
            append(literal: #"\u00"#)
            append(digits.utf8Start[Int(byte >> 4)])
            append(digits.utf8Start[Int(byte & 15)])
        default:
            append(byte)
        }
    }
}
