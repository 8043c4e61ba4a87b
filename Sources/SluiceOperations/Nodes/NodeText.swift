internal import SluiceCore

/// Nodes for people.
public enum NodeText {
    public static func render(_ nodes: [NodeSummary], width: Int) -> String {
        guard !nodes.isEmpty else { return "no node has registered; start one with `sluice coordinator`\n" }
        var table = TextTable([
            .init(title: "NODE", shrinks: true), .init(title: "ROLE"), .init(title: "STATE"),
            .init(title: "DRAINED", shrinks: true), .init(title: "SLOTS", isRight: true),
            .init(title: "VERSION", shrinks: true), .init(title: "HOST", shrinks: true),
        ])
        for node in nodes {
            table.add([
                node.name, node.isLeader ? "\(node.role), leads" : node.role, node.state.rawValue, drained(node),
                node.role == NodeRole.shard.rawValue ? "\(node.slots)" : "", node.version ?? "", node.host ?? "",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    /// One line about a drain or an undrain, and another when it leaves nobody to do the work.
    /// - Parameter progress: how far the hand-over was when somebody last looked; nil when nobody waited for it.
    public static func render(_ change: NodeChange, _ progress: HandOverProgress?) -> String {
        let verb = change.isDrained ? "drained" : "undrained"
        var line = change.changed ? "\(verb) \(change.node)" : "\(change.node) was \(verb) already"
        if let progress {
            line += ": \(Self.progress(change, progress))"
        } else if change.isDrained, change.slots > 0 {
            line += ": it hands over \(Words.counted(change.slots, "hash slot"))"
        } else if change.isDrained, change.isLeader {
            line += ": it gives up the lead"
        }
        guard change.isDrained, change.isLast else { return line + "\n" }
        return line + "\nit was the last one: \(consequence(change.role, change.node))\n"
    }

    /// `shard-1 has 12 hash slots`, `coordinator-1 still leads`
    public static func progress(_ change: NodeChange, _ now: HandOverProgress) -> String {
        if change.role == NodeRole.coordinator.rawValue {
            return "\(change.node) \(now.isLeader ? change.isDrained ? "still leads" : "leads" : "does not lead")"
        }
        let has = "\(change.node) has \(now.slots == 0 ? "no hash slots" : Words.counted(now.slots, "hash slot"))"
        return change.isDrained || now.moving == 0 ? has : "\(has), and \(Words.count(now.moving)) are on their way"
    }

    static func roleName(_ role: String) -> String { role == NodeRole.shard.rawValue ? "shard node" : role }

    /// What it means that no node of the role is left that is not drained.
    static func consequence(_ role: String, _ name: String) -> String {
        let until = "until another one runs or `sluice nodes undrain \(name)`"
        return role == NodeRole.shard.rawValue
            ? "nothing is sent \(until)" : "nobody leads, so nothing new is claimed or enrolled, \(until)"
    }

    private static func drained(_ node: NodeSummary) -> String {
        guard node.isDrained else { return "" }
        return node.reason.map { "yes: \($0)" } ?? "yes"
    }
}
