internal import Glibc

/// Threads for C calls that block, outside Swift's cooperative pool.
enum DedicatedThread {
    private static let stackSize = 512 * 1_024

    /// Runs `body` on a new, detached thread. False when the system refuses one; `body` is then never called.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let start = Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        guard pthread_create(&thread, &attributes, threadEntry, start.toOpaque()) == 0 else {
            start.release()
            return false
        }
        return true
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

private func threadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
    start.body()
    return nil
}
