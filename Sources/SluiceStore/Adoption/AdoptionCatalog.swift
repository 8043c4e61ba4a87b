internal import PostgresDriver

/// The shape of the database as its catalog has it.
struct AdoptionCatalog: Sendable {
    struct Column: Sendable {
        var type: String
        /// NOT NULL without a default: an INSERT must give it.
        var isRequired: Bool
        /// A view reads it, so that its type cannot change.
        var view: String?
    }

    /// Relations of the schema `public` by name, those of `message_logs` with it before their name, and their kind: `r`
    /// table, `p` partitioned table, `v` view, …
    var relations: [String: String] = [:]
    var columns: [String: [String: Column]] = [:]
    /// Column lists of unique indexes of `sequence_contacts`, each sorted.
    var contactKeys: [[String]] = []
    /// Check constraints of `sequence_contacts` on its status: name and definition.
    var statusChecks: [(name: String, definition: String)] = []
    var isAdopted = false

    func has(_ table: String) -> Bool { relations[table] != nil }
    func has(_ table: String, _ column: String) -> Bool { columns[table]?[column] != nil }

    static func read(_ executor: some PostgresExecutor) async throws -> AdoptionCatalog {
        var catalog = AdoptionCatalog()
        for row in try await executor.query(
            """
            SELECT CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname AS relname, relkind::text AS kind
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE nspname IN ('public', 'message_logs')
            """)
        {
            catalog.relations[try row.decode(String.self, "relname")] = try row.decode(String.self, "kind")
        }
        catalog.isAdopted = catalog.has("sluice_schema") && catalog.has("send_ledger")
        for row in try await executor.query(columnsSQL, [.stringArray(UserTable.all.map(\.name))]) {
            catalog.columns[try row.decode(String.self, "relation"), default: [:]][
                try row.decode(String.self, "name")] =
                Column(
                    type: try row.decode(String.self, "type"), isRequired: try row.decode(Bool.self, "is_required"),
                    view: try row.decode(String?.self, "view"))
        }
        guard catalog.has("sequence_contacts") else { return catalog }
        catalog.contactKeys = try await executor.query(keysSQL).map { try $0.decode([String].self, "names") }
        catalog.statusChecks = try await executor.query(checksSQL).map {
            (try $0.decode(String.self, "name"), try $0.decode(String.self, "definition"))
        }
        return catalog
    }

    private static let columnsSQL = """
        SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS is_required,
            (SELECT min(r.ev_class::regclass::text) FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
             WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum) AS view
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1)
        """

    private static let keysSQL = """
        SELECT array_agg(a.attname::text ORDER BY a.attname) AS names
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = 'sequence_contacts'::regclass AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
        GROUP BY i.indexrelid
        """

    private static let checksSQL = """
        SELECT k.conname AS name, pg_get_constraintdef(k.oid) AS definition
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        WHERE k.conrelid = 'sequence_contacts'::regclass AND k.contype = 'c' AND a.attname = 'status'
        """
}
