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
                let dry = try await session.erase(ErasedIdentity(phone: "+62 900-0000001"), in: nil, isDryRun: true)
                #expect(try await ErasedPerson.counted(world) == before)
                return (
                    dry, try await session.erase(ErasedIdentity(phone: "+62 900-0000001"), in: nil, isDryRun: false)
                )
            }
            #expect(report.tables == dry.tables && report.rows > 13)
            #expect(Set(report.tables.map(\.table)).isDisjoint(with: Self.impersonal))
            #expect(try await Self.places(of: people[0].mark, in: world) == [])
            // Of the number what is left is in the others' longer ones.
            try await world.sql.query("DELETE FROM suppressions")
            for person in people.dropFirst() {
                #expect(try await Self.places(of: person.mark, in: world) == others, "\(person.phone)")
                _ = try await world.session.erase(ErasedIdentity(phone: person.phone), in: nil, isDryRun: false)
            }
            let left = try await Self.places(of: "629000000001", in: world)
            #expect(left == ["suppressions.phone"])
            #expect(try await ErasedPerson.counted(world) == before)

            let again = try await world.session.erase(ErasedIdentity(phone: "629000000001"), in: nil, isDryRun: false)
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
            let erased = try await world.session.erase(ErasedIdentity(phone: "629000000001"), in: nil, isDryRun: true)
                .tables.map(\.table)
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
                _ = try await world.session.erase(ErasedIdentity(phone: person.phone), in: nil, isDryRun: false)
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
            let report = try await world.session.erase(ErasedIdentity(phone: "629000000001"), in: "w2", isDryRun: false)
            #expect(report.tables.map(\.table) == ["leads"] && report.workspace == "w2" && report.rows == 1)
            let list = try await world.sql.query(
                "SELECT concat_ws(' ', workspace_id, reason, by_message) FROM suppressions ORDER BY 1"
            ).column(String.self, at: 0)
            #expect(list == ["default Ann t", "w2 erased f"])
            for (phone, workspace) in [("12", nil), ("629000000001", "nowhere")] as [(String, String?)] {
                await #expect(throws: OperationsError.self) {
                    try await world.session.erase(ErasedIdentity(phone: phone), in: workspace, isDryRun: true)
                }
            }
        }
    }

    @Test func whoIsKnownByAPagesIdIsErasedByThat() async throws {
        try await World.with { world in
            try await world.sql.execute(
                script: """
                    INSERT INTO gateways (id, dialect, base_url, is_default) VALUES ('pages', 'messenger', 'http://127.0.0.1:1', true);
                    INSERT INTO user_devices (device_name) VALUES ('pages');
                    INSERT INTO flows (name, nodes, edges) VALUES ('welcome',
                        '[{"id":"a","type":"message","data":{"text":"A"}},
                          {"id":"b","type":"message","data":{"text":"B"}}]', '[{"source":"a","target":"b"}]');
                    INSERT INTO meta_pages (page_id, device_id) SELECT n, id FROM user_devices, generate_series(1, 2) n;
                    INSERT INTO meta_subscribers (page_id, user_id, user_name) VALUES
                        (1, 'psid.7', 'Mark-1'), (2, 'psid.7', 'Mark-2'), (1, 'psid-7', 'Mark-3');
                    INSERT INTO trigger_runs (page_id, recipient_user_id, flow_id, trigger_context, status)
                        SELECT n, 'psid.7', id, jsonb_build_object('name', 'Mark-' || n), 'queued'
                        FROM flows, generate_series(1, 2) n;
                    INSERT INTO message_runs (page_ids, flow_id, status) SELECT ARRAY[n], id, 'queued'
                        FROM flows, generate_series(1, 2) n;
                    INSERT INTO webhook_endpoints (id, url, events, secret)
                        VALUES ('whk_1', 'https://example.com/', '{message.sent}', repeat('s', 32));
                    INSERT INTO webhook_deliveries (endpoint_id, event_id, type, body)
                        VALUES ('whk_1', 'evt_1', 'message.sent', '{"to": "psid.7"}'),
                            ('whk_1', 'evt_2', 'message.sent', '{"to": "psid-7", "text": "psid.7 x"}');
                    """)
            for area in [WorkArea.flow, .campaign, .trigger] {
                while try await world.leader.work(area, limit: 100).more {}
            }
            try await Flight.start(world).send(.sent(providerID: "wamid.1"))
            // Of a run that began before the page had its device.
            try await world.sql.execute(
                script: """
                    INSERT INTO sequence_contacts (kind, source_id, recipient, contact_name, status, page_id)
                    SELECT 'campaign', 'early', 'invalid:' || gen_random_uuid(), 'Mark-' || n, 'failed', n
                    FROM generate_series(1, 2) n;
                    """)
            let others = [
                try await Self.places(of: "Mark-2", in: world), try await Self.places(of: "Mark-3", in: world),
            ]
            #expect(others.allSatisfy { $0.contains("meta_subscribers.user_name") })
            let person = try ErasedIdentity(page: 1, id: " psid.7 ")
            let dry = try await world.session.erase(person, in: nil, isDryRun: true)
            let done = try await world.session.erase(person, in: nil, isDryRun: false)
            #expect(done.tables == dry.tables && done.page == 1)
            #expect(
                Set(done.tables.map(\.table)) == [
                    "meta_subscribers", "trigger_runs", "send_ledger", "webhook_deliveries", "sequence_contacts",
                ])
            #expect(try await Self.places(of: "Mark-1", in: world) == [])
            #expect(try await Self.places(of: "Mark-2", in: world) == others[0])
            #expect(try await Self.places(of: "Mark-3", in: world) == others[1])
            let left = try await world.sql.query(
                "SELECT DISTINCT page_id FROM sequence_contacts WHERE recipient = 'psid.7'"
            ).column(Int64.self, at: 0)
            #expect(left == [2])
            let ledger = try await world.sql.query("SELECT recipient FROM send_ledger ORDER BY 1")
                .column(String.self, at: 0)
            #expect(ledger.count == 5 && ledger.filter { $0 == "psid.7" }.count == 2, "\(ledger)")
            #expect(try await world.sql.query("SELECT event_id FROM webhook_deliveries").scalar(String.self) == "evt_2")
            let waiting = try await world.sql.query(
                "SELECT DISTINCT status FROM sequence_contacts WHERE recipient LIKE 'invalid:%' AND source_id <> 'early'"
            ).column(String.self, at: 0)
            #expect(waiting == ["cancelled"])
            let again = try await world.session.erase(person, in: nil, isDryRun: false)
            #expect(again.tables == [] && ErasureText.render(again, width: 80).contains("page 1"))
            await #expect(throws: OperationsError.self) {
                try await world.session.erase(person, in: "default", isDryRun: true)
            }
            for id in ["", " ", String(repeating: "x", count: 201)] {
                #expect(throws: OperationsError.self) { try ErasedIdentity(page: 1, id: id) }
            }
        }
    }

    /// On a connection of its own.
    private static func eraseApart(_ phone: String, in world: World) async throws -> ErasureReport {
        try await PostgresConnection.withConnection(world.fixture.database.configuration) { connection in
            try await world.session.acting(on: connection).erase(ErasedIdentity(phone: phone), in: nil, isDryRun: false)
        }
    }

    /// - Returns: the tables that were begun.
    private static func erase(_ person: ErasedPerson, in world: World, cancelledAt place: Int) async throws -> [String]
    {
        try await PostgresConnection.withConnection(world.fixture.database.configuration) { connection in
            let session = world.session.acting(on: connection)
            var seen: [String] = []
            await #expect(throws: PostgresError.self) {
                try await session.erase(ErasedIdentity(phone: person.phone), in: nil, isDryRun: false) { table in
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
