import Testing

/// Something that a server does to one request, in any dialect, and what may be concluded from it.
struct Hostility: Sendable, CustomTestStringConvertible {
    enum Verdict: Sendable {
        case accepted
        case refused
        case unknown
        /// The answer was whole, but whether the client could read all of it is up to the kernel.
        case acceptedOrUnknown
        /// Whether the request's first byte left before the end of the connection came is up to the kernel.
        case unknownOrUnwritten

        func allows(_ outcome: String, of dialect: DialectUnderTest) -> Bool {
            let isUnknown = outcome.hasPrefix("unknown ")
            return switch self {
            case .accepted: outcome == dialect.accepts.outcome
            case .refused: outcome == dialect.refuses.outcome
            case .unknown: isUnknown
            case .acceptedOrUnknown: isUnknown || outcome == dialect.accepts.outcome
            case .unknownOrUnwritten: isUnknown || outcome == "refused connect_failed free retry"
            }
        }
    }

    var name: String
    /// The script of the one connection that the server expects, in the words of a dialect.
    var script: @Sendable (DialectUnderTest) -> [ScriptedServer.Step]
    var verdict: Verdict
    /// Short where the server lets it run out.
    var httpTimeout: Duration = .seconds(5)
    /// Complete requests that the server reads.
    var arrivals = 1
    /// The message's text, in bytes: more than the kernels' buffers hold where the server must not have it all.
    var textBytes = 40

    var testDescription: String { name }

    init(
        _ name: String, _ verdict: Verdict, httpTimeout: Duration = .seconds(5), arrivals: Int = 1, textBytes: Int = 40,
        script: @escaping @Sendable (DialectUnderTest) -> [ScriptedServer.Step]
    ) {
        self.name = name
        self.script = script
        self.verdict = verdict
        self.httpTimeout = httpTimeout
        self.arrivals = arrivals
        self.textBytes = textBytes
    }

    /// One that goes on until the client gives up.
    static func endless(
        _ name: String, arrivals: Int = 1, textBytes: Int = 40,
        script: @escaping @Sendable (DialectUnderTest) -> [ScriptedServer.Step]
    ) -> Hostility {
        Hostility(
            name, .unknown, httpTimeout: .milliseconds(200), arrivals: arrivals, textBytes: textBytes, script: script)
    }

    static let all = endings + stalls + interim + several + early + malformed + oversized
}

// MARK: The connection ends

extension Hostility {
    /// More than two kernels' buffers together hold.
    private static let hugeText = 5_000_000

    private static let endings = [
        Hostility("ends before it reads", .unknownOrUnwritten, arrivals: 0) { _ in [.close] },
        Hostility("resets before it reads", .unknownOrUnwritten, arrivals: 0) { _ in [.reset] },
        Hostility("ends after the head", .unknown, arrivals: 0) { _ in [.awaitHead, .close] },
        Hostility("resets after the head", .unknown, arrivals: 0) { _ in [.awaitHead, .reset] },
        Hostility("ends within the request", .unknown, arrivals: 0, textBytes: hugeText) { _ in
            [.awaitHead, .stopReading, .close]
        },
        Hostility("ends after the request", .unknown) { _ in [.awaitRequest, .close] },
        Hostility("resets after the request", .unknown) { _ in [.awaitRequest, .reset] },
        Hostility("ends after the answer", .accepted) { [.awaitRequest, .send($0.accepts.response()), .close] },
        Hostility("resets after the answer", .acceptedOrUnknown) {
            [.awaitRequest, .send($0.accepts.response()), .reset]
        },
        Hostility("says close, answers, stays", .accepted) {
            [.awaitRequest, .send($0.accepts.response(headers: "Connection: close\r\n")), .stall]
        },
        Hostility("a body that the connection's end ends", .accepted) {
            [.awaitRequest, .send("HTTP/1.0 \($0.accepts.status)\r\n\r\n\($0.accepts.body)"), .close]
        },
        Hostility("ends between two chunks", .unknown) {
            [.awaitRequest, .send(chunkedHead($0) + chunk($0.accepts.body)), .close]
        },
        Hostility("ends within the last chunk", .unknown) {
            [.awaitRequest, .send(chunkedHead($0) + chunk($0.accepts.body) + "0\r\n"), .close]
        },
    ]
}

// MARK: Nothing, or too little, happens

extension Hostility {
    private static let stalls = [
        Hostility.endless("never reads", arrivals: 0) { _ in [.stopReading, .stall] },
        Hostility.endless("stops within the request", arrivals: 0, textBytes: hugeText) { _ in
            [.awaitHead, .stopReading, .stall]
        },
        Hostility.endless("reads, says nothing") { _ in [.awaitRequest, .stall] },
        Hostility.endless("stops within the status line") { _ in [.awaitRequest, .send("HTTP/1.1 2"), .stall] },
        Hostility.endless("stops within the head") {
            [.awaitRequest, .send("HTTP/1.1 \($0.accepts.status)\r\nContent-Len"), .stall]
        },
        Hostility.endless("stops within the body") {
            [.awaitRequest, .send(String($0.accepts.response().dropLast())), .stall]
        },
        Hostility.endless("stops between two chunks") {
            [.awaitRequest, .send(chunkedHead($0) + chunk($0.accepts.body)), .stall]
        },
        Hostility.endless("a head that drips") {
            [.awaitRequest, .send("HTTP/1.1 \($0.accepts.status)\r\nX-A: ")] + drip("a")
        },
        Hostility.endless("a body that drips") {
            [.awaitRequest, .send("HTTP/1.1 \($0.accepts.status)\r\nContent-Length: 1000\r\n\r\n")] + drip(" ")
        },
        Hostility.endless("chunks that drip") { [.awaitRequest, .send(chunkedHead($0))] + drip(chunk(" ")) },
    ]
}

// MARK: Interim answers and redirects

extension Hostility {
    private static let interim: [Hostility] =
        [
            Hostility("100 Continue, then the answer", .accepted) {
                [.awaitRequest, .send("HTTP/1.1 100 Continue\r\n\r\n"), .send($0.accepts.response()), .stall]
            },
            Hostility("100 Continue before the request is read", .accepted) {
                [.send("HTTP/1.1 100 Continue\r\n\r\n"), .awaitRequest, .send($0.accepts.response()), .stall]
            },
            Hostility("103, 102 and 100, then the answer", .accepted) {
                [
                    .awaitRequest,
                    .send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"),
                    .send("HTTP/1.1 100 Continue\r\n\r\n" + $0.accepts.response()), .stall,
                ]
            },
            Hostility("100 Continue, then the end", .unknown) { _ in
                [.awaitRequest, .send("HTTP/1.1 100 Continue\r\n\r\n"), .close]
            },
            Hostility.endless("100 Continue, then nothing") { _ in
                [.awaitRequest, .send("HTTP/1.1 100 Continue\r\n\r\n"), .stall]
            },
            Hostility.endless("100 Continue for ever") { _ in
                [.awaitRequest] + drip("HTTP/1.1 100 Continue\r\n\r\n")
            },
            Hostility.endless("101 Switching Protocols") { _ in
                [
                    .awaitRequest,
                    .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
                ]
                    + drip("\u{0}")
            },
        ]
        + ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"].map {
            status in
            Hostility("redirect \(status)", .unknown) { _ in
                [.awaitRequest, .send("HTTP/1.1 \(status)\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"), .stall]
            }
        }
}

// MARK: More than was asked for, or sooner

extension Hostility {
    private static let several = [
        Hostility("two answers at once", .accepted) {
            [.awaitRequest, .send($0.accepts.response() + $0.refuses.response()), .stall]
        },
        Hostility("a refusal and an acceptance at once", .refused) {
            [.awaitRequest, .send($0.refuses.response() + $0.accepts.response()), .stall]
        },
        Hostility("a second answer later", .accepted) {
            [
                .awaitRequest, .send($0.accepts.response()), .pause(.milliseconds(20)), .send($0.refuses.response()),
                .stall,
            ]
        },
        Hostility("bytes after the answer", .accepted) {
            [.awaitRequest, .send($0.accepts.response() + "and more"), .stall]
        },
    ]

    private static let early = [
        Hostility("refuses before it has read the request", .refused, arrivals: 0, textBytes: hugeText) {
            [.awaitHead, .stopReading, .send($0.refuses.response()), .stall]
        },
        Hostility("refuses before it has read the request, and ends", .refused, arrivals: 0, textBytes: hugeText) {
            [.awaitHead, .stopReading, .send($0.refuses.response()), .pause(.milliseconds(100)), .close]
        },
        Hostility("accepts before it has read the request", .acceptedOrUnknown, arrivals: 0, textBytes: hugeText) {
            [.awaitHead, .stopReading, .send($0.accepts.response()), .stall]
        },
        Hostility("half an answer before it has read the request", .unknown, arrivals: 0, textBytes: hugeText) {
            [.awaitHead, .stopReading, .send(String($0.accepts.response().dropLast(5))), .close]
        },
        // An answer without a question: the connection is not used, or the answer is taken for the request's own.
        Hostility("answers before the request", .acceptedOrUnknown) {
            [.send($0.accepts.response()), .awaitRequest, .stall]
        },
    ]
}

// MARK: Answers that are none

extension Hostility {
    private static let malformed = [
        ("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        ("an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("no status", "HTTP/1.1 \r\nContent-Length: 2\r\n\r\n{}"),
        ("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}"),
        ("a status in words", "HTTP/1.1 OK 200\r\nContent-Length: 2\r\n\r\n{}"),
        ("a line without a colon", "HTTP/1.1 200 OK\r\nContent Length 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"),
        ("a length in words", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"),
        ("a length beyond 64 bits", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
        ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
        (
            "a length and chunks",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        ),
        ("a chunk length that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk longer than it says", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
        ("a NUL in the head", "HTTP/1.1 200 OK\r\nX-A: \u{0}\r\nContent-Length: 2\r\n\r\n{}"),
    ].map { name, text in Hostility(name, .unknown) { _ in [.awaitRequest, .send(text), .close] } }

    private static let oversized = [
        Hostility("a head without end", .unknown) { _ in
            [.awaitRequest, .send("HTTP/1.1 200 OK\r\nX-A: " + String(repeating: "a", count: 200_000)), .stall]
        },
        Hostility("a head of 20,000 lines", .unknown) { _ in
            [.awaitRequest, .send("HTTP/1.1 200 OK\r\n" + String(repeating: "X-A: aaaa\r\n", count: 20_000)), .stall]
        },
        Hostility("a status line without end", .unknown) { _ in
            [.awaitRequest, .send("HTTP/1.1 200 " + String(repeating: "O", count: 200_000)), .stall]
        },
        Hostility("a body over the limit, announced", .unknown) { _ in
            [
                .awaitRequest,
                .send("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + String(repeating: "a", count: 70_000)),
                .stall,
            ]
        },
        Hostility("a body over the limit, in chunks", .unknown) {
            [.awaitRequest, .send(chunkedHead($0))]
                + Array(repeating: .send(chunk(String(repeating: "a", count: 16_384))), count: 5) + [.stall]
        },
        Hostility("a body over the limit, until the end", .unknown) {
            [
                .awaitRequest, .send("HTTP/1.0 \($0.accepts.status)\r\n\r\n" + String(repeating: "a", count: 70_000)),
                .close,
            ]
        },
        Hostility("a body of 10 GB, announced, then the end", .unknown) {
            [.awaitRequest, .send("HTTP/1.1 \($0.accepts.status)\r\nContent-Length: 10000000000\r\n\r\n{"), .close]
        },
        Hostility("random bytes", .unknown) { _ in
            [
                .awaitRequest, .sendBytes((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }),
                .close,
            ]
        },
    ]
}

// MARK: Parts of scripts

private func chunkedHead(_ dialect: DialectUnderTest) -> String {
    "HTTP/1.1 \(dialect.accepts.status)\r\nTransfer-Encoding: chunked\r\n\r\n"
}

private func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }

/// A piece every 40 ms for 4 s, longer than any case waits.
private func drip(_ piece: String) -> [ScriptedServer.Step] {
    Array(repeating: [.pause(.milliseconds(40)), .send(piece)], count: 100).flatMap { $0 }
}
