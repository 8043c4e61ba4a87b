import SluiceCore
import Testing

/// What the leader missed of a shard's reports it sees by their numbers, and asks for.
@Suite struct MissedReportTests {
    private typealias Shard = ShardUnderTest

    // MARK: The leader

    private static let ask = CoordinatorAction.askForCredits([CoordinatorFixture.shard])

    private func report(
        _ sequence: Int64, wholeFrom: Int64, capacity: Int? = nil, epoch: Int64 = 1, device: Int = 1
    ) -> CoordinatorEvent {
        let credits = capacity.map {
            [
                DeviceCredit(
                    device: CoordinatorFixture.device(device), epoch: Epoch(rawValue: epoch), capacity: $0, consumed: 0)
            ]
        }
        return .creditReport(
            CreditReport(
                node: CoordinatorFixture.shard, term: CoordinatorFixture.term, sequence: sequence,
                credits: credits ?? [], lanes: [], wholeFrom: wholeFrom))
    }

    private func leader() -> CoordinatorFixture {
        let leader = CoordinatorFixture()
        leader.addDevice(1, lanes: [(1, 1)])
        _ = leader.lead()
        return leader
    }

    @Test func aLeaderThatMissedAReportAsksUntilAllDevicesWereNamed() {
        let leader = leader()
        #expect(leader.handle(report(1, wholeFrom: 1), at: 0) == [])
        #expect(leader.handle(report(2, wholeFrom: 1), at: 100) == [])
        #expect(leader.handle(report(4, wholeFrom: 1), at: 200) == [Self.ask])
        #expect(leader.handle(report(5, wholeFrom: 1), at: 300) == [], "once a second")
        #expect(leader.nextWake(after: 300) == 1_200)
        #expect(leader.handle(.tick, at: 1_200) == [Self.ask], "the question may be lost")
        #expect(leader.handle(report(6, wholeFrom: 6, capacity: 4), at: 1_300).claim?.limits == [1: 4])
        #expect(!leader.handle(.tick, at: 2_400).contains(Self.ask))
    }

    @Test func aPartThatIsMissingOfTheWholeIsAskedForAgain() {
        let leader = leader()
        _ = leader.handle(report(4, wholeFrom: 1), at: 0)
        #expect(leader.handle(report(5, wholeFrom: 5), at: 100) == [])
        #expect(leader.handle(report(7, wholeFrom: 5), at: 1_100) == [Self.ask])
    }

    @Test func aLeaderThatHeardTheWholeFromItsBeginningAsksForNothing() {
        let leader = leader()
        #expect(leader.handle(report(7, wholeFrom: 7), at: 0) == [])
        #expect(leader.handle(report(8, wholeFrom: 7), at: 1) == [])
    }

    /// Its shard may know of a change that the leader has not read yet.
    @Test func aCreditThatIsNotTakenIsAskedForAgain() {
        let leader = leader()
        #expect(leader.handle(report(1, wholeFrom: 1, capacity: 4, epoch: 0), at: 0) == [Self.ask])
        #expect(leader.handle(report(2, wholeFrom: 2, capacity: 4), at: 10).claim?.limits == [1: 4])
        #expect(!leader.handle(.tick, at: 1_000).contains(Self.ask))
    }

    @Test func aCreditOfADeviceThatIsNotThereIsAskedForOnceTheDevicesAreRead() {
        let leader = leader()
        #expect(leader.handle(report(1, wholeFrom: 1, capacity: 4, device: 2), at: 0) == [])
        #expect(leader.handle(.routesLoaded(leader.routes), at: 10) == [Self.ask])
    }

    @Test func aShardThatIsGoneIsNotAsked() {
        let leader = leader()
        _ = leader.handle(report(4, wholeFrom: 1), at: 0)
        _ = leader.handle(.surveyed([], firstLapse: nil), at: 100)
        #expect(!leader.handle(.tick, at: 1_000).contains(Self.ask))
    }

    // MARK: The shard

    private let device = Shard.device(concurrency: 3)

    private func asked(_ term: Term = Shard.term) -> ShardEvent {
        .beacon(term: term, assignmentVersion: 1, controlVersion: 0, isAsked: true)
    }

    @Test func aShardThatIsAskedNamesAllDevices() {
        let shard = Shard(devices: [device])
        let whole = Shard.report(2, [(device, capacity: 3, consumed: 0)], wholeFrom: 2)
        #expect(shard.handle(asked(), at: 1_000) == [whole])
    }

    @Test func howeverOftenItIsAskedItNamesThemOnceASecond() {
        let shard = Shard(devices: [device])
        _ = shard.handle(asked(), at: 1_000)
        #expect(shard.handle(asked(), at: 1_001) == [])
        #expect(shard.handle(asked(), at: 1_900) == [])
        #expect(shard.nextWake(after: 1_900) == 2_000)
        let again = Shard.report(3, [(device, capacity: 3, consumed: 0)], wholeFrom: 3)
        #expect(shard.handle(.tick, at: 2_000) == [again])
    }

    @Test func aQuestionOfAnotherTermIsNone() {
        let shard = Shard(devices: [device])
        #expect(shard.handle(asked(Term(rawValue: 2)), at: 1_000) == [])
    }

    @Test func everyDeviceIsNamedWithinTwentySeconds() {
        let devices = (1...25).map { Shard.device($0, concurrency: 3) }
        let shard = Shard(devices: devices)
        var named: [DeviceID] = []
        for time in stride(from: Int64(2_000), through: 20_000, by: 2_000) {
            for case .publish(let report) in shard.handle(.tick, at: time) {
                #expect(report.credits.count == 3)
                #expect(report.wholeFrom == 1)
                named += report.credits.map(\.device)
            }
        }
        #expect(Set(named) == Set(devices.map(\.id)))
    }
}
