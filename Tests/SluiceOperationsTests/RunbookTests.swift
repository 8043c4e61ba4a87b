import Foundation
import SluiceOperations
import Testing

/// Whoever is woken at night follows a code to its section: each must lead somewhere.
@Suite struct RunbookTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Headings of a section each, as `SLU-101 no_leader`.
    private static func sections() throws -> Set<String> {
        Set(
            try text("docs/runbook.md").split(separator: "\n").filter { $0.hasPrefix("### ") }.map {
                String($0.dropFirst(4))
            })
    }

    @Test func everyFindingHasASection() throws {
        let sections = try Self.sections()
        #expect(FindingCode.allCases.filter { !sections.contains("\($0.rawValue) \($0.name)") } == [])
        #expect(Set(FindingCode.allCases.map(\.name)).count == FindingCode.allCases.count)
    }

    @Test func everyCodeThatIsNamedAnywhereHasASection() throws {
        let known = Set(try Self.sections().map { String($0.prefix(7)) })
        var checked = 0
        for folder in ["docs", "Sources", "cluster", "loadtest", "scripts", "."] {
            for file in try Self.files(in: folder) {
                guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }  // No text.
                for match in text.matches(of: /SLU-[0-9]{3}/) {
                    checked += 1
                    #expect(known.contains(String(match.output)), "\(match.output) in \(file.lastPathComponent)")
                }
            }
        }
        #expect(checked > 100)
    }

    @Test func everyAlertNamesItsSectionAndEveryLinkLeadsToOne() throws {
        let anchors = Set(try Self.sections().map { $0.lowercased().replacing(" ", with: "-") })
        let alerts = try Self.text("docs/deploy.md").split(separator: "## What to alert on")[1].split(
            separator: "\n## ")[0]
        let rows = alerts.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        #expect(rows.count > 15)
        for row in rows { #expect(row.contains("](runbook.md#slu-"), "\(row)") }
        for file in try Self.files(in: "docs") + Self.files(in: ".") where file.pathExtension == "md" {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /runbook\.md#([a-z0-9_-]+)/) {
                #expect(anchors.contains(String(match.1)), "\(match.0) in \(file.lastPathComponent)")
            }
        }
    }

    /// Of a folder and those below it; of the root itself, only its own.
    private static func files(in folder: String) throws -> [URL] {
        let manager = FileManager.default
        guard folder != "." else {
            return try manager.contentsOfDirectory(at: root, includingPropertiesForKeys: nil).filter {
                !$0.hasDirectoryPath
            }
        }
        let found = manager.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (found?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }
    }
}
