import Foundation
import Histogram
import RequestLog
import SluiceCore
import TestSupport
import Testing

@testable import LoadTest

/// What a run's figures are made of, on logs whose answers are known.
@Suite struct AnalysisTests {
    private static let second: Int64 = 1_000_000_000
    /// When a unit of the scenario's hour is free again.
    private static var window: Int64 {
        DeviceBook.nanoseconds(.seconds(10) + CapWindows(hour: .seconds(10)).hourMargin)
    }

    /// A run of one device: cap 3 per 10 s, one trigger per 100 ms, released at 1,000 s.
    private static let release = 1_000 * second
    private static var scenario: Scenario {
        var scenario = Scenario()
        scenario.cluster.devices = 2
        scenario.caps = .init(hourly: 3, daily: 100, concurrent: 1, hour: 10, day: 1_000)
        scenario.triggers = .init(rate: 10, devices: 1)
        return scenario
    }

    private static func analysis(_ scenario: Scenario = scenario, _ change: (inout RunRecord.State) -> Void = { _ in })
        -> LogAnalysis
    {
        var state = RunRecord.State()
        change(&state)
        return LogAnalysis(scenario, state, release: release)
    }

    /// One message, from its request to its acceptance.
    private static func message(
        _ sequence: UInt64, to workClass: WorkClass, _ index: Int, device: String = "a", at: Int64, took: Int64,
        verdict: GatewayVerdict = .accepted
    ) -> [RequestLogEntry] {
        [
            .request(
                ReceivedRequest(
                    sequence: sequence, nanoseconds: release + at, device: device,
                    recipient: "\(workClass.firstPhone + Int64(index))", key: "key-\(sequence)")),
            .response(
                RequestOutcome(
                    sequence: sequence, nanoseconds: release + at + took, verdict: verdict,
                    acceptedNanoseconds: verdict == .accepted ? release + at + took : nil)),
        ]
    }

    /// The library is held against sorted values: a quantile may be off by its three digits.
    @Test func percentilesAreThoseOfTheSortedValues() {
        for run in 0..<20 {
            var random = SeededGenerator(seed: TestSeed.run(run))
            var recorder = LatencyBook.recorder()
            let spread = Double.random(in: 0.5...4, using: &random)
            let values = (0..<5_000).map { _ in
                UInt64(exp(Double.random(in: 0...spread, using: &random)) * 1_000)
            }.sorted()
            for value in values { recorder.record(value) }
            for percentile in [50.0, 90, 99, 99.9, 100] {
                // Definitions of a quantile differ by one place.
                let place = Int(percentile / 100 * Double(values.count))
                let least = Double(values[max(0, place - 2)])
                let most = Double(values[min(values.count - 1, place + 1)])
                let found = Double(recorder.valueAtPercentile(percentile))
                #expect(
                    (least * 0.999 - 1...most * 1.001 + 1).contains(found),
                    "p\(percentile): \(found), not \(least) to \(most); \(TestSeed.name)")
            }
        }
    }

    @Test func aTriggersLatencyIsFromItsIntendedInstant() {
        // Trigger 20 is meant for 2 s; a generator that came late does not make it younger.
        var analysis = Self.analysis {
            $0.commits = [
                .init(upTo: 20, nanoseconds: Self.release), .init(upTo: 30, nanoseconds: Self.release + 2_500_000_000),
            ]
        }
        for entry in Self.message(1, to: .trigger, 20, at: 3 * Self.second, took: Self.second / 4) {
            analysis.add(entry)
        }
        let arrival = analysis.latencies.all[.init(workClass: .trigger, stage: .arrival)]
        #expect(abs((arrival?.milliseconds(50) ?? 0) - 1_000) <= 1)
        let accepted = analysis.latencies.all[.init(workClass: .trigger, stage: .accepted)]
        #expect(abs((accepted?.milliseconds(50) ?? 0) - 1_250) <= 2)
        #expect(abs(analysis.latencies.afterCommit.milliseconds(50) - 500) <= 1)
        #expect(analysis.acceptedPerSecond == [0, 0, 0, 1])
    }

    @Test func aFreedCapUnitIsTimedFromTheInstantItFrees() {
        var analysis = Self.analysis()
        // Three fill the window; the first of them ended at 1.5 s, and 10 s and the window's margin later one unit is
        // free. The fourth comes 40 ms after that.
        let times = [Self.second, 2 * Self.second, 3 * Self.second, Self.second * 3 / 2 + Self.window + 40_000_000]
        for (index, at) in times.enumerated() {
            for entry in Self.message(UInt64(index + 1), to: .campaign, index, at: at, took: Self.second / 2) {
                analysis.add(entry)
            }
        }
        #expect(analysis.latencies.capFree.totalCount == 1)
        #expect(abs(analysis.latencies.capFree.milliseconds(50) - 40) <= 0.1)
        #expect(analysis.devices.fullestHour("a") == 1)
    }

    @Test func whatWaitedForSomethingElseIsNoFreedUnit() {
        // A refused message leaves what the limiter counts unknown; a trigger may simply not have been due.
        for (workClass, verdict) in [(WorkClass.campaign, GatewayVerdict.refused), (.trigger, .accepted)] {
            var analysis = Self.analysis()
            let times = [Self.second, 2 * Self.second, 3 * Self.second, Self.second * 3 / 2 + Self.window]
            for (index, at) in times.enumerated() {
                for entry in Self.message(
                    UInt64(index + 1), to: workClass, index, at: at, took: Self.second / 2, verdict: verdict)
                {
                    analysis.add(entry)
                }
            }
            #expect(analysis.latencies.capFree.totalCount == 0)
        }
    }

    @Test func whatTheFloorsSentIsNobodysMessage() {
        var analysis = Self.analysis { state in
            state.facts = .init(expected: ["key-1", "key-2"], plan: CapPlan(), standing: .init())
        }
        let entries =
            Self.message(1, to: .campaign, 1, at: 0, took: 1)
            + Self.message(2, to: .campaign, 2, device: "floor-1", at: 2, took: 1)
        for entry in entries { analysis.add(entry) }
        #expect(analysis.accepted == 1)
        #expect(analysis.missing == ["key-2"])
    }

    @Test func theCapMapShowsTheUseOfTheRollingHour() {
        var analysis = Self.analysis()
        for (index, at) in [0, 1, 2].enumerated() {
            for entry in Self.message(
                UInt64(index + 1), to: .campaign, index, at: Int64(at) * Self.second, took: Self.second / 2)
            {
                analysis.add(entry)
            }
        }
        let map = CapUseMap(analysis.devices, release: Self.release, end: Self.release + 14 * Self.second)
        #expect(map.rows == ["a"])
        #expect(map.columns.count == 14)
        #expect(map.percent[0].prefix(3) == [33, 67, 100])
        #expect(map.percent[0][12] == 0, "10 s later all of them have left the window")
    }

    @Test func aTakeOverLastsUntilItsLastDeviceIsBack() {
        // Of the killed node's devices, "idle" has no work and is not waited for.
        let loss = RunRecord.NodeLoss(
            node: "shard-1", killed: Self.release + 10 * Self.second, leaseEnds: Self.release + 14 * Self.second,
            devices: ["a", "b", "idle"])
        func takeOver(of back: [(String, Int64)]) -> Double? {
            var state = RunRecord.State()
            state.release = Self.release
            state.loss = loss
            var analysis = LogAnalysis(Self.scenario, state, release: Self.release)
            let messages = [("a", 1), ("b", 2), ("other", 12)] + back
            for (index, (device, at)) in messages.enumerated() {
                for entry in Self.message(
                    UInt64(index + 1), to: .campaign, index, device: device, at: at * Self.second, took: 1)
                {
                    analysis.add(entry)
                }
            }
            return Figures(
                scenario: Self.scenario, state: state, analysis: analysis,
                verdict: RequestLogJudge(plan: CapPlan()).verdict(), lost: 0,
                end: Self.release + 30 * Self.second
            ).values["takeover_s"]
        }
        #expect(takeOver(of: [("a", 15), ("b", 17), ("a", 20)]) == 3)
        #expect(takeOver(of: [("a", 15)]) == nil, "one of them never came back")
    }

    /// A rate that the simulator could not have exceeded says nothing about Sluice.
    @Test(arguments: [(0.97, 0, true), (0.6, 0, false), (0.6, 2, true)])
    func aSimulatorThatCannotKeepUpIsSaidToBeTheLimit(busy: Double, silentSeconds: Int, isLimit: Bool) {
        var state = RunRecord.State()
        state.release = Self.release
        state.samples = (0..<5).map { second in
            var sample = Sample(seconds: Double(second))
            sample.gateway = Sample.Gateway()
            sample.gatewayWait = second <= silentSeconds ? 0.9 : 0.002
            sample.processes["gateway"] = Sample.Process(cores: busy, busiestThread: busy, memory: 1)
            // Others may be as busy as they like.
            sample.processes["shard-1"] = Sample.Process(cores: 1, busiestThread: 1, memory: 1)
            return sample
        }
        let figures = Figures(
            scenario: Self.scenario, state: state,
            analysis: LogAnalysis(Self.scenario, state, release: Self.release),
            verdict: RequestLogJudge(plan: CapPlan()).verdict(), lost: 0, end: Self.release + 5 * Self.second)
        #expect(figures.values["gateway_cores"] == busy)
        #expect((figures.farEndLimit?.contains("the far end was the limit") ?? false) == isLimit)
    }

    /// A peer makes no HTTP request: 1,000 messages a second beside a client that makes 2,000 requests are 2,000 without.
    @Test func theFastestPeerIsHeldAgainstWhatIsLeftWithoutHTTP() throws {
        var state = RunRecord.State()
        state.release = Self.release
        state.floors = Floors(http: 2_000, sql: 4_000)
        state.peers = [
            Peer(name: "slow", jobsPerSecond: 500), Peer(name: "quick", jobsPerSecond: 1_600), Peer(name: "absent"),
        ]
        var analysis = LogAnalysis(Self.scenario, state, release: Self.release)
        for index in 0...1_000 {
            for entry in Self.message(
                UInt64(index + 1), to: .campaign, index, at: Int64(index) * Self.second / 1_000, took: 1)
            {
                analysis.add(entry)
            }
        }
        func values(_ state: RunRecord.State) -> [String: Double] {
            Figures(
                scenario: Self.scenario, state: state, analysis: analysis,
                verdict: RequestLogJudge(plan: CapPlan()).verdict(), lost: 0, end: Self.release + 2 * Self.second
            ).values
        }
        let figures = values(state)
        let withoutHTTP = try #require(figures["messages_per_second_without_http"])
        #expect(abs(withoutHTTP - 2_000) < 1 && figures["fastest_peer"] == 1_600)
        #expect(figures["ratio_to_fastest_peer"] == withoutHTTP / 1_600)
        state.peers = []
        #expect(values(state)["ratio_to_fastest_peer"] == nil)
        state.floors = Floors(http: 900, sql: 4_000)
        #expect(values(state)["messages_per_second_without_http"] == nil, "a floor that is no floor says nothing")
    }

    /// PostgreSQL forgets in a crash what it has counted; what the run cost by then it cost.
    @Test func countersGoOnAfterACrash() {
        var counters = CarriedCounters()
        func add(_ transactions: Int64, _ walBytes: Int64, dead: Int64, since epoch: String) -> [Int64] {
            let sum = counters.add(
                .init(transactions: transactions, walBytes: walBytes, deadContacts: dead), since: epoch)
            return [sum.transactions, sum.walBytes, sum.deadContacts]
        }
        _ = add(100, 5_000, dead: 7, since: "10:00")
        #expect(add(150, 8_000, dead: 9, since: "10:00") == [150, 8_000, 9])
        #expect(add(10, 9_000, dead: 2, since: "10:01") == [160, 17_000, 2])
        #expect(add(20, 9_500, dead: 3, since: "10:01") == [170, 17_500, 3])
        #expect(add(1, 10, dead: 0, since: "10:02") == [171, 17_510, 0])
    }

    @Test func incidentsAreMarkedAtTheirTime() {
        var state = RunRecord.State()
        state.loss = RunRecord.NodeLoss(
            node: "shard-2", killed: Self.release + 8 * Self.second, leaseEnds: Self.release + 13 * Self.second,
            devices: [])
        state.snapshotHeld = (Self.release + 10 * Self.second)...(Self.release + 20 * Self.second)
        let marks = state.incidents(since: Self.release)
        #expect(marks.map(\.seconds) == [8, 10, 13, 20])
        #expect(marks.map(\.words) == ["shard-2 killed", "snapshot held", "its lease ends", "let go"])
    }

    @Test func measuringBeginsWhereTheScenarioSays() {
        var scenario = Self.scenario
        scenario.measureAfter = 5
        var analysis = Self.analysis(scenario)
        for (index, at) in [1, 6, 7].enumerated() {
            for entry in Self.message(UInt64(index + 1), to: .campaign, index, at: Int64(at) * Self.second, took: 1) {
                analysis.add(entry)
            }
        }
        #expect(analysis.accepted == 2)
        #expect(analysis.latencies.all[.init(workClass: .campaign, stage: .arrival)]?.totalCount == 2)
    }

    @Test func theDisksFigureIsReadFromPgTestFsync() {
        let text = """
            Compare file sync methods using one 8kB write:
                    open_datasync                     19034.155 ops/sec      53 usecs/op
                    fdatasync                         20000.000 ops/sec      50 usecs/op
            Compare file sync methods using two 8kB writes:
                    fdatasync                         10000.000 ops/sec     100 usecs/op
            """
        #expect(Machine.fsyncMicroseconds(in: text) == 50)
        #expect(Machine.fsyncMicroseconds(in: "pg_test_fsync: error") == nil)
    }
}
