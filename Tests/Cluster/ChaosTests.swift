import Foundation
import Testing

extension ClusterSuite {
    /// A short run of `cluster/chaos` on this build: hosts, a few faults, rest, the witness. `make chaos` is the long
    /// one, of all kinds and any seed.
    @Suite(
        .enabled(
            if: HostCluster.isPossible,
            "needs root and network namespaces: `cluster/hosts/hosts check` says what is missing"))
    struct ChaosTests {
        /// Of these the seed draws each once and in one burst, in which they overlap.
        @Test func aFewFaultsViolateNothing() throws {
            try violateNothing(
                seed: 356,
                kinds: [
                    "clock-step", "coordinator-stop", "cut-shard-postgres", "gateway-reset", "nats-kill", "shard-kill",
                ])
        }

        /// Nodes notice it, both times, a shard that is killed meanwhile breaks no cap, and an operator's word is enough
        /// for everything to go on.
        @Test func aStepOfTheDatabasesClockViolatesNothing() throws {
            try violateNothing(seed: 6, kinds: ["clock-step-postgres", "shard-kill"])
        }

        private func violateNothing(seed: Int, kinds: [String]) throws {
            let folder = try scratchFolder()
            defer { removeFolder(folder) }
            // Chaos takes its cluster down itself, unless it was killed.
            defer { HostCluster.remove(folder + "/data") }
            let result = try TestCluster.run(
                program: "/usr/bin/env",
                [
                    "python3", Programs.checkout + "/cluster/chaos", "--faults", "\(kinds.count)", "--seed", "\(seed)",
                    "--devices", "12", "--day", "12", "--after", "5", "--minutes", "2", "--bin", Programs.folder,
                    "--data", folder + "/data", "--results", folder + "/results",
                ] + kinds.flatMap { ["--kind", $0] }, environment: [], seconds: 280)
            let totals = result.output.split(separator: "\n").last { $0.hasPrefix("chaos: ") } ?? ""
            print(totals)
            #expect(result.status == 0 && totals.hasSuffix(" violations=0"), "\(result.output)")
        }
    }
}
