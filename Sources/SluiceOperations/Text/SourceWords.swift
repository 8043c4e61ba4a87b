internal import FoundationEssentials

/// Sources and steps by the names that people gave them.
enum SourceWords {
    /// A sequence and a scheduled message say themselves what they are.
    static func source(_ kind: String, _ name: String) -> String {
        switch kind {
        case "campaign": "campaign \(name)"
        case "trigger": "trigger run \(name)"
        case "event": "event message \(name)"
        default: name
        }
    }

    /// The node, of a flow's compiled step: `flow:{flow}:{version}:{node}`.
    static func step(_ trigger: String) -> String {
        let parts = trigger.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "flow", UUID(uuidString: String(parts[1])) != nil, Int(parts[2]) != nil
        else { return trigger }
        return String(parts[3])
    }
}
