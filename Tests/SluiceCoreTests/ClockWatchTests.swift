import Testing

@testable import SluiceCore

@Suite struct ClockWatchTests {
    /// A reading at `time` of a database clock that is `ahead` by so many seconds, 100 ms under way.
    private static func reading(at time: Int64, ahead: Double = 0) -> ClockReading {
        let sent = MonotonicTime(nanoseconds: time * 1_000_000_000)
        return ClockReading(
            database: DatabaseTime(microseconds: time * 1_000_000 + Int64(ahead * 1e6) + 50_000),
            sent: sent, received: sent + .milliseconds(100))
    }

    @Test(arguments: [93_600.0, 3, -3, -93_600]) func aStepIsSeenUntilItIsWrittenDown(_ step: Double) {
        var watch = ClockWatch()
        #expect(watch.note(Self.reading(at: 0)) == nil)
        #expect(watch.note(Self.reading(at: 1)) == nil)
        let seen = watch.note(Self.reading(at: 2, ahead: step))
        #expect(abs((seen ?? .zero) / .seconds(1) - step) < 0.2)
        #expect(watch.note(Self.reading(at: 3, ahead: step)) != nil, "nobody has written it down")
        watch.written()
        #expect(watch.note(Self.reading(at: 4, ahead: step)) == nil)
        #expect(watch.note(Self.reading(at: 5)) != nil, "the way back is a step too")
    }

    @Test func aStepThatIsUndoneBeforeItIsWrittenDownIsNotForgotten() {
        var watch = ClockWatch()
        _ = watch.note(Self.reading(at: 0))
        _ = watch.note(Self.reading(at: 1, ahead: 60))
        #expect(watch.note(Self.reading(at: 2)) != nil)
    }

    @Test func driftIsNoStepAndSmallStepsAddUp() {
        var watch = ClockWatch()
        for second in 0..<7_200 {
            let drift = Double(second) * 0.001
            #expect(watch.note(Self.reading(at: Int64(second), ahead: drift)) == nil)
        }
        var creeping = ClockWatch()
        let seen = (0..<120).contains { creeping.note(Self.reading(at: $0, ahead: Double($0) * 0.05)) != nil }
        #expect(seen, "6 s in two minutes")
    }

    /// 1.0005 / 0.9995 of an hour and of a day.
    @Test(arguments: [3_600, 86_400]) func theAllowanceCoversAFastClockAgainstASlowOne(_ seconds: Int) {
        let length = Duration.seconds(seconds)
        let sum = (length + ClockDrift.allowance(for: length)) / .seconds(1)
        #expect(sum / 1.0005 >= Double(seconds) / 0.9995)
        #expect(sum < Double(seconds) * 1.0011)
    }

    @Test func windowsAreLongerByWhatClocksPart() {
        let windows = CapWindows()
        #expect(windows.hourMargin >= ClockWatch.tolerance + ClockDrift.allowance(for: windows.hour))
        #expect(windows.dayMargin >= ClockWatch.tolerance + ClockDrift.allowance(for: windows.day))
    }
}
