import Testing

@testable import SluiceTelemetry

@Suite struct SystemClockTests {
    @Test func `the monotonic clock does not go back`() {
        let clock = SystemClock()
        let times = (0..<1_000).map { _ in clock.now() }
        #expect(times == times.sorted())
        #expect(times[999] > times[0])
    }

    @Test func `a time stamp is RFC 3339 in UTC with milliseconds`() {
        #expect(Timestamp.utc(.milliseconds(951_782_400_007)) == "2000-02-29T00:00:00.007Z")
        #expect(Timestamp.timeOfDay(.milliseconds(86_399_999)) == "23:59:59.999")
        #expect(SystemClock().unixTime() > .seconds(1_700_000_000))
    }
}
