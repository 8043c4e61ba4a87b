import PostgresDriver
import SluiceOperations
import SluiceWire
import TestSupport
import Testing

/// Flows and templates that are sent to one number, to see how they look.
@Suite struct TestSendTests {
    private static func with(_ body: @escaping @Sendable (StoreFixture, OperatorSession) async throws -> Void)
        async throws
    {
        try await StoreFixture.with { fixture in
            try await fixture.sql.execute(
                script: """
                    INSERT INTO workspaces (id, name) VALUES ('north', 'North');
                    INSERT INTO user_devices (device_name, phone, workspace_id) VALUES
                        ('d', '4916000000001', 'default'), ('n', '4916000000002', 'north');
                    INSERT INTO flows (name, nodes, edges) VALUES ('Welcome',
                        '[{"id": "a", "type": "message", "data": {"text": "Hi"}}]', '[]'), ('Twin', '[]', '[]'),
                        ('Twin', '[]', '[]');
                    UPDATE flows SET problem = 'it has no start' WHERE name = 'Twin';
                    INSERT INTO message_templates (name, body) VALUES ('code', 'Your code is {code}');
                    """)
            let subjects = try #require(Subjects(cluster: "test"))
            try await body(
                fixture, OperatorSession(database: fixture.sql, nats: nil, subjects: subjects, actor: "test"))
        }
    }

    @Test func aFlowGoesAsATriggerDoesAndIsMarked() async throws {
        try await Self.with { (fixture, session) async throws in
            let test = try await session.testFlow("Welcome", to: "+49 170 0000001", device: "d", in: "default")
            #expect(test.to == "491700000001")
            let row = try await fixture.sql.query(
                """
                SELECT r.priority || ' ' || r.is_test || ' ' || r.status || ' ' || d.device_name FROM trigger_runs r
                JOIN user_devices d ON d.id = r.device_id WHERE r.id = $1 AND r.trigger_id IS NULL
                """, [.int64(test.runId)]
            ).scalar(String.self)
            #expect(row == "1 true queued d")
            #expect(try await session.testFlow(test.flowId, to: "491700000001", device: nil, in: "default").runId > 0)
        }
    }

    @Test func whatCannotBeTestedIsSaid() async throws {
        try await Self.with { (_, session) async throws in
            for (flow, phone, device, workspace) in [
                ("Welcome", "491700000001", nil, "north"), ("Nobody's", "491700000001", nil, "default"),
                ("Twin", "491700000001", nil, "default"), ("Welcome", "12", nil, "default"),
                ("Welcome", "491700000001", "n", "default"),
            ] as [(String, String, String?, String)] {
                await #expect(throws: OperationsError.self, "\(flow) \(phone) \(device ?? "-") \(workspace)") {
                    try await session.testFlow(flow, to: phone, device: device, in: workspace)
                }
            }
        }
    }

    @Test func aTemplateGoesAtOnceAndIsMarked() async throws {
        try await Self.with { (fixture, session) async throws in
            let job = try await session.testTemplate(
                "code", values: ["code": "17"], to: "491700000001", fromNumber: nil, in: "default")
            let row = try await fixture.sql.query(
                "SELECT body || ' ' || priority || ' ' || is_test FROM scheduled_sms_jobs WHERE id = $1",
                [.string(job.jobId)]
            ).scalar(String.self)
            #expect(row == "Your code is 17 1 true")
            await #expect(throws: OperationsError.self) {
                try await session.testTemplate("code", values: [:], to: "491700000001", fromNumber: nil, in: "default")
            }
        }
    }
}
