internal import Foundation
internal import SluiceConfig

/// A cluster that runs already, as the person who points at it describes it.
///
/// The description is a settings file, such as the nodes' own or the `env` of `sluice dev`, or its lines one by one.
public struct NamedCluster: Sendable {
    var databaseURL: String
    var gatewayURL: String
    /// Where the simulator's controls answer, which they do to its own machine alone.
    var controlURL: String
    var requestLog: String
    var nodeURLs: [String]
    /// Seconds of the nodes' hour and day.
    var hour: Double
    var day: Double
    /// Whether devices and contacts of others may be there: they are left alone, and share the cluster's speed.
    var isShared: Bool

    /// - Parameter descriptions: each a file's path or `NAME=VALUE`; of a name given twice the last counts.
    /// - Throws: ``LoadTestError`` that says what is missing.
    public init(_ descriptions: [String], isShared: Bool) throws {
        var values: [String: String] = [:]
        for description in descriptions {
            values.merge(try Self.values(of: description)) { $1 }
        }
        func needed(_ key: String, _ what: String) throws -> String {
            guard let value = values[key], !value.isEmpty else {
                throw LoadTestError("--cluster does not say \(key), \(what); add --cluster \(key)=…")
            }
            return value
        }
        databaseURL = try needed("DATABASE_URL", "the cluster's database")
        gatewayURL = Self.withoutSlash(
            try needed("GATEWAY_URL", "the gateway simulator as the shard nodes reach it"))
        controlURL = values["GATEWAY_CONTROL_URL"].map(Self.withoutSlash) ?? gatewayURL
        requestLog = try needed("GATEWAY_REQUEST_LOG", "the simulator's request log, by which a run is judged")
        nodeURLs = (values["NODE_URLS"] ?? "").split(separator: ",").map {
            Self.withoutSlash($0.trimmingCharacters(in: .whitespaces))
        }
        hour = try Self.seconds(values, "SLUICE_HOUR_SECONDS", default: Scenario.Caps().hour)
        day = try Self.seconds(values, "SLUICE_DAY_SECONDS", default: Scenario.Caps().day)
        self.isShared = isShared
        guard FileManager.default.isReadableFile(atPath: requestLog) else {
            throw LoadTestError(
                "the request log \(requestLog) cannot be read, and a run is judged by it; run this where the simulator runs"
            )
        }
    }

    private static func values(of description: String) throws -> [String: String] {
        let isFile = FileManager.default.fileExists(atPath: description)
        if !isFile, let equals = description.firstIndex(of: "=") {
            return [String(description[..<equals]): String(description[description.index(after: equals)...])]
        }
        guard isFile else {
            throw LoadTestError(
                "--cluster \(description) is neither a file nor NAME=VALUE, such as DATABASE_URL=postgresql://…")
        }
        return try SettingsFile.values(path: description)
    }

    private static func seconds(_ values: [String: String], _ key: String, default standard: Double) throws -> Double {
        guard let text = values[key] else { return standard }
        guard let seconds = Double(text), seconds > 0 else {
            throw LoadTestError("\(key) is a number of seconds, not \(text)")
        }
        return seconds
    }

    private static func withoutSlash(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }

    /// What a scenario asks for that can only be done to a cluster of its own, each with its key; empty when it can run.
    func objections(to scenario: Scenario) -> [String] {
        var found: [String] = []
        for (key, wanted, has, variable) in [
            ("caps.hour", scenario.caps.hour, hour, "SLUICE_HOUR_SECONDS"),
            ("caps.day", scenario.caps.day, day, "SLUICE_DAY_SECONDS"),
        ] where wanted != has {
            found.append(
                "\(key) is \(FigureText.words(wanted)) s and the cluster's \(FigureText.words(has)) s (\(variable)); make them the same"
            )
        }
        if let node = scenario.incidents.kill {
            found.append("incidents.kill = \(node): no node is killed that the run did not start")
        }
        if scenario.fanOut > 0 { found.append("measure.fan_out empties tables, so it needs a cluster of its own") }
        if !scenario.peers.isEmpty {
            found.append("measure.peers are measured on this machine, which need not be the cluster's")
        }
        if let key = scenario.series?.key, key.hasPrefix("cluster."), key != "cluster.devices" {
            found.append("series.key = \(key): its nodes are there already")
        }
        return found
    }

    /// What a reader of the result has to know.
    func notes(for scenario: Scenario, nodes: Int, others: OwnRows.Others) -> [String] {
        var notes = [
            "a cluster that ran already: CPU and memory of its processes, its disk's fdatasync, and with them CPU per message and memory per device are not measured; the machine above is the one that drove it",
            "\(nodes) nodes, as they are; cluster.shards and cluster.coordinators count only for a cluster of its own",
            "the simulator answers as it was started: gateway.latency and gateway.faults were not applied",
        ]
        if nodeURLs.isEmpty {
            notes.append("NODE_URLS was not given: queues and the shards' open requests are not known")
        }
        if !others.isNone {
            notes.append(
                "\(others.words) of others are on it: transactions, rows and bytes per message, dead tuples and table sizes are of all of them"
            )
        }
        return notes
    }
}
