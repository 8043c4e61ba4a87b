import Foundation
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

@Suite struct IdempotencyTests {
    private static func body(_ sequence: UUID, _ phone: Int = 628_110_000_001) -> String {
        #"{"phone":"\#(phone)","sequenceId":"\#(sequence)"}"#
    }

    @Test func aRepeatedCallIsAnsweredAndNotDoneAgain() async throws {
        try await RunningAPI.with { api in
            let body = Self.body(try await api.addSequence())
            let first = try await api.post(body, headers: ["Idempotency-Key": "order-17"])
            #expect(first.status == 200)
            #expect(first.data["repeated"] as? Bool == false)
            // Were it done again, it would find nothing and enroll anew.
            try await api.fixture.sql.query("DELETE FROM sequence_contacts")
            let second = try await api.post(body, headers: ["Idempotency-Key": "order-17"])
            #expect(second.status == first.status)
            #expect(second.text == first.text)
            #expect(try await api.count("sequence_contacts") == 0)
        }
    }

    @Test func aKeyIsForOneRequest() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            _ = try await api.post(Self.body(sequence), headers: ["Idempotency-Key": "k"])
            let other = try await api.post(Self.body(sequence, 628_110_000_002), headers: ["Idempotency-Key": "k"])
            #expect(other.status == 422)
            #expect(other.code == "idempotency_key_reused")
            #expect(try await api.count("sequence_contacts") == 1)
        }
    }

    @Test func aCallThatFailedMayBeRepeated() async throws {
        try await RunningAPI.with { api in
            let unknown = UUID()
            let early = try await api.post(Self.body(unknown), headers: ["Idempotency-Key": "k"])
            #expect(early.status == 422)
            #expect(try await api.count("idempotent_answers") == 0)
            try await api.fixture.sql.query(
                "INSERT INTO sequences (id, name) VALUES ($1, 'Late')", [.uuid(unknown)])
            try await api.fixture.sql.query(
                """
                INSERT INTO sequence_steps (sequence_id, day_number, trigger, is_entry_point, content)
                VALUES ($1, 1, 'late', true, 'Hello')
                """, [.uuid(unknown)])
            #expect(try await api.post(Self.body(unknown), headers: ["Idempotency-Key": "k"]).status == 200)
        }
    }

    /// Another transaction holds the key; what waits for it is answered by it.
    @Test func ofTwoAtOnceOneIsDone() async throws {
        try await RunningAPI.with { api in
            let body = Self.body(try await api.addSequence())
            let replies = try await withThrowingTaskGroup(of: RunningAPI.Reply.self) { group in
                for _ in 0..<8 { group.addTask { try await api.post(body, headers: ["Idempotency-Key": "k"]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(replies.map(\.text)).count == 1)
            #expect(replies.allSatisfy { $0.status == 200 })
            #expect(try await api.count("sequence_contacts") == 1)
        }
    }

    @Test func keysOfTwoWorkspacesAreTwo() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO workspaces (id, name) VALUES ('other', 'Other')")
            let body = Self.body(try await api.addSequence())
            let own = try await api.key([.send])
            let others = try await api.key([.send], workspace: "other")
            #expect(try await api.post(body, headers: own.merging(["Idempotency-Key": "k"]) { $1 }).status == 200)
            let reply = try await api.post(body, headers: others.merging(["Idempotency-Key": "k"]) { $1 })
            #expect(reply.status == 422, "the other's answer would be a 200")
        }
    }

    @Test(arguments: [String(repeating: "k", count: 256)]) func aKeyHasItsLimits(key: String) async throws {
        try await RunningAPI.with { api in
            let reply = try await api.post(Self.body(UUID()), headers: ["Idempotency-Key": key])
            #expect(reply.status == 400)
            #expect(reply.code == "invalid_idempotency_key")
        }
    }
}
