internal import Foundation
internal import Subprocess
internal import SystemPackage

/// Another queue on PostgreSQL, measured on the same machine in the same run: jobs that do nothing, as `loadtest/peers`
/// has them.
struct Peer: Sendable, Hashable, Decodable {
    /// Where the program that measures them is, from the project's folder.
    static let folder = "loadtest/peers"

    /// Of the first time too, when their packages are fetched.
    private static let longest: Duration = .seconds(300)
    /// What the program takes to stop its PostgreSQL.
    private static let stopping: Duration = .seconds(20)

    var name: String
    var version = ""
    var jobsPerSecond: Double?
    /// What Sluice does for a message and it does not do for a job.
    var leavesOut: String?
    /// Why there is no rate.
    var skipped: String?

    /// What a person reads.
    var line: String {
        let name = "peer \(name)" + (version.isEmpty ? "" : " \(version)")
        guard let jobsPerSecond else { return "\(name) was not measured: \(skipped ?? "no reason given")" }
        return "\(name) \(FigureText.words(jobsPerSecond)) jobs/s, \(leavesOut ?? "nothing left out")"
    }

    /// Measures them one after the other. One that cannot be measured says why.
    ///
    /// - Parameter progress: asked again and again; throws when somebody wants the run to end.
    static func measure(
        _ names: [String], in folder: String = folder, progress: @escaping @Sendable (String) throws -> Void
    ) async throws -> [Peer] {
        try await withThrowingTaskGroup(of: [Peer].self) { group in
            defer { group.cancelAll() }
            group.addTask { await run(names, in: folder) }
            group.addTask {
                let deadline = ContinuousClock.now + longest
                while ContinuousClock.now < deadline {
                    try progress("peers: \(names.joined(separator: ", "))")
                    try await Task.sleep(for: .milliseconds(200))
                }
                return skipping(names, "not done within \(longest.components.seconds) s")
            }
            return try await group.next() ?? []
        }
    }

    /// When the task is cancelled the program is stopped, and with it what it has started.
    private static func run(_ names: [String], in folder: String) async -> [Peer] {
        var options = PlatformOptions()
        // A Ctrl-C at the terminal goes to the foreground group; the order of stopping is ours to keep.
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: stopping)]
        let arguments = ["--pdeathsig", "TERM", "--", "python3", folder, "--json"] + names
        do {
            let result = try await Subprocess.run(
                .name("setpriv"), arguments: Arguments(arguments),
                platformOptions: options, output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            // Without a report its last words say why.
            if let report = try? decoder.decode(Report.self, from: Data(result.standardOutput.utf8)) {
                return report.peers
            }
            let problem = result.standardError.split(separator: "\n").last.map(String.init)
            return skipping(names, problem ?? "\(result.terminationStatus)")
        } catch {
            return skipping(names, "\(error)")
        }
    }

    private struct Report: Decodable {
        var peers: [Peer]
    }

    private static func skipping(_ names: [String], _ reason: String) -> [Peer] {
        names.map { Peer(name: $0, skipped: reason) }
    }
}
