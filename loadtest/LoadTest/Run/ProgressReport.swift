internal import Synchronization

/// A progress line that several tasks write to.
final class ProgressReport: Sendable {
    private let line = Mutex(ProgressLine())

    func show(_ text: String) { line.withLock { $0.show(text) } }

    func note(_ text: String) { line.withLock { $0.note(text) } }
}
