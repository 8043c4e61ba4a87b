import SluiceCore
import TestSupport
import Testing

/// Random schedules: requests of any latency, unknowns, crashes with a rebuild from the ledger, changed caps. The
/// limiter
/// must say at every step exactly what the naive reference says, and the gateway must never see a window over its
/// limit.
@Suite struct LimiterPropertyTests {
    @Test(arguments: 0..<60) func agreesWithTheReferenceAndTheGateway(run: UInt64) {
        let seed = TestSeed.run(run)
        var schedule = LimiterSchedule(seed: seed, changesCaps: run % 3 == 0, crashes: run % 2 == 0)
        schedule.play(steps: 1_500)
        for failure in schedule.failures { Issue.record("\(TestSeed.name): \(failure)") }
        guard run % 3 != 0 else { return }
        for window in schedule.caps.windows {
            let length = (window.length + window.margin).wholeNanoseconds
            let fullest = schedule.gateway.fullest(length: length)
            #expect(fullest <= window.limit, "\(TestSeed.name)")
        }
        #expect(schedule.gateway.mostBusy <= schedule.caps.concurrency, "\(TestSeed.name)")
    }

    /// Without this the test above would pass with a limiter that refuses everything (I26).
    @Test(arguments: 0..<20) func saturatedRunFillsItsWindows(run: UInt64) {
        let seed = TestSeed.run(run)
        var schedule = LimiterSchedule(seed: seed, changesCaps: false, crashes: false)
        schedule.saturate(sends: 400)
        for failure in schedule.failures { Issue.record("\(TestSeed.name): \(failure)") }
        let isTight = schedule.caps.windows.contains { window in
            let length = (window.length + window.margin).wholeNanoseconds
            return schedule.gateway.fullest(length: length) == window.limit
        }
        #expect(isTight, "\(TestSeed.name): no window was filled")
        for window in schedule.caps.windows {
            let length = (window.length + window.margin).wholeNanoseconds
            #expect(schedule.gateway.fullest(length: length) <= window.limit, "\(TestSeed.name)")
        }
    }
}

/// One random run.
struct LimiterSchedule {
    private struct Open {
        var index: Int
        var start: Int64
    }

    private(set) var caps: Caps
    private(set) var gateway = GatewayLog()
    private(set) var failures: [String] = []
    private var generator: SeededGenerator
    private var limiter: Limiter
    private var reference: LimiterReference
    private var open: [Open] = []
    private var now: Int64 = 1_000_000_000_000
    private let changesCaps: Bool
    private let crashes: Bool

    init(seed: UInt64, changesCaps: Bool, crashes: Bool) {
        generator = SeededGenerator(seed: seed)
        caps = Self.caps(using: &generator)
        limiter = Limiter(caps: caps, at: MonotonicTime(nanoseconds: now))
        reference = LimiterReference(caps: caps)
        self.changesCaps = changesCaps
        self.crashes = crashes
    }

    private static func caps(using generator: inout SeededGenerator) -> Caps {
        let short = Caps.Window(
            length: .seconds(60), limit: Int.random(in: 1...12, using: &generator), margin: .seconds(1))
        let long = Caps.Window(
            length: .seconds(600), limit: Int.random(in: 5...60, using: &generator), margin: .seconds(10))
        return Caps(windows: [short, long], concurrency: Int.random(in: 1...6, using: &generator))
    }

    mutating func play(steps: Int) {
        for _ in 0..<steps {
            now += Int64.random(in: 0...8_000_000_000, using: &generator)
            if Int.random(in: 0..<200, using: &generator) == 0 { now += 400_000_000_000 }
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<55: attemptStart()
            case 55..<96: endOne()
            case 96..<98 where crashes: crash()
            case 98... where changesCaps: changeCaps()
            default: checkNextInstant()
            }
        }
    }

    /// Starts whatever may start, at the first instant it may; ends requests soon.
    mutating func saturate(sends: Int) {
        var started = 0
        while started < sends, failures.isEmpty {
            while limiter.capacity(at: time).available > 0 {
                attemptStart()
                started += 1
            }
            if !open.isEmpty {
                now += Int64.random(in: 1...500_000_000, using: &generator)
                accept(open.removeFirst())
            } else if let next = limiter.capacity(at: time).next {
                now = next.nanoseconds
            } else {
                failures.append("stuck at \(now)")
            }
        }
    }

    private var time: MonotonicTime { MonotonicTime(nanoseconds: now) }

    private mutating func attemptStart() {
        let expected = reference.admits(at: now)
        checkNextInstant()
        let admitted = limiter.admit(at: time)
        if admitted != expected { failures.append("at \(now) admitted \(admitted), the reference says \(expected)") }
        guard admitted else { return }
        open.append(Open(index: reference.attempts.count, start: now))
        reference.attempts.append(.init(start: now, end: .open))
    }

    private mutating func endOne() {
        guard !open.isEmpty else { return }
        let ended = open.remove(at: Int.random(in: 0..<open.count, using: &generator))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0:
            limiter.release()
            reference.attempts[ended.index].end = .finished(.min)
        case 1, 2:
            let deadline = now + Int64.random(in: -1...90_000_000_000, using: &generator)
            limiter.unknown(until: MonotonicTime(nanoseconds: deadline), at: time)
            reference.attempts[ended.index].end = deadline > now ? .unknown(deadline: deadline) : .finished(now)
            acceptLate(from: ended.start, until: max(deadline, now))
        default: accept(ended)
        }
    }

    private mutating func accept(_ ended: Open) {
        limiter.finish(at: time)
        reference.attempts[ended.index].end = .finished(now)
        acceptLate(from: ended.start, until: now)
    }

    /// The adversary: the gateway accepts at the earliest instant, at the last, or anywhere between.
    private mutating func acceptLate(from start: Int64, until end: Int64) {
        let choices = [start, end, Int64.random(in: start...end, using: &generator)]
        gateway.accepted.append(choices[Int.random(in: 0..<3, using: &generator)])
        gateway.busy.append((start, end))
    }

    /// The node dies: what was open is unsettled in the ledger, with a deadline; the successor knows only the ledger.
    private mutating func crash() {
        for lost in open {
            let deadline = now + Int64.random(in: 1...90_000_000_000, using: &generator)
            reference.attempts[lost.index].end = .unknown(deadline: deadline)
            acceptLate(from: lost.start, until: deadline)
        }
        open.removeAll()
        let lookback: Int64 = 620_000_000_000
        let charges: [Limiter.Charge] = reference.attempts.compactMap { attempt in
            switch attempt.end {
            case .finished(let end) where end > now - lookback: .finished(MonotonicTime(nanoseconds: end))
            case .unknown(let end) where end > now - lookback: .open(until: MonotonicTime(nanoseconds: end))
            default: nil
            }
        }
        limiter = Limiter(
            caps: caps, charges: charges, knownFrom: MonotonicTime(nanoseconds: now - lookback), at: time)
    }

    private mutating func changeCaps() {
        caps = Self.caps(using: &generator)
        limiter.update(caps: caps, at: time)
        reference.caps = caps
    }

    /// `next` is the first instant with room: none one nanosecond before, some there.
    private mutating func checkNextInstant() {
        let capacity = limiter.capacity(at: time)
        if capacity.available > 0 {
            if capacity.next != nil { failures.append("at \(now) room and a next instant") }
        } else if let next = capacity.next?.nanoseconds {
            if !reference.admits(at: next) { failures.append("at \(now): no room at the announced \(next)") }
            if next - 1 >= now, reference.admits(at: next - 1) { failures.append("at \(now): room before \(next)") }
        } else if open.isEmpty {
            failures.append("at \(now): full for ever though nothing is open")
        }
    }
}
