internal import FoundationEssentials
internal import PostgresDriver

/// Claim, reserve and settle as bare as they can be and still be durable: three autocommit statements per batch on one
/// connection. The contacts lie in a table as our users have it, because nobody may send from a narrower one.
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
            let ids = try claimed.column(UUID.self, at: 0)
            // Everything was sent before the time was up.
            guard !ids.isEmpty else { break }
            try await connection.query(Self.reserve, [.uuidArray(ids)])
            try await connection.query(Self.settle, [.uuidArray(ids)])
            done += ids.count
            first = (first + Self.batch) % Self.devices
        }
        return Double(done) / (start.duration(to: .now) / .seconds(1))
    }

    /// The queue as our users have it, with their key, and what a claim that is durable needs beside it. The ledger has
    /// what a restart has to know.
    private static let setUp = """
        DROP SCHEMA IF EXISTS \(schema) CASCADE;
        CREATE SCHEMA \(schema);
        CREATE TABLE \(schema).contacts (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sequence_id uuid, contact_phone text NOT NULL, contact_name text,
            user_id text, current_trigger text, next_trigger_time timestamptz NOT NULL, processing_device_id uuid,
            processing_started_at timestamptz, assigned_device_id uuid NOT NULL, current_step int NOT NULL DEFAULT 1,
            status text NOT NULL DEFAULT 'active', completed_at timestamptz, retry_count int NOT NULL DEFAULT 0,
            last_error text, claim smallint NOT NULL DEFAULT 0, attempts int NOT NULL DEFAULT 0,
            UNIQUE (sequence_id, contact_phone)
        ) WITH (fillfactor = 50);
        CREATE INDEX ON \(schema).contacts (assigned_device_id, next_trigger_time) WHERE status = 'active';
        CREATE TABLE \(schema).ledger (
            contact uuid NOT NULL, attempt int NOT NULL, device uuid NOT NULL, reserved_at timestamptz NOT NULL,
            state text NOT NULL, settled_at timestamptz, PRIMARY KEY (contact, attempt)
        ) WITH (fillfactor = 70);
        CREATE TABLE \(schema).devices AS
            SELECT number, gen_random_uuid() AS id FROM generate_series(0, \(devices - 1)) number;
        CREATE UNIQUE INDEX ON \(schema).devices (number);
        INSERT INTO \(schema).contacts (sequence_id, contact_phone, current_trigger, next_trigger_time, assigned_device_id)
            SELECT s.id, (4922000000000 + i)::text, 'campaign', now(), d.id
            FROM (SELECT gen_random_uuid() AS id) s, generate_series(0, \(devices * perDevice - 1)) i
            JOIN \(schema).devices d ON d.number = i % \(devices);
        """

    private static let claim = """
        UPDATE \(schema).contacts c SET claim = 1, processing_device_id = d.id, processing_started_at = clock_timestamp()
        FROM \(schema).devices d CROSS JOIN LATERAL (
            SELECT id FROM \(schema).contacts
            WHERE assigned_device_id = d.id AND status = 'active' AND claim = 0 AND next_trigger_time <= now()
            ORDER BY next_trigger_time LIMIT 1 FOR UPDATE SKIP LOCKED) p
        WHERE d.number BETWEEN $1 AND $2 AND c.id = p.id RETURNING c.id
        """

    private static let reserve = """
        WITH moved AS (
            UPDATE \(schema).contacts SET claim = 2, attempts = attempts + 1
            WHERE id = ANY ($1::uuid[]) AND claim = 1 RETURNING id, attempts, processing_device_id)
        INSERT INTO \(schema).ledger (contact, attempt, device, reserved_at, state)
        SELECT id, attempts, processing_device_id, clock_timestamp(), 'reserved' FROM moved
        """

    private static let settle = """
        WITH settled AS (
            UPDATE \(schema).ledger SET state = 'sent', settled_at = clock_timestamp()
            WHERE contact = ANY ($1::uuid[]) AND state = 'reserved' RETURNING contact)
        UPDATE \(schema).contacts c SET claim = 0, processing_device_id = NULL, processing_started_at = NULL,
            status = 'completed', completed_at = clock_timestamp()
        FROM settled s WHERE c.id = s.contact
        """
}
