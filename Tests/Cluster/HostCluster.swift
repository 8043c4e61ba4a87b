import Foundation
import RequestLog
import Testing

/// A cluster of separate hosts for one test, from `cluster/hosts` with the binaries of this build.
struct HostCluster: Sendable {
    private static let script = Programs.checkout + "/cluster/hosts/hosts"
    private let data: String

    /// Whether this machine lets us make hosts: root, network namespaces, the programs.
    static let isPossible = (try? run(["check"]).status) == 0

    /// Removes the hosts in `data`, if any are left.
    static func remove(_ data: String) { _ = try? run(["down", "--data", data]) }

    /// Runs `body` on hosts of its own and removes them.
    static func run(_ options: [String], _ body: (HostCluster) async throws -> Void) async throws {
        let folder = try scratchFolder()
        defer { removeFolder(folder) }
        let cluster = HostCluster(data: folder + "/data")
        // Also after an `up` that failed: it cleans up by itself, unless it was killed.
        defer { remove(cluster.data) }
        try cluster.hosts(["up", "--bin", Programs.folder] + options)
        do {
            try await body(cluster)
        } catch {
            for name in try FileManager.default.contentsOfDirectory(atPath: cluster.data + "/log") {
                print("\(name):\n\(try cluster.lastLines(of: name))")
            }
            throw error
        }
    }

    @discardableResult
    func hosts(_ arguments: String...) throws -> String { try hosts(arguments) }

    /// What the command printed to standard output and standard error; throws when it failed.
    @discardableResult
    func hosts(_ arguments: [String]) throws -> String {
        let result = try Self.run([arguments[0], "--data", data] + arguments.dropFirst())
        guard result.status == 0 else {
            throw ClusterTestError("hosts \(arguments.joined(separator: " ")): \(result.status)\n\(result.output)")
        }
        return result.output
    }

    /// What psql prints on the operator's host, as the database's owner: a row a line, values with `|` between them.
    @discardableResult
    func sql(_ text: String) throws -> String {
        let shell = "exec psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"$DATABASE_URL\" -c \"$0\""
        let output = try hosts("exec", "operator", "--", "sh", "-c", shell, text)
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func number(_ query: String) throws -> Int {
        let text = try sql(query)
        return try #require(Int(text), "\(query): \(text)")
    }

    /// The request logs of the gateways. A device is on one gateway only.
    func requestLogs() throws -> [String] {
        let record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(filePath: data + "/hosts.json")))
        return record.requestLogs
    }

    /// A new folder that goes with the cluster.
    func folder(named name: String) throws -> String {
        let path = data + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    func longestPauses(since start: Int64, until end: Int64) throws -> [String: Duration] {
        try requestLogs().reduce(into: [:]) { pauses, log in
            pauses.merge(try DevicePauses.longest(in: log, since: start, until: end)) { max($0, $1) }
        }
    }

    private struct Record: Decodable {
        var requestLogs: [String]

        enum CodingKeys: String, CodingKey { case requestLogs = "request_logs" }
    }

    private func lastLines(of log: String) throws -> String {
        try String(contentsOfFile: "\(data)/log/\(log)", encoding: .utf8).split(separator: "\n").suffix(5)
            .joined(separator: "\n")
    }

    private static func run(_ arguments: [String]) throws -> TestCluster.CommandResult {
        try TestCluster.run(program: script, arguments, environment: [], seconds: 120)
    }
}
