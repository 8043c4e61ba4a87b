internal import PostgresDriver

/// Claim, reserve and settle as bare as they can be and still be durable: three autocommit statements per batch on one
/// connection, on tables of their own with as few columns and indexes as the work needs.
struct SQLFloor {
    private static let devices = 3_000
    private static let batch = 1_000
    private static let perDevice = 100
    /// Nobody else's: it is dropped, whatever is in it.
    private static let schema = "sluice_loadtest_floor"

    let connection: any PostgresExecutor
    var measured: Duration = .seconds(5)

    /// Contacts per second.
    func measure() async throws -> Double {
        try await connection.execute(script: Self.setUp, deadline: .seconds(120))
        // A vacuum in a script would be in its transaction.
        try await connection.query("VACUUM ANALYZE \(Self.schema).contacts", deadline: .seconds(120))
        let rate: Double
        do {
            rate = try await run()
        } catch {
            try await connection.query("DROP SCHEMA \(Self.schema) CASCADE")
            throw error
        }
        try await connection.query("DROP SCHEMA \(Self.schema) CASCADE")
        return rate
    }

    private func run() async throws -> Double {
        let start = ContinuousClock.now
        var done = 0
        var first = 0
        while start.duration(to: .now) < measured {
            let claimed = try await connection.query(
                Self.claim, [.int32(Int32(first)), .int32(Int32(first + Self.batch - 1))])
            let ids = try claimed.column(Int64.self, at: 0)
            // Everything was sent before the time was up.
            guard !ids.isEmpty else { break }
            try await connection.query(Self.reserve, [.int64Array(ids)])
            try await connection.query(Self.settle, [.int64Array(ids)])
            done += ids.count
            first = (first + Self.batch) % Self.devices
        }
        return Double(done) / (start.duration(to: .now) / .seconds(1))
    }

    private static let setUp = """
        DROP SCHEMA IF EXISTS \(schema) CASCADE;
        CREATE SCHEMA \(schema);
        CREATE TABLE \(schema).contacts (
            id bigint PRIMARY KEY, device int NOT NULL, due timestamptz NOT NULL, is_active boolean NOT NULL DEFAULT true,
            claim smallint NOT NULL DEFAULT 0, attempts int NOT NULL DEFAULT 0, phone text NOT NULL
        ) WITH (fillfactor = 50);
        CREATE INDEX ON \(schema).contacts (device, due) WHERE is_active;
        CREATE TABLE \(schema).ledger (
            contact bigint NOT NULL, attempt int NOT NULL, device int NOT NULL, reserved_at timestamptz NOT NULL,
            state text NOT NULL, settled_at timestamptz, PRIMARY KEY (contact, attempt)
        ) WITH (fillfactor = 70);
        INSERT INTO \(schema).contacts (id, device, due, phone)
            SELECT i, i % \(devices), now(), (4922000000000 + i)::text FROM generate_series(0, \(devices * perDevice - 1)) i;
        """

    private static let claim = """
        UPDATE \(schema).contacts c SET claim = 1
        FROM generate_series($1::int, $2::int) d CROSS JOIN LATERAL (
            SELECT id FROM \(schema).contacts WHERE device = d AND is_active AND claim = 0 AND due <= now()
            ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED) p
        WHERE c.id = p.id RETURNING c.id
        """

    private static let reserve = """
        WITH moved AS (
            UPDATE \(schema).contacts SET claim = 2, attempts = attempts + 1
            WHERE id = ANY ($1::bigint[]) AND claim = 1 RETURNING id, attempts, device)
        INSERT INTO \(schema).ledger (contact, attempt, device, reserved_at, state)
        SELECT id, attempts, device, clock_timestamp(), 'reserved' FROM moved
        """

    private static let settle = """
        WITH settled AS (
            UPDATE \(schema).ledger SET state = 'sent', settled_at = clock_timestamp()
            WHERE contact = ANY ($1::bigint[]) AND state = 'reserved' RETURNING contact)
        UPDATE \(schema).contacts c SET claim = 0, is_active = false FROM settled s WHERE c.id = s.contact
        """
}
