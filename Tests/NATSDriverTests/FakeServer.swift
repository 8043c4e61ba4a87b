import Glibc
import Synchronization

/// A TCP server that greets each connection with fixed bytes and then says nothing.
final class FakeServer: Sendable {
    let port: Int
    private let listener: Int32
    private let accepted = Mutex<[Int32]>([])

    struct Failure: Error {
        var code: Int32
    }

    init(greeting: [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) | listen(listener, 16) | getsockname(listener, $0, &length)
            }
        }
        guard status == 0 else {
            let code = errno
            close(listener)
            throw Failure(code: code)
        }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let context = Unmanaged.passRetained(Greeter(server: self, greeting: greeting))
        var thread = pthread_t()
        pthread_create(&thread, nil, greetEachConnection, context.toOpaque())
        pthread_detach(thread)
    }

    var connections: Int { accepted.withLock { $0.count } }

    /// Ends the thread and all connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        accepted.withLock { descriptors in
            for descriptor in descriptors { close(descriptor) }
            descriptors.removeAll()
        }
    }

    fileprivate func serve(_ greeting: [UInt8]) {
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0 { break }
            _ = send(descriptor, greeting, greeting.count, Int32(MSG_NOSIGNAL))
            accepted.withLock { $0.append(descriptor) }
        }
        close(listener)
    }
}

private final class Greeter: Sendable {
    let server: FakeServer
    let greeting: [UInt8]

    init(server: FakeServer, greeting: [UInt8]) {
        self.server = server
        self.greeting = greeting
    }
}

private func greetEachConnection(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let greeter = Unmanaged<Greeter>.fromOpaque(context).takeRetainedValue()
    greeter.server.serve(greeter.greeting)
    return nil
}
