import SluiceCore
import SluiceWire
import TestSupport
import Testing

@Suite struct RoundTripTests {
    func check<Message: WireMessage & Equatable>(_ message: Message) throws {
        #expect(try Message(decoding: message.encoded()) == message)
    }

    @Test func everyMessageComesBackAsItWas() throws {
        try check(Sample.batch)
        try check(Sample.report)
        try check(Sample.beacon)
        for reason in Wake.Reason.allCases { try check(Wake(reason: reason, lanes: [Sample.due, Sample.due])) }
        try check(StatusRequest())
        try check(Sample.coordinatorStatus)
        try check(Sample.shardStatus)
        try check(Sample.apiStatus)
        try check(DeviceStateRequest(device: Sample.device))
        try check(Sample.deviceState)
        for condition in [
            DeviceCondition.connected, .disconnected, .loggedOut, .notFound, .credentialsRefused, .banned(until: nil),
        ] { try check(DeviceState(device: Sample.other, condition: condition)) }
    }

    @Test func aBatchKeepsTheOrderOfItsClaims() throws {
        let batch = Sample.batch
        #expect(try DispatchBatch(decoding: batch.encoded()).claims.map(\.lane.rawValue) == [1, 2, 3, 4])
    }

    @Test func aFullBatchFitsIntoOneMessage() throws {
        var batch = Sample.batch
        batch.claims = (0..<1_000).map { index in
            var claim = batch.claims[index % 4]
            claim.lane = LaneID(rawValue: Int64.max - Int64(index))
            return claim
        }
        let bytes = batch.encoded()
        #expect(bytes.count < 100_000)
        #expect(try DispatchBatch(decoding: bytes) == batch)
    }

    @Test func aTextIsCutAtAnEmbeddedNUL() throws {
        var beacon = Sample.beacon
        beacon.leader = "c\u{0}1"
        #expect(try LeaderBeacon(decoding: beacon.encoded()).leader == "c")
    }

    @Test func subjectsNameTheCluster() throws {
        let subjects = try #require(Subjects(cluster: "prod-1"))
        #expect(subjects.dispatch(Incarnation(rawValue: 5)) == "sluice.prod-1.dispatch.5")
        #expect(
            [subjects.credit, subjects.beacon, subjects.wake, subjects.status, subjects.device]
                == ["credit", "beacon", "wake", "status", "device"].map { "sluice.prod-1.\($0)" })
    }

    @Test(arguments: ["", "a.b", "a b", "*", ">", "ä", String(repeating: "x", count: 65)])
    func aClusterNameThatIsNoTokenIsRefused(_ name: String) {
        #expect(Subjects(cluster: name) == nil)
    }
}
