internal import Foundation

/// Many scenarios one after the other, for the list of targets that they keep or miss.
public struct Suite: Sendable {
    /// In the order in which they run.
    public let files: [ScenarioFile]

    /// Reads scenarios of a folder, all of them before any is run.
    ///
    /// - Parameters:
    ///   - isFull: every scenario as it stands; else those that have a short form, in that form.
    ///   - names: which ones, by their files' names without `.toml`, in this order; all when there are none.
    /// - Throws: ``ScenarioError`` or ``LoadTestError``.
    public init(folder: String, isFull: Bool, names: [String] = []) throws {
        let known: [String]
        do {
            known = try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(".toml".count)) }.sorted()
        } catch {
            throw LoadTestError("\(folder) cannot be read: \(error.localizedDescription); name a folder of scenarios")
        }
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw LoadTestError("\(folder) has no scenario \(unknown); it has \(known.joined(separator: ", "))")
        }
        let read = try (names.isEmpty ? known : names)
            .map { try ScenarioFile(path: "\(folder)/\($0).toml", isShort: !isFull) }
        files = read.filter { isFull || $0.hasShortForm }
        if !names.isEmpty, let long = read.first(where: { !isFull && !$0.hasShortForm }) {
            throw LoadTestError("\(long.fileName) has no section [short]; --full runs it as it stands")
        }
        guard !files.isEmpty else { throw LoadTestError("\(folder) has no scenario (NAME.toml) to run") }
    }

    /// One line per scenario: its name, how long it may be measured, and what it is about. Starting the clusters and
    /// loading the work come on top.
    public var lines: [String] {
        Columns.lines(
            files.map { [$0.fileName, Self.words(seconds: $0.longest), $0.points[0].about] }, left: [0, 2])
    }

    private static func words(seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
    }
}
