internal import PostgresDriver

/// The work of a run: sequences without delays and leads spread over all devices, loaded as an operator would, in SQL.
struct Workload: Sendable {
    /// A sequence by its entry trigger and how many steps it has.
    struct Sequence: Sendable {
        var name: String
        var trigger: String
        var steps: Int
    }

    var sequences = [
        Sequence(name: "Fitness welcome", trigger: "fitness_start", steps: 2),
        Sequence(name: "Crypto welcome", trigger: "crypto_welcome", steps: 3),
    ]
    var leads = 30_000

    func loadSequences(on connection: PostgresConnection) async throws {
        for sequence in sequences {
            try await connection.query(
                """
                WITH s AS (INSERT INTO sequences (name) VALUES ($1) RETURNING id)
                INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours,
                    is_entry_point, content)
                SELECT s.id, n, CASE WHEN n = 1 THEN $2 ELSE $2 || '_' || n END,
                    CASE WHEN n < $3 THEN $2 || '_' || n + 1 END, 0, n = 1, $1 || ', part ' || n
                FROM s, generate_series(1, $3) n
                """, [.string(sequence.name), .string(sequence.trigger), .int32(Int32(sequence.steps))])
        }
    }

    /// Lead i works with device i modulo the number of devices and is interested in sequence i modulo theirs.
    func loadLeads(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            WITH d AS (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n, count(*) OVER () AS devices FROM user_devices)
            INSERT INTO leads (name, phone, niche, device_id)
            SELECT 'Lead ' || i, (4917000000000 + i)::text, ($2::text[])[1 + (i / d.devices) % cardinality($2::text[])], d.id
            FROM generate_series(0, $1::int - 1) i JOIN d ON d.n = i % d.devices
            """, [.int32(Int32(leads)), .stringArray(sequences.map(\.trigger))], deadline: .seconds(60))
    }

    /// The moment everything starts: one UPDATE per sequence gives its leads the trigger.
    func assignTriggers(on connection: PostgresConnection) async throws {
        for sequence in sequences {
            try await connection.query(
                "UPDATE leads SET trigger = $1 WHERE niche = $1", [.string(sequence.trigger)], deadline: .seconds(60))
        }
    }
}
