import Foundation
import Testing

@testable import LoadTest

/// What a scenario file may say, and what a person is told of one that is wrong.
@Suite struct ScenarioTests {
    private static let roomy = MachineLimits(availableMemory: 64 << 30)

    /// The least that can be run, and what is added to it.
    private static func file(_ more: String = "", machine: MachineLimits = roomy) throws -> ScenarioFile {
        try ScenarioFile(path: "my.toml", text: "[backlog]\ncontacts = 100\n" + more, machine: machine)
    }

    private static func complaint(_ more: String, machine: MachineLimits = roomy) -> String {
        do {
            _ = try file(more, machine: machine)
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            name = "all"   # a comment
            about = "says \\"all\\" there is"
            regime = "fidelity"
            duration = "10m"
            [measure]
            after = "30s"
            [cluster]
            shards = 4
            coordinators = 1
            devices = 1_000
            gap = true
            [caps]
            hourly = 10
            daily = 50
            concurrent = 3
            hour = "60s"
            day = "10m"
            [gateway]
            latency = "200ms"
            timeout = "5s"
            late_accept = "2s"
            faults = ["refuse-429=0.01", "drop-then-500=0.02"]
            [backlog]
            contacts = 5000
            hot = 10
            later = 20
            paused_per_device = 2
            history = 30
            [triggers]
            by = "run"
            rate = 12.5
            devices = 100
            [incidents]
            kill = "shard-4"
            kill_at = "20s"
            hold_at = "1m"
            hold_for = "2m"
            [targets]
            trigger_commit_p99_ms = "<= 50"
            cap_use = ">=1"
            """
        let scenario = try ScenarioFile(path: "x/all.toml", text: text, machine: Self.roomy).points[0]
        #expect(scenario.about == "says \"all\" there is")
        #expect(scenario.duration == 600 && scenario.measureAfter == 30)
        #expect(scenario.cluster == .init(shards: 4, coordinators: 1, devices: 1_000, hasGap: true))
        #expect(scenario.caps == .init(hourly: 10, daily: 50, concurrent: 3, hour: 60, day: 600))
        #expect(scenario.isCompressed)
        #expect(scenario.gateway.faults.count == 2 && scenario.gateway.timeout == 5)
        #expect(scenario.backlog == .init(contacts: 5_000, hot: 10, later: 20, pausedPerDevice: 2, history: 30))
        #expect(scenario.loadedContacts == 5_000 + 10 + 20 + 2 * 900)
        #expect(scenario.triggers == .init(by: .run, rate: 12.5, devices: 100))
        #expect(scenario.incidents == .init(kill: "shard-4", killAt: 20, holdAt: 60, holdFor: 120))
        #expect(
            scenario.targets == [
                Target(figure: "trigger_commit_p99_ms", bound: .atMost, value: 50),
                Target(figure: "cap_use", bound: .atLeast, value: 1),
            ])
    }

    @Test func aStressRunLiftsTheCaps() throws {
        let scenario = try Self.file().points[0]
        #expect(scenario.regime == .fidelity && scenario.caps.hourly == 80 && !scenario.isCompressed)
        let measure = "[measure]\nfloors = true\npeers = [\"awa-pg\", \"pgqueuer\"]\n"
        let text = "regime = \"stress\"\n[backlog]\ncontacts = 1\n" + measure
        let stress = try ScenarioFile(path: "s.toml", text: text, machine: Self.roomy).points[0]
        #expect(stress.caps.hourly >= 1_000_000 && stress.gateway.latency == "0" && stress.name == "s")
        #expect(stress.hasFloors && stress.peers == ["awa-pg", "pgqueuer"])
    }

    @Test(arguments: [
        ("[triggers]\nrate = -5\ndevices = 3", "my.toml:4: triggers.rate is a number from 0"),
        (
            "[cluster]\ndevicess = 3",
            "my.toml:4: cluster.devicess is no key of a scenario; did you mean cluster.devices?"
        ),
        ("[caps]\nshards = 3", "my.toml:4: caps.shards is no key of a scenario; did you mean cluster.shards?"),
        ("[cluster]\nshards = 2.5", "my.toml:4: cluster.shards is a whole number from 1 to 20"),
        ("[cluster]\ngap = 1", "my.toml:4: cluster.gap is true or false"),
        ("[cluster]\nshards = 1\nshards = 2", "my.toml:5: cluster.shards is given twice; line 4 has it already"),
        ("[caps]\nhour = 60", "my.toml:4: caps.hour is a time in quotes"),
        ("[caps]\nhour = \"60", "my.toml:4: the text does not end"),
        ("[caps]\nhourly", "my.toml:4: after caps.hourly comes \"=\""),
        ("[caps\nhourly = 3", "my.toml:3: the section [caps does not end"),
        ("[targets]\ntriger_commit_p99_ms = \"<= 1\"", "did you mean trigger_commit_p99_ms?"),
        ("[targets]\nlost = 0", "my.toml:4: targets.lost is a bound in quotes"),
        ("[incidents]\nkill = \"shard-9\"", "incidents.kill names no node of this cluster, which has shard-1"),
        ("[gateway]\nfaults = [\"refuse-429\"]", "my.toml:4: gateway.faults are names and shares"),
        ("[triggers]\nrate = 5", "triggers.rate needs triggers.devices"),
        ("[measure]\nfloors = true", "my.toml:4: measure.floors needs regime"),
        ("[measure]\npeers = [\"pgqueuer\"]", "my.toml:4: measure.peers needs measure.floors = true"),
        ("[series]\nkey = \"cluster.devices\"", "series.key needs both"),
        ("[series]\nkey = \"cluster.devices\"\nvalues = [3, -3]", "my.toml:5: cluster.devices is a whole number"),
    ])
    func aMistakeIsNamedWithItsLine(more: String, words: String) {
        #expect(Self.complaint(more).contains(words), "\(Self.complaint(more))")
    }

    @Test func allMistakesAreToldAtOnce() {
        let complaint = Self.complaint("[cluster]\nshards = 0\ndevics = 3\n[caps]\nhourly = -1")
        #expect(complaint.split(separator: "\n").count == 3, "\(complaint)")
    }

    @Test func capsHaveNoPlaceInAStressRun() {
        let text = "regime = \"stress\"\n[backlog]\ncontacts = 1\n[caps]\nhourly = 5"
        #expect(throws: ScenarioError.self) { try ScenarioFile(path: "s", text: text, machine: Self.roomy) }
    }

    @Test func moreThanTheMachineHasIsRefused() {
        let small = MachineLimits(availableMemory: 2 << 30)
        let complaint = Self.complaint("[cluster]\ndevices = 1_000_000", machine: small)
        #expect(complaint.hasPrefix("my.toml:4: cluster.devices needs about "), "\(complaint)")
        #expect(complaint.contains("this machine has 2.1 GB to give; take at most "))
        let fitting = complaint.split(separator: " ").last.flatMap { Int($0) } ?? 0
        #expect(Self.complaint("[cluster]\ndevices = \(fitting)", machine: small) == "nothing")
        #expect(Self.complaint("[cluster]\ndevices = \(fitting * 11 / 10)", machine: small) != "nothing")
    }

    @Test func aSeriesIsTheSameRunWithOneKeyChanged() throws {
        let file = try Self.file("[series]\nkey = \"cluster.devices\"\nvalues = [10, 20_000]\n")
        #expect(file.points.map(\.cluster.devices) == [10, 20_000])
        #expect(file.points[1].series?.values == ["10", "20000"])
    }

    @Test func theShortFormReplacesWhatItNames() throws {
        let text = """
            [backlog]
            contacts = 1000000
            [series]
            key = "cluster.devices"
            values = [30, 3000]
            [short]
            backlog.contacts = 1000
            series.values = [30, 300]
            """
        let long = try ScenarioFile(path: "s.toml", text: text, machine: Self.roomy)
        #expect(
            long.hasShortForm && long.shortened.isEmpty
                && long.points.map(\.backlog.contacts) == [1_000_000, 1_000_000])
        let short = try ScenarioFile(path: "s.toml", text: text, isShort: true, machine: Self.roomy)
        #expect(short.points.map(\.backlog.contacts) == [1_000, 1_000])
        #expect(short.points.map(\.cluster.devices) == [30, 300])
        #expect(short.shortened == ["backlog.contacts=1000", "series.values=30, 300"])
        let wrong = text.replacing("backlog.contacts = 1000\n", with: "backlog.contact = 1000\n")
        #expect(throws: ScenarioError.self) {
            try ScenarioFile(path: "s.toml", text: wrong, isShort: true, machine: Self.roomy)
        }
    }

    @Test func aMissedTargetSaysWhatIsInTheWay() throws {
        let text = "[targets]\nlost = \"<= 0\"\ncap_use = \">= 1\"\n[explain]\ncap_use = \"the gateway is slow\"\n"
        let targets = try Self.file(text).points[0].targets
        #expect(targets.map(\.explanation) == [nil, "the gateway is slow"])
        let missed = TargetResult(targets[1], in: ["cap_use": 0.5])
        #expect(TargetRow(run: "s", missed).cells == ["s", "cap_use", "0.5000", ">= 1", "NO: the gateway is slow"])
        let met = TargetResult(targets[1], in: ["cap_use": 1])
        #expect(TargetRow(run: "s", met).cells == ["s", "cap_use", "1", ">= 1", "pass"])
        #expect(Self.complaint("[explain]\nlost = \"why\"").contains("explain.lost explains no figure of [targets]"))
    }

    @Test func theScenariosThatComeWithTheSourceCanBeRun() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../loadtest/scenarios")
            .standardized.path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".toml") }
        #expect(!files.isEmpty)
        for file in files {
            for isShort in [false, true] {
                _ = try ScenarioFile(
                    path: folder + "/" + file, isShort: isShort, machine: MachineLimits(availableMemory: nil))
            }
        }
    }
}
