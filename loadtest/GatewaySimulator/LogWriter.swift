internal import NIOCore
internal import NIOPosix
internal import RequestLog

/// Group commit of the request log.
///
/// Lines are collected on the event loop. One batch at a time is written and synced on a thread of its own while the
/// next one collects, so the number of syncs follows the disk, not the load. What waits for a commit (the answers) runs
/// on the loop, in order, once everything appended before it is on disk.
///
/// Confined to its event loop. It holds at most two lines for each open request.
///
/// States: idle → writing → idle, and from writing → failed, which is final: nothing that waits will ever run.
final class LogWriter {
    private struct Waiter {
        var position: Int
        var action: () -> Void
    }

    private let file: LogFile
    private let loop: any EventLoop
    private let thread: NIOThreadPool
    private let failed: (any Error) -> Void
    private var pending: [UInt8] = []
    private var appended = 0
    private var committed = 0
    private var waiters = CircularBuffer<Waiter>()
    private var isWriting = false
    private var isFlushScheduled = false
    private var hasFailed = false

    /// - Parameters:
    ///   - thread: a pool of one thread, running, for this writer only.
    ///   - failed: called once on the loop when the log cannot be written.
    init(file: LogFile, loop: any EventLoop, thread: NIOThreadPool, failed: @escaping (any Error) -> Void) {
        self.file = file
        self.loop = loop
        self.thread = thread
        self.failed = failed
    }

    func append(_ entry: RequestLogEntry) {
        let before = pending.count
        entry.append(to: &pending)
        appended += pending.count - before
        guard !isWriting, !isFlushScheduled else { return }
        // At the end of the loop's turn, so that all requests that arrived in it share one commit.
        isFlushScheduled = true
        loop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            write()
        }
    }

    /// Runs `action` once everything appended so far is committed.
    func afterCommit(_ action: @escaping () -> Void) {
        if committed == appended { return action() }
        waiters.append(Waiter(position: appended, action: action))
    }

    private func write() {
        guard !isWriting, !hasFailed, !pending.isEmpty else { return }
        isWriting = true
        let batch = pending
        let file = file
        pending = []
        pending.reserveCapacity(batch.count)
        let written = thread.runIfActive(eventLoop: loop) { try file.commit(batch) }
        written.assumeIsolated().whenComplete { [self] result in
            isWriting = false
            switch result {
            case .success:
                committed += batch.count
                release()
                write()
            case .failure(let error):
                hasFailed = true
                waiters.removeAll()
                failed(error)
            }
        }
    }

    private func release() {
        while let first = waiters.first, first.position <= committed {
            waiters.removeFirst()
            first.action()
        }
    }
}
