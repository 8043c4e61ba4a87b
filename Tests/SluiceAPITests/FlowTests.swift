import Foundation
import PostgresDriver
import SluiceAPI
import SluiceOperations
import TestSupport
import Testing

/// Flows that are kept over HTTP, by a server that has the rights of `sluice_api` and no more.
@Suite struct FlowTests {
    private static func flow(_ name: String, _ text: String) -> String {
        #"{"name": "\#(name)", "nodes": [{"id": "a", "type": "message", "data": {"text": "\#(text)"}}]}"#
    }

    @Test func `a flow is kept, shown and drawn anew, and one that cannot be used is not`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            let kept = try await api.post(Self.flow("hello", "Hi"), to: "/api/v1/flows")
            let id = try #require(kept.data["flowId"] as? String, "\(kept.text)")
            let drawn = try await api.put(Self.flow("hello", "Good morning"), to: "/api/v1/flows/hello")
            #expect(drawn.data["flowId"] as? String == id, "\(drawn.text)")
            for name in [id, "hello"] {
                let shown = try await api.get("/api/v1/flows/\(name)")
                #expect(
                    shown.text.contains("Good morning") && shown.data["name"] as? String == "hello", "\(shown.text)")
            }
            // The leader is told of each save.
            #expect(try await api.count("work_intake WHERE area = 'flow'") == 2)

            let empty = #"{"name": "b", "nodes": [], "edges": []}"#
            let refused = try await api.post(empty, to: "/api/v1/flows")
            #expect(refused.status == 422 && refused.code == "flow_invalid", "\(refused.text)")
            #expect(try await api.count("flows") == 1)
            let judged = try await api.post(#"{"nodes": []}"#, to: "/api/v1/flow-check")
            #expect(judged.data["isUsable"] as? Bool == false, "\(judged.text)")

            _ = try await api.post(Self.flow("hello", "Hi"), to: "/api/v1/flows")
            #expect(try await api.get("/api/v1/flows/hello").code == "ambiguous")
            let first = try await api.get("/api/v1/flows?limit=1")
            let cursor = try #require(first.data["nextCursor"] as? String, "\(first.text)")
            #expect(!first.text.contains("nodes"), "\(first.text)")
            let rest = try await api.get("/api/v1/flows?cursor=\(cursor)")
            #expect(rest.data["nextCursor"] == nil && (rest.data["flows"] as? [Any])?.count == 1, "\(rest.text)")
        }
    }

    @Test func `a flow is deleted once nobody goes by it`() async throws {
        try await RunningAPI.with {
            $0.database.settings["role"] = DatabaseRole.api.rawValue
        } _: { api in
            _ = try await api.post(Self.flow("hello", "Hi"), to: "/api/v1/flows")
            try await api.fixture.sql.query("INSERT INTO meta_pages (page_id) VALUES (1)")
            let campaign = try await api.post(#"{"flowId": "hello", "pageIds": [1]}"#, to: "/api/v1/campaigns")
            let trigger = try await api.post(
                #"{"flowId": "hello", "recipient": "491512345678"}"#, to: "/api/v1/triggers")
            for (user, path) in [("campaign", "campaigns"), ("trigger run", "triggers")] {
                let id = try #require((user == "campaign" ? campaign : trigger).data["id"] as? Int)
                let refused = try await api.delete("/api/v1/flows/hello")
                #expect(refused.status == 422 && refused.code == "flow_in_use", "\(refused.text)")
                #expect(refused.text.contains("\(user) \(id)"), "\(refused.text)")
                #expect(try await api.post("", to: "/api/v1/\(path)/\(id)/cancel", type: nil).status == 200)
            }
            let gone = try await api.delete("/api/v1/flows/hello")
            #expect(gone.status == 200 && gone.data["name"] as? String == "hello", "\(gone.text)")
            #expect(try await api.count("flows") == 0)
            let again = try await api.delete("/api/v1/flows/hello")
            #expect(again.status == 404 && again.code == "unknown_flow", "\(again.text)")
            #expect(try await api.get("/api/v1/campaigns").status == 200)
        }
    }
}
