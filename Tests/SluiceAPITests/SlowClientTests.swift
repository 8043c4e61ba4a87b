import Dispatch
import Foundation
import PostgresDriver
import SluiceAPI
import TestSupport
import Testing

/// Whoever asks for a file and does not read it, or does not say what they began to say: nothing is gathered for them, and
/// they are let go.
@Suite struct SlowClientTests {
    private static let export = "GET /api/v1/subscribers/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    /// The server takes one connection at a time, so that the next client is served only once the first was let go: well
    /// before its idle time is over.
    @Test func `a client that reads nothing gives its connection back, without the file`() async throws {
        try await RunningAPI.with {
            $0.clientConnections = 1
            $0.readDeadline = .milliseconds(300)
        } _: { api in
            try await api.addSubscribers()
            let reader = try IdleClient(port: api.port)
            try reader.say(Self.export)
            #expect(try await api.get("/healthz").status == 200)
            let (bytes, isWhole) = try await reader.readToTheEnd()
            // What its socket and the server's hold; the file has 50 MB.
            #expect((1_000..<16_000_000).contains(bytes), "\(bytes) bytes")
            #expect(!isWhole, "its end is missing, so that the reader knows")
        }
    }

    @Test func `a server that is cancelled lets go of whoever reads a file`() async throws {
        try await RunningAPI.with { api in
            try await api.addSubscribers()
            let reader = try IdleClient(port: api.port)
            try reader.say(Self.export)
            #expect(try await reader.hear().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `a body that does not come is not waited for`() async throws {
        try await RunningAPI.with { api in
            let sender = try IdleClient(port: api.port)
            try sender.say(
                """
                POST /api/v1/template-preview HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{"body":
                """)
            let answer = try await sender.hear()
            #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
            #expect(answer.contains(#""code":"body_too_slow""#), "\(answer)")
        }
    }
}

extension RunningAPI {
    /// Whose file has 50 MB.
    fileprivate func addSubscribers() async throws {
        try await fixture.sql.query(
            """
            INSERT INTO meta_subscribers (page_id, user_id, user_name)
            SELECT 1, n::text, repeat('x', 1000) FROM generate_series(1, 50000) n
            """)
    }
}

/// A connection in raw bytes: an HTTP client reads whatever comes.
private final class IdleClient: Sendable {
    struct Failure: Error {
        var operation: String
        var errorNumber = errno
    }

    private let descriptor: Int32
    /// What blocks runs here, off the threads that the server runs on.
    private let queue = DispatchQueue(label: "idle client")

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(operation: "socket") }
        // So that little lies in its own buffer, and no test waits for ever.
        var bytes: Int32 = 16_384
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(operation: "connect") }
    }

    deinit { close(descriptor) }

    func say(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(operation: "send")
        }
    }

    /// What comes next, small enough to come at once.
    func hear() async throws -> String {
        try await onQueue { [descriptor] in
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count >= 0 else { throw Failure(operation: "recv") }
            return String(decoding: chunk[..<count], as: UTF8.self)
        }
    }

    /// How much came until the server had closed, and whether a chunked answer's end was in it.
    func readToTheEnd() async throws -> (bytes: Int, isWhole: Bool) {
        try await onQueue { [descriptor] in
            var (total, tail) = (0, [UInt8]())
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                // A connection may end with a reset as well.
                if count == 0 || count < 0 && errno == ECONNRESET { break }
                guard count > 0 else { throw Failure(operation: "recv") }
                total += count
                tail = Array((tail + chunk[..<count]).suffix(5))
            }
            return (total, tail == Array("0\r\n\r\n".utf8))
        }
    }

    private func onQueue<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: .init(catching: work)) }
        }
    }
}
