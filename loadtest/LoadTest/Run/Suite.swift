internal import Foundation

/// Many scenarios one after the other, for the list of targets that they keep or miss.
public struct Suite: Sendable {
    public let files: [ScenarioFile]

    /// Reads a folder of scenarios, all of them before any is run.
    ///
    /// - Parameter isFull: every scenario as it stands; else those that have a short form, in that form.
    /// - Throws: ``ScenarioError`` or ``LoadTestError``.
    public init(folder: String, isFull: Bool) throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".toml") }
                .sorted()
        } catch {
            throw LoadTestError("\(folder) cannot be read: \(error.localizedDescription); name a folder of scenarios")
        }
        files = try names.map { try ScenarioFile(path: folder + "/" + $0, isShort: !isFull) }
            .filter { isFull || $0.hasShortForm }
        guard !files.isEmpty else { throw LoadTestError("\(folder) has no scenario (NAME.toml) to run") }
    }
}
