internal import FoundationEssentials

/// The status as a page for a terminal.
public enum StatusText {
    /// - Parameter width: of the terminal, in columns.
    public static func render(_ report: StatusReport, width: Int) -> String {
        let sections = [
            heading(report), findings(report, width: width), nodes(report, width: width), devices(report),
            contacts(report, width: width), pace(report),
        ]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private static func heading(_ report: StatusReport) -> [String] {
        let leader = report.leader.map { "leader \($0.name), term \($0.term)" } ?? "no leader"
        return ["\(report.health.rawValue) · \(leader) · \(Words.time(report.at))"]
    }

    private static func findings(_ report: StatusReport, width: Int) -> [String] {
        report.findings.flatMap { finding in
            let mark = finding.severity == .note ? "·" : "!"
            return wrap("\(mark) \(finding.code.rawValue) \(finding.name): \(finding.message)", width: width, indent: 4)
        }
    }

    private static func nodes(_ report: StatusReport, width: Int) -> [String] {
        guard !report.nodes.isEmpty else { return [] }
        var table = TextTable([
            .init(title: "NODE", shrinks: true), .init(title: "ROLE"), .init(title: "STATE"),
            .init(title: "VERSION", shrinks: true), .init(title: "HOST", shrinks: true),
            .init(title: "SLOTS", isRight: true),
            .init(title: "OPEN", isRight: true), .init(title: "HEARTBEAT", isRight: true),
        ])
        for node in report.nodes {
            table.add([
                node.name, role(of: node), node.state.rawValue, node.version, node.host,
                node.role == "shard" ? "\(node.slots)" : "",
                node.openRequests.map { "\($0)" } ?? "",
                node.lastHeartbeatSecondsAgo.map { "\(Words.span($0)) ago" } ?? "",
            ])
        }
        return table.lines(width: width)
    }

    private static func role(of node: StatusReport.NodeLine) -> String {
        if node.isLeader { return "\(node.role), leads" }
        if node.isDraining { return "\(node.role), stops" }
        guard node.isDrained else { return node.role }
        return node.slots > 0 ? "\(node.role), drains" : "\(node.role), drained"
    }

    private static func devices(_ report: StatusReport) -> [String] {
        let devices = report.devices
        guard let total = devices.total else { return [] }
        let states = devices.byState.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(Words.count($0.value)) \($0.key)" }
        var line = "devices   \(Words.count(total))"
        if !states.isEmpty { line += ": " + states.joined(separator: ", ") }
        guard let hour = devices.atHourlyCap, let day = devices.atDailyCap, let open = devices.atConcurrencyCap else {
            return [line]
        }
        return [
            line, "at a cap  \(Words.count(hour)) hourly, \(Words.count(day)) daily, \(Words.count(open)) concurrent",
        ]
    }

    private static func contacts(_ report: StatusReport, width: Int) -> [String] {
        let contacts = report.contacts
        var parts: [String] = []
        if let waiting = contacts.waiting { parts.append("\(Words.count(waiting)) waiting") }
        if let due = contacts.due { parts.append("\(contacts.dueIsAtLeast ? "at least " : "")\(Words.count(due)) due") }
        if let flight = contacts.inFlight { parts.append("\(Words.count(flight)) in flight") }
        for status in ["advance", "unknown", "failed", "paused", "completed", "cancelled"] {
            let words = status == "advance" ? "at a branch" : status
            if let count = contacts.byStatus[status], count != 0 { parts.append("\(Words.count(count)) \(words)") }
        }
        guard !parts.isEmpty else { return [] }
        var lines = wrap("contacts  " + parts.joined(separator: ", "), width: width, indent: 10)
        let held = contacts.heldByReason.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if !held.isEmpty {
            let words = held.map { "\(Words.count($0.value)) \($0.key)" }.joined(separator: ", ")
            lines += wrap("held      " + words, width: width, indent: 10)
        }
        return lines
    }

    private static func pace(_ report: StatusReport) -> [String] {
        var lines: [String] = []
        if let minute = report.lastMinute {
            let rate = (Double(minute.sent) / 60 * 10).rounded() / 10
            lines.append(
                "last min  \(Words.count(minute.sent)) sent (\(rate)/s), \(Words.count(minute.failed)) failed, "
                    + "\(Words.count(minute.unknown)) unknown")
        }
        if let oldest = report.oldestDueWithCapacitySeconds {
            lines.append("backlog   the oldest due contact that could be sent waits \(Words.span(oldest))")
        }
        return lines
    }

    /// Breaks at spaces; lines after the first are indented by `indent`, the first by `first`. A word longer than the
    /// width is left whole.
    static func wrap(_ text: String, width: Int, first: Int = 0, indent: Int) -> [String] {
        var lines: [String] = []
        var line = String(repeating: " ", count: first)
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent) + word
            } else {
                line += (isEmpty ? "" : " ") + word
            }
            isEmpty = false
        }
        return lines + [line]
    }
}
