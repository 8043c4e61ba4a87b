internal import Glibc
internal import Synchronization

/// The failpoints of this process, and how often it was at each.
final class ArmedFailpoints: Sendable {
    private struct Place: Hashable {
        var moment: Failpoint.Moment
        var step: ProtocolStep
    }

    private let failpoints: [Place: [Failpoint]]
    private let notes: FailpointNotes?
    private let times = Mutex<[Place: Int]>([:])
    private let act: @Sendable (Failpoint) -> Void

    /// - Parameter act: for tests, in place of the signal.
    init(_ failpoints: [Failpoint], notes: FailpointNotes?, act: @escaping @Sendable (Failpoint) -> Void = signalSelf) {
        self.failpoints = Dictionary(grouping: failpoints) { Place(moment: $0.moment, step: $0.step) }
        self.notes = notes
        self.act = act
    }

    func reach(_ moment: Failpoint.Moment, _ step: ProtocolStep) {
        let place = Place(moment: moment, step: step)
        guard let own = failpoints[place] else { return }
        let time = times.withLock { times in
            times[place, default: 0] += 1
            return times[place, default: 0]
        }
        for failpoint in own where isDue(failpoint, at: time) { act(failpoint) }
    }

    private func isDue(_ failpoint: Failpoint, at time: Int) -> Bool {
        guard let notes else { return time == failpoint.time }
        return time >= failpoint.time && notes.take(failpoint)
    }
}

/// To this thread, so that it goes no step further: a signal to the process may reach another thread first.
private func signalSelf(_ failpoint: Failpoint) {
    writeToStandardError("failpoint \(failpoint.name)")
    raise(failpoint.action == .kill ? SIGKILL : SIGSTOP)
}

/// One line, past the loggers: they may hold a line back that a killed process never writes.
func writeToStandardError(_ line: String) {
    let bytes = Array("sluice: \(line)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
