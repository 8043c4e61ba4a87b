import Foundation
import NATSDriver
import PostgresDriver
import SluiceAPI
import SluiceWire
import TestSupport
import Testing

@Suite struct EnrollmentTests {
    @Test func aTriggerIsGivenToANewLeadAndThenIsThere() async throws {
        try await RunningAPI.with { api in
            let first = try await api.post(#"{"phone":"+62 811-000-0001","trigger":"welcome","name":"Ann"}"#)
            #expect(first.status == 200)
            #expect(first.json["success"] as? Bool == true)
            #expect(first.data["status"] as? String == "triggered")
            #expect(first.data["repeated"] as? Bool == false)
            let second = try await api.post(#"{"phone":"628110000001","trigger":"welcome"}"#)
            #expect(second.data["repeated"] as? Bool == true)
            #expect(second.data["leadId"] as? String == first.data["leadId"] as? String)
            let third = try await api.post(#"{"phone":"628110000001","trigger":"crypto"}"#)
            #expect(third.data["repeated"] as? Bool == false)
            let lead = try await api.fixture.sql.query("SELECT trigger FROM leads").scalar(String.self)
            #expect(lead == "welcome,crypto")
            #expect(try await api.count("enrollment_intake WHERE op = 'add'") == 2)
        }
    }

    @Test func anExternalIDEnrollsOnce() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            for body in [
                #"{"phone":"628110000001","trigger":"welcome","externalId":"order-1"}"#,
                #"{"phone":"628110000002","sequenceId":"\#(sequence)","externalId":"order-2"}"#,
            ] {
                let first = try await api.post(body)
                #expect(first.status == 200, "\(first.text)")
                #expect(first.data["repeated"] as? Bool == false)
                let again = try await api.post(body)
                #expect(again.data["repeated"] as? Bool == true)
                #expect(again.data["contactId"] as? String == first.data["contactId"] as? String)
                #expect(first.data["contactId"] is String)
            }
            #expect(try await api.count("sequence_contacts") == 2)
            #expect(try await api.count("leads") == 1)
        }
    }

    /// A late repeat of an id that a newer one has followed is answered, and enters nobody.
    @Test func anOlderExternalIDStaysUsed() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            func post(_ external: String) async throws -> Bool? {
                try await api.post(
                    #"{"phone":"628110000001","sequenceId":"\#(sequence)","externalId":"\#(external)"}"#
                ).data["repeated"] as? Bool
            }
            func end() async throws {
                try await api.fixture.sql.query("UPDATE sequence_contacts SET status = 'completed'")
            }
            #expect(try await post("order-1") == false)
            try await end()
            #expect(try await post("order-1") == true)
            #expect(try await post("order-2") == false)
            // Asked for while the person is in the sequence, so done.
            #expect(try await post("order-3") == true)
            try await end()
            for external in ["order-1", "order-2", "order-3"] { #expect(try await post(external) == true) }
            let row = try await api.fixture.sql.query("SELECT status || generation FROM sequence_contacts")
            #expect(try row.scalar(String.self) == "completed2")
        }
    }

    /// Plain SQL and the API use up the same ids.
    @Test func anExternalIDOfPlainSQLIsUsedForTheAPI() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            try await api.fixture.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, external_id)
                SELECT id, '628110000009', 'order-1' FROM sequences
                """)
            let reply = try await api.post(
                #"{"phone":"628110000001","sequenceId":"\#(sequence)","externalId":"order-1"}"#)
            #expect(reply.data["repeated"] as? Bool == true)
            #expect(reply.data["contactId"] is String)
            #expect(try await api.count("sequence_contacts") == 1)
        }
    }

    @Test func theSameAtOnceEnrollsOnce() async throws {
        try await RunningAPI.with { api in
            _ = try await api.addSequence()
            let replies = try await withThrowingTaskGroup(of: RunningAPI.Reply.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await api.post(#"{"phone":"628110000001","trigger":"welcome","externalId":"order-1"}"#)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 200 }, "\(replies.map(\.text))")
            #expect(Set(replies.compactMap { $0.data["contactId"] as? String }).count == 1)
            #expect(replies.filter { $0.data["repeated"] as? Bool == false }.count == 1)
            #expect(try await api.count("sequence_contacts") == 1)
            #expect(try await api.count("leads") == 1)
        }
    }

    @Test func whoFinishedMayEnterAgain() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            let body = #"{"phone":"628110000001","sequenceId":"\#(sequence)"}"#
            _ = try await api.post(body)
            #expect(try await api.post(body).data["repeated"] as? Bool == true)
            try await api.fixture.sql.query("UPDATE sequence_contacts SET status = 'completed'")
            #expect(try await api.post(body).data["repeated"] as? Bool == false)
            let row = try await api.fixture.sql.query("SELECT status || generation FROM sequence_contacts")
            #expect(try row.scalar(String.self) == "active2")
        }
    }

    @Test func theLeaderIsWokenAfterTheCommit() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        try await RunningAPI.with(natsURL: server.url) { api in
            try await NATSConnection.withConnection(NATSOptions(url: server.url)) { nats in
                let subjects = try #require(Subjects(cluster: "test"))
                try await nats.withSubscription(subjects.wake) { wakes in
                    try await eventually("the wake") {
                        // The API's own connection may still be on its way to the server.
                        _ = try await api.post(#"{"phone":"628110000001","trigger":"t\#(UUID())"}"#)
                        return await nats.statistics().messagesIn > 0
                    }
                    var iterator = wakes.makeAsyncIterator()
                    let wake = try Wake(decoding: try #require(await iterator.next()).payload)
                    #expect(wake.reason == .intake)
                }
            }
        }
    }

    @Test func whatCannotBeIsSaid() async throws {
        try await RunningAPI.with { api in
            let cases: [(body: String, status: Int, code: String, field: String?)] = [
                ("", 400, "invalid_json", nil),
                ("{", 400, "invalid_json", nil),
                ("[]", 400, "wrong_type", nil),
                ("null", 400, "wrong_type", nil),
                ("{}", 400, "missing_field", "phone"),
                (#"{"phone":"628110000001","triger":"a"}"#, 400, "unknown_field", "triger"),
                (#"{"phone":62811,"trigger":"a"}"#, 400, "wrong_type", "phone"),
                (#"{"phone":null,"trigger":"a"}"#, 400, "wrong_type", "phone"),
                (#"{"phone":"628110000001","sequenceId":"x"}"#, 400, "wrong_type", "sequenceId"),
                (#"{"phone":"12","trigger":"a"}"#, 422, "invalid_phone", "phone"),
                (#"{"phone":"628110000001"}"#, 422, "invalid_trigger", "trigger"),
                (#"{"phone":"628110000001","trigger":"a,b"}"#, 422, "invalid_trigger", "trigger"),
                (#"{"phone":"628110000001","trigger":"  "}"#, 422, "invalid_trigger", "trigger"),
                (#"{"phone":"628110000001","trigger":"a\u0000b"}"#, 422, "invalid_trigger", "trigger"),
                (
                    #"{"phone":"628110000001","trigger":"a","name":"\#(String(repeating: "n", count: 600))"}"#, 422,
                    "invalid_name", "name"
                ),
                (#"{"phone":"628110000001","trigger":"a","workspaceId":"w"}"#, 422, "unknown_workspace", "workspaceId"),
                (#"{"phone":"628110000001","trigger":"a","deviceId":"\#(UUID())"}"#, 422, "unknown_device", "deviceId"),
                (#"{"phone":"628110000001","sequenceId":"\#(UUID())"}"#, 422, "unknown_sequence", "sequenceId"),
                (#"{"phone":"628110000001","trigger":"a","externalId":"e"}"#, 422, "unknown_trigger", "trigger"),
                (#"{"phone":"628110000001","trigger":"a","externalId":""}"#, 422, "invalid_externalId", "externalId"),
            ]
            for item in cases {
                let reply = try await api.post(item.body)
                #expect(reply.status == item.status, "\(item.body): \(reply.text)")
                #expect(reply.code == item.code, "\(item.body): \(reply.text)")
                #expect(reply.field == item.field, "\(item.body): \(reply.text)")
                #expect(reply.json["success"] as? Bool == false)
            }
            #expect(try await api.post("{}", type: "text/plain").status == 415)
            #expect(try await api.post("{}", type: nil).status == 415)
            #expect(try await api.post(String(repeating: " ", count: 70_000)).status == 413)
            #expect(try await api.count("leads") == 0)
        }
    }

    @Test func aLeadHasRoomForSoManyTriggersOnly() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query(
                "INSERT INTO leads (phone, trigger) VALUES ('628110000001', repeat('x', 990))")
            let reply = try await api.post(#"{"phone":"628110000001","trigger":"0123456789abc"}"#)
            #expect(reply.status == 422)
            #expect(reply.code == "invalid_value")
        }
    }
}
