import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// A person who is erased is nowhere any more, and nothing else changes.
@Suite struct ErasureTests {
    /// Tables in which nothing is about a person. Whoever adds a table decides: what can be about one belongs to the
    /// erasure and to ``ErasedPerson/write(_:to:)``.
    private static let impersonal: Set<String> = [
        "api_keys", "branch_intake", "claim_batches", "clock_steps", "cluster_versions", "completion_intake",
        "contact_tallies", "contact_tally_changes", "control_changes", "coordinator_lease", "database_identity",
        "device_caps", "device_states", "drained_nodes", "enrollment_intake", "enrollment_limits",
        "event_message_types", "event_sessions", "events", "flows", "gateways", "intake_scans", "lane_wakes", "lanes",
        "message_events", "message_templates", "meta_pages", "node_fences", "node_leases", "pauses",
        "progress_intake", "restored_devices", "restores", "sequence_branches", "sequence_steps", "sequences",
        "settles_left", "slot_owners", "sluice_schema", "source_cleanups", "source_paces", "sources", "suppressions",
        "untouchable_contacts", "user_devices", "webhook_endpoints", "work_intake", "workspaces",
    ]

    /// Where a text stands: `table.column`, for every column of every table that can hold one, as the catalog has them.
    private static func places(of text: String, in world: World) async throws -> [String] {
        let columns = try await world.sql.query(
            """
            SELECT format('SELECT %L FROM %I.%I WHERE strpos(%I::text, $1) > 0 HAVING count(*) > 0',
                c.table_name || '.' || c.column_name, c.table_schema, c.table_name, c.column_name) AS look
            FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema')
              AND c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'bytea')
            """
        ).column(String.self, at: 0)
        #expect(columns.count > 150)
        var places: Set<String> = []
        for look in columns {
            for row in try await world.sql.query(look, [.string(text)]) { places.insert(try row.decode(at: 0)) }
        }
        return places.sorted()
    }

    private static func prepare(_ world: World) async throws {
        try await world.addGateway()
        try await world.addDevice()
        try await world.addSequence()
        try await world.sql.query(
            """
            INSERT INTO webhook_endpoints (id, url, events, secret)
                VALUES ('whk_1', 'https://example.com/', '{message.sent}', repeat('s', 32))
            """)
    }

    @Test func nothingOfThePersonIsLeftAndAllOfTheOthers() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            // One whose number begins like the person's, and one whose number ends like it.
            let people = ["629000000001", "6290000000012", "1629000000001"].map { ErasedPerson(phone: $0) }
            for person in people { try await person.write(to: world) }
            try await world.workOffIntake()
            try await Flight.start(world).send(.sent(providerID: "wamid.629000000001"))
            let before = try await ErasedPerson.counted(world)
            let others = try await Self.places(of: people[1].mark, in: world)

            // With the rights that the owner has on real machines.
            let owner = try PostgresConfiguration(
                world.fixture.database.url(as: .owner), applicationName: "tests")
            let (dry, report) = try await PostgresConnection.withConnection(owner) { connection in
                let session = world.session.acting(on: connection)
                let dry = try await session.erase("+62 900-0000001", in: nil, isDryRun: true)
                #expect(try await ErasedPerson.counted(world) == before)
                return (dry, try await session.erase("+62 900-0000001", in: nil, isDryRun: false))
            }
            #expect(report.tables == dry.tables && report.rows > 13)
            #expect(Set(report.tables.map(\.table)).isDisjoint(with: Self.impersonal))
            #expect(try await Self.places(of: people[0].mark, in: world) == [])
            // Of the number what is left is in the others' longer ones.
            try await world.sql.query("DELETE FROM suppressions")
            for person in people.dropFirst() {
                #expect(try await Self.places(of: person.mark, in: world) == others, "\(person.phone)")
                _ = try await world.session.erase(person.phone, in: nil, isDryRun: false)
            }
            let left = try await Self.places(of: "629000000001", in: world)
            #expect(left == ["suppressions.phone"])
            #expect(try await ErasedPerson.counted(world) == before)

            let again = try await world.session.erase("629000000001", in: nil, isDryRun: false)
            #expect(again.tables == [])
        }
    }

    @Test func everyTableIsErasedOrIsAboutNobody() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            try await ErasedPerson(phone: "629000000001").write(to: world)
            try await world.workOffIntake()
            try await Flight.start(world).send(.permanentAnswer)
            let tables = try await world.sql.query(
                """
                SELECT table_name::text FROM information_schema.tables
                WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
                  AND table_name NOT LIKE 'send_ledger_%'
                """
            ).column(String.self, at: 0)
            let erased = try await world.session.erase("629000000001", in: nil, isDryRun: true).tables.map(\.table)
            #expect(Set(tables).subtracting(Self.impersonal) == Set(erased))
        }
    }

    @Test func oneThatWasCutShortAnywhereIsFinishedByTheNext() async throws {
        try await World.with { world in
            try await Self.prepare(world)
            var tables: [String] = []
            repeat {
                let person = ErasedPerson(phone: "62900000010\(tables.count)")
                try await person.write(to: world)
                let place = tables.count
                // A task of its own, which alone is cancelled.
                async let seen = Self.erase(person, in: world, cancelledAt: place)
                tables = Array(try await seen.prefix(place + 1))
                _ = try await world.session.erase(person.phone, in: nil, isDryRun: false)
                #expect(try await Self.places(of: person.mark, in: world) == [], "cut short at \(tables)")
            } while tables.last != "contractors"
        }
    }

    @Test func whatIsInFlightEndsFirst() async throws {
        try await World.with { world in
            try await world.populate()
            let flight = try await Flight.start(world)
            let reservations = try await flight.reserve(try await flight.claim())
            async let report = Self.eraseApart(World.phone(0), in: world)
            try await eventually("the person to be suppressed") {
                try await world.sql.query("SELECT count(*) = 1 FROM suppressions").scalar(Bool.self)
            }
            _ = try await world.shard.settle(
                reservations.map { Settlement(reservation: $0, outcome: .sent(providerID: "wamid.secret")) })
            let done = try await report
            #expect(done.rows == 3)
            let row = try await world.sql.query(
                """
                SELECT concat_ws(' ', l.state, l.is_charged, coalesce(l.provider_id, '-'), c.status, c.last_error)
                FROM send_ledger l JOIN sequence_contacts c ON c.id = l.contact_id AND c.recipient = l.recipient
                """)
            #expect(try row.scalar(String.self) == "sent t - cancelled erased")
            #expect(try await flight.claim(ordinal: 2).isEmpty)
            #expect(try await world.audited().last == "ann@test people.erase")
        }
    }

    @Test func whatIsInAnotherWorkspaceStays() async throws {
        try await World.with { world in
            try await world.sql.execute(
                script: """
                    INSERT INTO workspaces (id) VALUES ('w2');
                    INSERT INTO leads (phone, workspace_id) VALUES ('629000000001', 'default'), ('629000000001', 'w2');
                    INSERT INTO meta_subscribers (page_id, user_id) VALUES (1, '629000000001');
                    INSERT INTO suppressions (phone, workspace_id, reason, by_message)
                        VALUES ('629000000001', 'w2', 'Ann said so', true), ('629000000001', 'default', 'Ann', true);
                    """)
            let report = try await world.session.erase("629000000001", in: "w2", isDryRun: false)
            #expect(report.tables.map(\.table) == ["leads"] && report.workspace == "w2" && report.rows == 1)
            let list = try await world.sql.query(
                "SELECT concat_ws(' ', workspace_id, reason, by_message) FROM suppressions ORDER BY 1"
            ).column(String.self, at: 0)
            #expect(list == ["default Ann t", "w2 erased f"])
            for (phone, workspace) in [("12", nil), ("629000000001", "nowhere")] as [(String, String?)] {
                await #expect(throws: OperationsError.self) {
                    try await world.session.erase(phone, in: workspace, isDryRun: true)
                }
            }
        }
    }

    /// On a connection of its own.
    private static func eraseApart(_ phone: String, in world: World) async throws -> ErasureReport {
        try await PostgresConnection.withConnection(world.fixture.database.configuration) { connection in
            try await world.session.acting(on: connection).erase(phone, in: nil, isDryRun: false)
        }
    }

    /// - Returns: the tables that were begun.
    private static func erase(_ person: ErasedPerson, in world: World, cancelledAt place: Int) async throws -> [String]
    {
        try await PostgresConnection.withConnection(world.fixture.database.configuration) { connection in
            let session = world.session.acting(on: connection)
            var seen: [String] = []
            await #expect(throws: PostgresError.self) {
                try await session.erase(person.phone, in: nil, isDryRun: false) { table in
                    if seen.count == place { withUnsafeCurrentTask { $0?.cancel() } }
                    seen.append(table)
                }
            }
            return seen
        }
    }
}

extension OperatorSession {
    fileprivate func acting(on connection: PostgresConnection) -> OperatorSession {
        OperatorSession(database: connection, nats: nil, subjects: subjects, actor: actor)
    }
}
