internal import CPostgres
internal import Synchronization

/// A request to the server to stop the running statement.
///
/// libpq 15 can only send it in a blocking way, over a connection of its own, so a thread of its own does that and
/// ends. There is at most one per connection, bounded in time by the connection's `tcp_user_timeout`. The server has
/// passed the signal on before the call returns, so a request that is over cannot hit a later statement.
final class CancelRequest: Sendable {
    private let finished = Atomic<Bool>(false)

    var isOver: Bool { finished.load(ordering: .acquiring) }

    /// - Parameter wake: Signalled when the request is over.
    static func send(on handle: borrowing ConnectionHandle, wake: WakeDescriptor) -> CancelRequest {
        let request = CancelRequest()
        guard let cancel = PQgetCancel(handle.raw) else {
            request.finished.store(true, ordering: .releasing)
            return request
        }
        let order = OwnedCancel(pointer: cancel)
        let isStarted = DedicatedThread.start {
            order.perform()
            request.finished.store(true, ordering: .releasing)
            wake.signal()
        }
        if !isStarted {
            order.discard()
            request.finished.store(true, ordering: .releasing)
        }
        return request
    }
}

/// A `PGcancel` on its way to the thread that uses and frees it.
///
/// `@unchecked Sendable`: a PGcancel is a copy of what a cancel request needs and shares nothing with its connection;
/// exactly one of `perform` and `discard` is called, once, by its only holder.
private final class OwnedCancel: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(pointer: OpaquePointer) {
        self.pointer = pointer
    }

    func perform() {
        // A failure shows as the statement going on; the grace handles that. libpq truncates the message to the
        // buffer.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            _ = PQcancel(pointer, buffer.baseAddress, 256)
        }
        PQfreeCancel(pointer)
    }

    func discard() {
        PQfreeCancel(pointer)
    }
}
