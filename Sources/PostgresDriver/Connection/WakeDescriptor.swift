internal import CPostgres
internal import Glibc

/// An eventfd: lets any thread end another thread's `poll`.
final class WakeDescriptor: Sendable {
    let descriptor: Int32

    /// Nil when the process has no descriptor left.
    init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit {
        close(descriptor)
    }

    /// Safe from any thread, any number of times; wake-ups before the next ``drain()`` are one.
    func signal() {
        // The counter would have to reach 2^64 for this to fail, and then the descriptor is readable anyway.
        _ = eventfd_write(descriptor, 1)
    }

    func drain() {
        var count: eventfd_t = 0
        // Fails when nothing was signalled, which is as good as drained.
        _ = eventfd_read(descriptor, &count)
    }
}
