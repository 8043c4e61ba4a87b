import Foundation
import TestSupport
import Testing

extension ClusterSuite {
    /// The README's snippets, run as a person would paste them, one after the other on one cluster.
    ///
    /// A block's language says what it is: `shell` is run, `sql` is given to psql, `text` is what the commands before
    /// it print, and `shell no-run` needs a build or a terminal of its own.
    @Suite struct ReadmeTests {
        @Test func everySnippetRuns() async throws {
            let blocks = try Self.blocks()
            #expect(Set(blocks.map(\.language)) == ["shell", "shell no-run", "sql", "text"])
            let folder = try scratchFolder()
            defer { removeFolder(folder) }
            try await TestCluster.run(devices: 20) { cluster in
                try Self.placeAsInACheckout(folder, cluster)
                try await eventually("a healthy cluster", within: .seconds(30)) {
                    try cluster.sluice("status").status == 0
                }
                var printed = ""
                for block in blocks {
                    switch block.language {
                    case "shell":
                        printed = try await Self.run(block, in: folder)
                    case "sql":
                        _ = try await Self.run(block, in: folder)
                        try await eventually("the message that the README promises", within: .seconds(10)) {
                            try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE moves = 1") == 1
                        }
                    case "text":
                        for word in block.labels where !printed.contains(word) {
                            Issue.record("README.md:\(block.line) shows \(word), the commands print:\n\(printed)")
                        }
                    default: break
                    }
                }
            }
        }

        private struct Block: Sendable {
            var language: String
            var line: Int
            var text = ""

            /// The first words of its lines, which stay the same from run to run, other than times do.
            var labels: [String] {
                text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
                    .filter { $0.first?.isNumber == false }
            }
        }

        private static func blocks() throws -> [Block] {
            var blocks: [Block] = []
            var isInside = false
            let lines = try String(contentsOfFile: "\(Programs.checkout)/README.md", encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                if line.hasPrefix("```") {
                    if !isInside { blocks.append(Block(language: String(line.dropFirst(3)), line: index + 1)) }
                    isInside.toggle()
                } else if isInside {
                    blocks[blocks.count - 1].text += line + "\n"
                }
            }
            return blocks
        }

        /// The paths that the README uses, relative to where it stands.
        private static func placeAsInACheckout(_ folder: String, _ cluster: TestCluster) throws {
            let files = FileManager.default
            try files.createSymbolicLink(atPath: "\(folder)/.sluice", withDestinationPath: cluster.dataPath)
            try files.createDirectory(atPath: "\(folder)/.build", withIntermediateDirectories: false)
            try files.createSymbolicLink(atPath: "\(folder)/.build/release", withDestinationPath: Programs.folder)
        }

        /// What it printed. Each block has a shell of its own that sources the env file, as a README's reader has by
        /// then.
        private static func run(_ block: Block, in folder: String) async throws -> String {
            let script =
                block.language == "sql"
                ? "psql \"$DATABASE_URL\" --no-psqlrc --set ON_ERROR_STOP=1 <<'END_OF_SNIPPET'\n\(block.text)END_OF_SNIPPET\n"
                : block.text
            let result = try TestCluster.run(
                program: "/bin/bash", ["-ec", "source .sluice/env\n\(script)"], folder: folder, environment: [],
                seconds: 20)
            #expect(result.status == 0, "README.md:\(block.line): \(result.output)")
            return result.output
        }
    }
}
