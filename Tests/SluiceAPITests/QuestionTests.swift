import Foundation
import TestSupport
import Testing

@Suite struct QuestionTests {
    @Test func theStatusIsTheOneOfTheCommand() async throws {
        try await RunningAPI.with { api in
            let reply = try await api.get("/api/v1/status")
            #expect(reply.status == 200)
            #expect(reply.data["health"] as? String == "degraded")
            let codes = (reply.data["findings"] as? [[String: any Sendable]] ?? []).compactMap { $0["code"] as? String }
            #expect(codes.contains("SLU-101"))
        }
    }

    @Test func whyIsAnsweredByNumberAndByID() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            let entered = try await api.post(#"{"phone":"628110000001","sequenceId":"\#(sequence)"}"#)
            let contact = try #require(entered.data["contactId"] as? String)
            for subject in [contact, "628110000001", "+628110000001", "%2B62%20811-0000001"] {
                let reply = try await api.get("/api/v1/contacts/\(subject)/why")
                #expect(reply.status == 200, "\(reply.text)")
                #expect((reply.data["enrollments"] as? [any Sendable])?.count == 1)
            }
            #expect(try await api.get("/api/v1/contacts/628999999999/why").code == "lead_unknown")
            #expect(try await api.get("/api/v1/contacts/\(UUID())/why").status == 404)
            #expect(try await api.get("/api/v1/contacts/12/why").status == 422)
        }
    }

    @Test func whatIsNotThereIsSaidInJSON() async throws {
        try await RunningAPI.with { api in
            let reply = try await api.get("/api/v2/nothing")
            #expect(reply.status == 404)
            #expect(reply.code == "not_found")
        }
    }

    @Test func healthIsServed() async throws {
        try await RunningAPI.with { api in
            #expect(try await api.get("/healthz").status == 200)
            try await eventually("the pool to run") { try await api.get("/readyz").status == 200 }
            #expect(try await api.get("/metrics").status == 200)
        }
    }

}
