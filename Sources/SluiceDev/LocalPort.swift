import Glibc

/// Ports of 127.0.0.1.
enum LocalPort {
    /// `wanted` when nobody listens there, else a port that is free now, and none of `given`, whose users do not listen
    /// yet. Somebody else may take it before its user does; that process then fails and is started again.
    static func free(preferring wanted: Int?, except given: Set<Int> = []) throws(DevError) -> Int {
        if let wanted, !given.contains(wanted), let port = bound(to: wanted) { return port }
        // One of thousands, drawn by chance: that many draws are not all given away.
        for _ in 0..<20 {
            if let port = bound(to: 0), !given.contains(port) { return port }
        }
        throw DevError("no port of 127.0.0.1 is free")
    }

    /// Whether somebody accepts connections there. Returns at once: on the loopback the kernel answers.
    static func isAccepting(_ port: Int) -> Bool {
        withSocket(port) { descriptor, address, length in connect(descriptor, address, length) == 0 } ?? false
    }

    /// A connection to whoever accepts there, closed by the caller; nil when nobody does.
    static func connection(to port: Int) -> Int32? {
        withSocket(port) { descriptor, address, length -> Int32? in
            guard connect(descriptor, address, length) == 0 else { return nil }
            let kept = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            return kept >= 0 ? kept : nil
        } ?? nil
    }

    private static func bound(to port: Int) -> Int? {
        withSocket(port) { descriptor, address, length in
            // As servers do: a port whose last user's connections linger in TIME_WAIT is free.
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            guard bind(descriptor, address, length) == 0 else { return nil }
            var length = length
            guard getsockname(descriptor, address, &length) == 0 else { return nil }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        } ?? nil
    }

    private static func withSocket<Value>(
        _ port: Int, _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Value
    ) -> Value? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
