import Foundation
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// `sluice status --watch` as a person sees it.
    @Suite struct StatusWatchTests {
        @Test func aPageInPlaceThatFollowsTheTerminal() async throws {
            try await TestCluster.run(devices: 10, shards: 1, coordinators: 1) { cluster in
                try await eventually("a healthy cluster", within: .seconds(30)) {
                    try cluster.sluice("status").status == 0
                }
                try await inPlaceAndResized(cluster)
                try await endedWhileDegraded(cluster)
            }
        }

        private func inPlaceAndResized(_ cluster: TestCluster) async throws {
            let terminal = try watch(cluster, columns: 100, rows: 30)
            #expect(try await terminal.reads(within: .seconds(15)) { $0.text.contains("last min") })
            #expect(terminal.screen.isAlternate && terminal.screen.isCursorHidden)
            #expect(terminal.screen.text.contains("coordinator-1  coordinator, leads"), "\(terminal.screen.text)")

            let first = terminal.screen.lines[0]
            #expect(try await terminal.reads(within: .seconds(10)) { $0.lines[0] != first })
            // A look was just taken, so that what the new width gets is the same one, at once and not with the next.
            let heading = String(terminal.screen.lines[0].suffix(23).prefix(19))
            terminal.resize(columns: 60, rows: 8)
            #expect(
                try await terminal.reads(within: .seconds(1.5)) { $0.text.contains("coord…") },
                "\(terminal.screen.text)")
            #expect(terminal.screen.text.contains(heading), "\(terminal.screen.text)")
            #expect(terminal.screen.text.hasPrefix("healthy"), "the top of a page that is too long")
            terminal.resize(columns: 100, rows: 30)
            #expect(
                try await terminal.reads(within: .seconds(5)) {
                    $0.text.contains("coordinator-1  coordinator, leads") && $0.text.contains("last min")
                }, "\(terminal.screen.text)")

            terminal.type("\u{3}")
            #expect(try await terminal.ends(within: .seconds(5)) == 0)
            expectLeftAsFound(terminal)
        }

        private func endedWhileDegraded(_ cluster: TestCluster) async throws {
            #expect(try cluster.sluice("pause", "--all").status == 0)
            let terminal = try watch(cluster, columns: 80, rows: 24)
            #expect(try await terminal.reads(within: .seconds(15)) { $0.text.contains("everything_paused") })
            terminal.send(SIGTERM)
            #expect(try await terminal.ends(within: .seconds(5)) == 1, "the status of the last look")
            expectLeftAsFound(terminal)
        }

        private func watch(_ cluster: TestCluster, columns: Int, rows: Int) throws -> PseudoTerminal {
            try PseudoTerminal(
                [Programs.sluice, "status", "--watch"], environment: cluster.environment.variables,
                columns: columns, rows: rows)
        }

        private func expectLeftAsFound(_ terminal: PseudoTerminal) {
            #expect(!terminal.screen.isAlternate && !terminal.screen.isCursorHidden)
            let shown = terminal.screen.text.filter { !$0.isWhitespace }
            #expect(shown == "")
            #expect(terminal.screen.faults == [])
        }
    }
}
