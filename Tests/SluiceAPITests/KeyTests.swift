import Foundation
import Logging
import PostgresDriver
import SluiceAPI
import SluiceOperations
import SluiceTelemetry
import TestSupport
import Testing

@Suite struct KeyTests {
    @Test func withTheFirstKeyEveryRequestNeedsOne() async throws {
        try await RunningAPI.with { api in
            #expect(try await api.get("/api/v1/status").status == 200)
            let key = try await api.session.createKey(name: "all", workspace: "*", scopes: [.read])
            let without = try await api.get("/api/v1/status")
            #expect(without.status == 401)
            #expect(without.code == "missing_key")
            for headers in [["Authorization": "Bearer \(key.secret)"], ["X-API-Key": key.secret]] {
                #expect(try await api.get("/api/v1/status", headers: headers).status == 200)
            }
            let other = String(key.secret.dropLast()) + (key.secret.hasSuffix("0") ? "1" : "0")
            for wrong in ["Bearer \(other)", "Bearer nonsense", "Basic \(key.secret)", "Bearer ' OR true --", ""] {
                let reply = try await api.get("/api/v1/status", headers: ["Authorization": wrong])
                #expect(reply.status == 401, "\(wrong): \(reply.text)")
            }
            #expect(try await api.session.revokeKey(key.id))
            #expect(try await api.session.revokeKey(key.id) == false)
            #expect(try await api.get("/api/v1/status", headers: ["X-API-Key": key.secret]).status == 401)
        }
    }

    @Test func aKeyMayDoWhatItSays() async throws {
        try await RunningAPI.with { api in
            let sequence = try await api.addSequence()
            let body = #"{"phone":"628110000001","sequenceId":"\#(sequence)"}"#
            let reading = try await api.key([.read])
            let refused = try await api.post(body, headers: reading)
            #expect(refused.status == 403)
            #expect(refused.code == "forbidden")
            #expect(try await api.count("sequence_contacts") == 0)
            #expect(try await api.post(body, headers: api.key([.send])).status == 200)
            #expect(try await api.post(body, headers: api.key([.admin])).status == 200)
            #expect(try await api.get("/api/v1/contacts/628110000001/why", headers: reading).status == 200)
            #expect(
                try await api.get("/api/v1/status", headers: reading).status == 403,
                "the cluster is not one workspace's")
        }
    }

    @Test func anotherWorkspaceIsNotThere() async throws {
        try await RunningAPI.with { api in
            try await api.fixture.sql.query("INSERT INTO workspaces (id, name) VALUES ('other', 'Other')")
            let sequence = try await api.addSequence()
            let entered = try await api.post(
                #"{"phone":"628110000001","sequenceId":"\#(sequence)"}"#, headers: api.key([.send]))
            let contact = try #require(entered.data["contactId"] as? String)
            let stranger = try await api.key([.admin], workspace: "other")
            for subject in [contact, "628110000001"] {
                let reply = try await api.get("/api/v1/contacts/\(subject)/why", headers: stranger)
                #expect(reply.status == 404, "\(reply.text)")
            }
            let crossing = try await api.post(
                #"{"phone":"628110000002","sequenceId":"\#(sequence)","workspaceId":"default"}"#, headers: stranger)
            #expect(crossing.status == 404)
            #expect(crossing.field == "workspaceId")
            let into = try await api.post(#"{"phone":"628110000002","sequenceId":"\#(sequence)"}"#, headers: stranger)
            #expect(into.status == 422, "\(into.text)")
            #expect(try await api.count("sequence_contacts") == 1)
        }
    }

    @Test func whoAsksTooFastIsToldToWait() async throws {
        try await RunningAPI.with {
            $0.requestsPerSecond = 2
        } _: { api in
            let hasty = try await api.key([.read])
            let patient = try await api.key([.read])
            var codes: [Int] = []
            // Two pass at once; of the others at most one every half a second, however slowly they are asked.
            for _ in 0..<20 { codes.append(try await api.get("/api/v1/contacts/1/why", headers: hasty).status) }
            #expect(codes.prefix(2).allSatisfy { $0 != 429 })
            #expect(codes.contains(429))
            #expect(try await api.get("/api/v1/contacts/1/why", headers: patient).status != 429)
        }
    }

    @Test func otherMachinesNeedAKeyToBeThere() async throws {
        try await StoreFixture.with { fixture in
            for host in ["0.0.0.0", "::"] {
                let configuration = try RunningAPI.configuration(
                    fixture.database.configuration, "nats://127.0.0.1:1", host: host)
                let server = APIServer(configuration: configuration, metrics: .init(), logger: .init(label: "test"))
                await #expect(throws: APIConfigurationError.noKey(host: host)) { try await server.run() }
            }
        }
    }

    @Test func theSecretIsKeptNowhere() async throws {
        try await RunningAPI.with { api in
            let key = try await api.session.createKey(name: "shop", workspace: "default", scopes: [.read, .send])
            #expect(key.secret.utf8.count == "sluice_".utf8.count + 64)
            let another = try await api.session.createKey(name: "shop", workspace: "default", scopes: [.read])
            #expect(another.secret != key.secret)
            let rows = try await api.fixture.sql.query(
                "SELECT k::text || a::text AS all FROM api_keys k, audit_log a")
            for text in try rows.column(String.self, at: 0) {
                #expect(!text.contains(key.secret.dropFirst("sluice_".count)))
            }
            let listed = try await api.session.listKeys()
            #expect(listed.map(\.scopes.count).sorted() == [1, 2])
        }
    }
}
