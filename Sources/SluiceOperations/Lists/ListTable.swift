internal import SluiceCore
internal import SluiceStore

/// A list of people that comes and goes as CSV.
public enum PeopleList: String, Codable, Hashable, Sendable, CaseIterable {
    case leads, subscribers

    var table: ListTable {
        switch self {
        case .leads: .leads
        case .subscribers: .subscribers
        }
    }
}

/// What a list's file holds, and the statements that write and read its table.
struct ListTable: Sendable {
    struct Column: Sendable {
        enum Kind: Sendable { case text(mostBytes: Int), phone, whole, boolean, zone, instant }

        var name: String
        var kind: Kind
        var isRequired = false
        /// As the table has it.
        var type = "text"
    }

    let name: String
    let columns: [Column]
    /// What tells one person from another, of the columns' values.
    let key: @Sendable ([String?]) -> String
    /// SQL: the digits by which a row `g` may be suppressed, and whether the table has it already; `$1` the workspace.
    let digits: String
    let isKnown: String
    /// SQL: the columns of the key, by which an export goes on, and whose rows it has.
    let order: [(name: String, type: String)]
    let whose: String
    let hasWorkspace: Bool

    static let leads = ListTable(
        name: "leads",
        columns: [
            Column(name: "phone", kind: .phone, isRequired: true), Column(name: "name", kind: .text(mostBytes: 500)),
            Column(name: "email", kind: .text(mostBytes: 500)), Column(name: "niche", kind: .text(mostBytes: 500)),
            Column(name: "status", kind: .text(mostBytes: 500)), Column(name: "time_zone", kind: .zone),
            Column(name: "trigger", kind: .text(mostBytes: 1_000)),
        ],
        // The column's kind has refused what is no number before; only what was not refused is looked for twice.
        key: { values in values[0].map { (try? PhoneNumber($0))?.digits ?? $0 } ?? "" },
        digits: "sluice_digits(g.phone)",
        isKnown: """
            EXISTS (SELECT FROM leads l
                WHERE sluice_digits(l.phone) = sluice_digits(g.phone) AND l.workspace_id = $1)
            """,
        order: [("id", "uuid")], whose: "workspace_id = $1", hasWorkspace: true)

    static let subscribers = ListTable(
        name: "meta_subscribers",
        columns: [
            Column(name: "page_id", kind: .whole, isRequired: true, type: "bigint"),
            Column(name: "user_id", kind: .text(mostBytes: 500), isRequired: true),
            Column(name: "user_name", kind: .text(mostBytes: 500)),
            Column(name: "is_active", kind: .boolean, type: "boolean"),
            Column(name: "can_reply", kind: .boolean, type: "boolean"),
            Column(name: "window_expires_at", kind: .instant, type: "timestamptz"),
        ],
        key: { values in values.prefix(2).map { $0 ?? "" }.joined(separator: " ") },
        digits: "sluice_digits(g.user_id)",
        isKnown: "EXISTS (SELECT FROM meta_subscribers s WHERE s.page_id = g.page_id AND s.user_id = g.user_id)",
        order: [("page_id", "bigint"), ("user_id", "text")], whose: "$1::text IS NOT NULL", hasWorkspace: false)
}

extension ListTable.Column {
    /// The value as the table takes it; nil of an empty one.
    /// - Throws: ``OperationsError`` about what is wrong with it.
    func value(of field: String) throws(OperationsError) -> String? {
        let text = field.trimmed
        guard !text.isEmpty else {
            if isRequired { throw invalid("is missing") }
            return nil
        }
        if text.utf8.contains(0) { throw invalid("must not contain a NUL character") }
        switch kind {
        case .text(let most):
            guard text.utf8.count <= most else { throw invalid("must not be longer than \(most) bytes") }
        case .phone:
            do { _ = try PhoneNumber(text) } catch { throw invalid("is not a phone number: 7 to 15 digits") }
        case .whole:
            guard Int64(text) != nil else { throw invalid("is not a whole number") }
        case .boolean:
            guard ["true", "false"].contains(text.lowercased()) else { throw invalid("must be true or false") }
        case .zone:
            guard SystemZone(text) != nil else { throw invalid("is no time zone; names are like Asia/Jakarta, or UTC") }
        case .instant:
            do { _ = try OffsetTime(text) } catch { throw invalid(error.advice) }
        }
        return text
    }

    private func invalid(_ problem: String) -> OperationsError { .invalid(field: name, message: problem) }
}
