import Testing

@testable import SluiceFailpoints

@Suite struct FailpointTests {
    @Test func `what is written is read`() {
        for failpoint in Failpoint.all {
            var later = failpoint
            later.time = 12
            #expect(Failpoint(failpoint.description) == failpoint)
            #expect(Failpoint(later.description) == later)
        }
        #expect(Failpoint("before-take-over=stop@3") == Failpoint(.before, .takeOver, .stop, time: 3))
        #expect(
            Failpoint.list("after-claim=kill, before-reserve=stop@2")
                == [Failpoint(.after, .claim, .kill), Failpoint(.before, .reserve, .stop, time: 2)])
    }

    @Test(arguments: [
        "", "reserve=kill", "before-reserve", "before-reserve=", "before-reserve=pause", "between-reserve=kill",
        "before-lunch=kill", "before-reserve=kill@", "before-reserve=kill@0", "before-reserve=kill@-1",
        "before-reserve=kill@1@2", "before-reserve=kill,", "before-reserve=kill;after-reserve=kill",
        "Before-reserve=kill",
    ])
    func `what is none is refused`(text: String) {
        #expect(Failpoint.list(text) == nil)
    }

    @Test func `every step has its two moments and two actions`() {
        #expect(Set(Failpoint.all.map(\.name)).count == ProtocolStep.allCases.count * 4)
    }
}
