/// What adopting a database will do to it, and what stands in the way.
public struct AdoptionReport: Codable, Hashable, Sendable {
    /// One thing found, in words.
    public struct Finding: Codable, Hashable, Sendable {
        public enum Code: String, Codable, CaseIterable, Sendable {
            // What will change.
            case columnAdded = "column_added"
            case timeGetsZone = "time_gets_zone"
            case lengthLimitDropped = "length_limit_dropped"
            case nameMoved = "name_moved"
            case keyAdded = "key_added"
            case becomesUnknown = "becomes_unknown"
            case becomesHeld = "becomes_held"
            case becomesPaused = "becomes_paused"
            case leftoversCleared = "leftovers_cleared"
            // What blocks.
            case notATable = "not_a_table"
            case typeNotSupported = "type_not_supported"
            case userKeysDiffer = "user_keys_differ"
            case columnTaken = "column_taken"
            case nameTakenTwice = "name_taken_twice"
            case columnRequired = "column_required"
            case statusRefused = "status_refused"
            case viewInTheWay = "view_in_the_way"
            case duplicateContacts = "duplicate_contacts"
            case duplicateTriggers = "duplicate_triggers"
        }

        public var code: Code
        /// The table, or the table and the column.
        public var subject: String
        public var explanation: String
        /// How many rows it is about, where it is about rows.
        public var rows: Int64?
        /// The SQL that resolves it, where something blocks.
        public var resolution: String?
    }

    /// What a migration will do.
    public var changes: [Finding] = []
    /// What must be resolved first; a migration refuses while there is any.
    public var blockers: [Finding] = []

    public init() {}

    public var isBlocked: Bool { !blockers.isEmpty }

    /// For people: the blockers with their SQL, then the changes.
    public var text: String {
        var lines: [String] = []
        if isBlocked {
            lines.append("Resolve first:")
            for finding in blockers {
                lines.append("  \(finding.subject): \(finding.explanation)")
                lines += (finding.resolution ?? "").split(separator: "\n").map { "      \($0)" }
            }
        }
        if !changes.isEmpty { lines.append("Will change:") }
        lines += changes.map { "  \($0.subject): \($0.explanation)" }
        if lines.isEmpty { lines.append("Nothing to adopt: none of the tables is here, or Sluice has them already.") }
        return lines.joined(separator: "\n")
    }
}

/// A migration that did not start because something in the database must be resolved by its owner first. Nothing was
/// changed.
public struct AdoptionBlocked: Error, CustomStringConvertible, Sendable {
    public var report: AdoptionReport

    public var description: String { report.text }
}
