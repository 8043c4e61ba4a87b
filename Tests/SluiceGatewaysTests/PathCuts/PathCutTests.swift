import SluiceCore
import TestSupport
import Testing

/// Requests into paths that are cut: each arrives at most once, and never after its bound, whether the client is killed,
/// stopped or lives on, and whenever the path heals. I2, I9.
@Suite struct PathCutTests {
    @Test(.enabled(if: PathLab.obstacle == nil, "\(PathLab.obstacle ?? "")"), .timeLimit(.minutes(3)))
    func nothingArrivesTwiceOrLate() async throws {
        let lab = try PathLab()
        defer { #expect(throws: Never.self) { try lab.remove() } }
        var run = try await PathCutRun(lab: lab)
        defer { run.end() }
        try await run.run()
        #expect(run.silentControls.isEmpty, "the lab delivers nothing late, so it proves nothing")
        let arrivals = Dictionary(grouping: run.arrivals, by: \.key)
        for one in PathCutCase.all { judge(one, in: run, arrivals: arrivals) }
        let judged = PathCutCase.all.flatMap { one in
            (arrivals[SampleKey.of(one.judged)] ?? []).compactMap { arrival in
                run.firedAt[one.port].map { arrival.at - $0 }
            }
        }
        let latest = (judged.max() ?? .zero) / .seconds(1)
        print("path cuts: requests=\(PathCutCase.all.count) arrived=\(judged.count) latest=\(latest) s of 2 s")
    }

    private func judge(_ one: PathCutCase, in run: PathCutRun, arrivals: [String: [PathCutRun.Arrival]]) {
        /// For the reading of the request by another process on a busy machine.
        let slack: Duration = .milliseconds(250)
        let arrived = arrivals[SampleKey.of(one.judged)] ?? []
        #expect(one.arrivals.contains(arrived.count), "\(one): \(arrived.count) arrivals")
        guard let fired = run.firedAt[one.port] else {
            Issue.record("\(one) was not fired")
            return
        }
        for arrival in arrived {
            let delay = arrival.at - fired
            #expect(delay <= PathCutCase.httpTimeout + slack, "\(one): arrived after \(delay)")
            let isPosthumous = one.fate == .killed && arrival.at > run.struckAt + slack
            #expect(!isPosthumous, "\(one): arrived \(arrival.at - run.struckAt) after the kill")
        }
        let outcome = run.outcome(one.judged, of: one.fate)
        if one.fate != .killed {
            // Whoever says that nothing was written must be right; whoever says otherwise may be wrong.
            let isUnwritten = outcome.map { $0.hasPrefix("refused connect_failed") || $0.hasPrefix("aborted") }
            #expect(isUnwritten == (one.moment == .beforeConnect), "\(one): \(outcome ?? "no outcome")")
        }
        if one.fate == .livesOn {
            #expect(arrivals[SampleKey.of(one.afterwards)]?.count == 1, "\(one): nothing goes after the heal")
        }
    }
}
