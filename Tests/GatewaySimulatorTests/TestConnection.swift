import Dispatch
import Glibc

/// One TCP connection to a simulator, in raw bytes: an HTTP client would hide resets, drips and malformed answers.
final class TestConnection: Sendable {
    enum Reception: Equatable {
        case response(TestResponse)
        /// The peer ended the stream before a whole answer.
        case closed
        case reset
        /// Nothing whole came in time.
        case silence
    }

    struct Failure: Error {
        var operation: String
        var errorNumber = errno
    }

    private let descriptor: Int32
    /// Blocking calls run here, off the cooperative pool; serial, so that one connection is used in order.
    private let queue = DispatchQueue(label: "test connection")

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func open(port: Int) throws -> TestConnection {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(operation: "socket") }
        let connection = TestConnection(descriptor: descriptor)
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
        return connection
    }

    func send(_ request: TestRequest) async throws { try await send(bytes: request.bytes) }

    func send(bytes: some Collection<UInt8>) async throws {
        let bytes = Array(bytes)
        try await onQueue { [descriptor] in
            var start = 0
            while start < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + start, $0.count - start, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failure(operation: "send") }
                start += count
            }
        }
    }

    /// Reads one answer, or says why there is none.
    func receive(milliseconds: Int32 = 10_000) async throws -> Reception {
        try await onQueue { [descriptor] in
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                if let response = TestResponse(bytes) { return .response(response) }
                var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&poller, 1, milliseconds) > 0 else { return .silence }
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count == 0 { return .closed }
                if count < 0 { return errno == ECONNRESET ? .reset : .closed }
                bytes.append(contentsOf: chunk[..<count])
            }
        }
    }

    /// Ends the connection as a client that gives up does.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func onQueue<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: .init(catching: work)) }
        }
    }
}
