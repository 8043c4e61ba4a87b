/// A table that our users may already have, as this build needs it: what creates it, what completes it and what
/// ``Adoption`` compares with the one that is there.
struct UserTable: Sendable {
    var name: String
    var columns: [UserColumn]

    /// The table, bare when it is not there, and its columns one by one, so that one which is there gets what is
    /// missing and keeps the rest: adoption and creation are the same statements.
    var definition: String {
        let key = name == "workspaces" ? "id text PRIMARY KEY" : "id uuid PRIMARY KEY DEFAULT gen_random_uuid()"
        let added = columns.map { "    ADD COLUMN IF NOT EXISTS \($0.name) \($0.definition)" }
        return """
            CREATE TABLE IF NOT EXISTS \(name) (\(key));
            ALTER TABLE \(name)
            \(added.joined(separator: ",\n"));

            """
    }
}

struct UserColumn: Sendable {
    /// What a column must be able to hold. Types of one family need no conversion.
    enum Family: Sendable {
        case uuid, text, whole, number, boolean, instant
    }

    var name: String
    var definition: String
    var family: Family
    /// The type that `definition` begins with.
    var type: Substring { definition.prefix { $0 != " " } }
    /// A column that Sluice brought: a database without Sluice has none of this name, or means something else by it.
    var isOurs: Bool

    static func uuid(_ name: String) -> Self { Self(name: name, definition: "uuid", family: .uuid, isOurs: false) }

    static func text(_ name: String, _ rest: String = "") -> Self {
        Self(name: name, definition: "text \(rest)", family: .text, isOurs: false)
    }

    static func whole(_ name: String, _ rest: String = "") -> Self {
        Self(name: name, definition: "int \(rest)", family: .whole, isOurs: false)
    }

    static func number(_ name: String, _ rest: String = "") -> Self {
        Self(name: name, definition: "numeric \(rest)", family: .number, isOurs: false)
    }

    static func boolean(_ name: String, _ rest: String) -> Self {
        Self(name: name, definition: "boolean \(rest)", family: .boolean, isOurs: false)
    }

    static func instant(_ name: String, _ rest: String = "") -> Self {
        Self(name: name, definition: "timestamptz \(rest)", family: .instant, isOurs: false)
    }

    static func ours(_ name: String, _ definition: String, _ family: Family) -> Self {
        Self(name: name, definition: definition, family: family, isOurs: true)
    }

    /// `created_at` and `updated_at`.
    static let times = [instant("created_at", "DEFAULT now()"), instant("updated_at", "DEFAULT now()")]
    static let workspace = ours("workspace_id", "text NOT NULL DEFAULT 'default'", .text)
}
