internal import CPostgres
internal import Glibc

/// The one owner of a `PGconn`, which ends with it. Not copyable, so that the thread that made it is the one that
/// uses it.
struct ConnectionHandle: ~Copyable {
    let raw: OpaquePointer

    init(owning raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQfinish(raw)
    }

    var socket: Int32 { PQsocket(raw) }

    var isBad: Bool { PQstatus(raw) == CONNECTION_BAD }

    /// libpq's last message in one line. libpq puts no password into messages.
    var errorMessage: String {
        let text = PQerrorMessage(raw).map { String(cString: $0) } ?? ""
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " || $0 == "\t" } }
            .joined(separator: "; ")
    }
}

/// What a wait ended with.
struct Readiness {
    var isReadable = false
    var isWritable = false
    var isWoken = false
}

enum SocketWait {
    /// Waits for the socket, for a wake-up, or until `deadline`; nil waits without end, which only an idle connection
    /// does.
    static func poll(
        socket: Int32, forWriting: Bool, forReading: Bool = true, wake: WakeDescriptor?,
        until deadline: ContinuousClock.Instant?
    ) -> Readiness {
        let events = (forReading ? Int16(POLLIN) : 0) | (forWriting ? Int16(POLLOUT) : 0)
        var descriptors = [
            pollfd(fd: socket, events: events, revents: 0),
            pollfd(fd: wake?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        let count = Glibc.poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: deadline))
        // EINTR and the like count as a spurious wake-up: every caller looks at its state again.
        guard count > 0 else { return Readiness() }
        let problem = Int16(POLLERR) | Int16(POLLHUP) | Int16(POLLNVAL)
        let socketEvents = descriptors[0].revents
        let isWoken = descriptors[1].revents != 0
        if isWoken { wake?.drain() }
        return Readiness(
            isReadable: socketEvents & (Int16(POLLIN) | problem) != 0,
            isWritable: socketEvents & (Int16(POLLOUT) | problem) != 0,
            isWoken: isWoken)
    }

    /// Rounded up, so that a wait does not end before its deadline and spin.
    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let left = ContinuousClock.now.duration(to: deadline)
        if left <= .zero { return 0 }
        let (seconds, attoseconds) = left.components
        if seconds > 86_400 { return 86_400_000 }
        return Int32(seconds) * 1_000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
