import SluiceCore
import Testing

@Suite struct DutyCycleTests {
    @Test func whatTookLongRestsLongUntilTheLongest() {
        let cycle = DutyCycle(rest: 50, longestRest: .seconds(60))
        #expect(cycle.rest(after: .zero) == .zero)
        #expect(cycle.rest(after: .milliseconds(10)) == .milliseconds(500))
        #expect(cycle.rest(after: .seconds(2)) == .seconds(60))
    }
}
