internal import Synchronization

/// SluiceFailpoints: places in the protocol where a test has a process die or stop.
///
/// Why it exists: a crash between two certain steps is what the protocol is made for, and a signal from outside meets it
/// once in a thousand tries. Here the process itself sends the signal, to itself, at the very step.
///
/// States: not armed (always, outside of tests) → armed once, at the process's start, for the rest of its life.
///
/// Invariants: not armed, a failpoint is the load of a pointer that is nil. One that acts does nothing else: no clean-up,
/// no log beyond a line on standard error.
///
/// How it fails: a note that cannot be written keeps the failpoint from acting, because the process that is started in
/// its place would do the same for ever.
public enum SluiceFailpoints {}

/// Where the code says that it is there.
public enum Failpoints {
    private static let armed = AtomicLazyReference<ArmedFailpoints>()

    public static func before(_ step: ProtocolStep) { armed.load()?.reach(.before, step) }

    public static func after(_ step: ProtocolStep) { armed.load()?.reach(.after, step) }

    /// Arms this process; what was armed first stays.
    ///
    /// - Parameters:
    ///   - node: whose process it is, for the notes.
    ///   - notes: a folder for one note per failpoint that acted. As long as a note is there its failpoint does not act,
    ///     in whichever process; once the note is taken away it acts the next time that somebody is there. Nil: each
    ///     acts once in this process, and again in the process that is started in its place.
    public static func arm(_ failpoints: [Failpoint], node: String, notes: String?) {
        guard !failpoints.isEmpty else { return }
        _ = armed.storeIfNil(
            ArmedFailpoints(failpoints, notes: notes.map { FailpointNotes(folder: $0, node: node) }))
    }
}
