import Foundation
import NATSDriver
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import SluiceWire
import TestSupport
import Testing

/// The API is a node of the cluster like the others.
@Suite struct PresenceTests {
    @Test func statusNamesItWithItsVersionAndHeartbeat() async throws {
        try await withNATS { server, nats in
            try await RunningAPI.with(natsURL: server.url) { api in
                try await api.isRegistered()
                _ = try await api.get("/api/v1/contacts/628999999999/why")
                try await eventually("the API to answer over NATS") {
                    try await api.line(nats)?.requestsServed == 1
                }
                let (report, line) = (try await api.status(nats), try #require(try await api.line(nats)))
                #expect(line.state == .live)
                #expect(line.version == "1.2.3")
                #expect(try #require(line.lastHeartbeatSecondsAgo) < 5)
                #expect(try #require(line.uptimeSeconds) < 60)
                #expect(line.messagesDropped == 0)
                #expect(!report.findings.contains { $0.message.contains("api-1") })
                let table = StatusText.render(report, width: 120)
                #expect(table.contains(/api-1 +api +live +1\.2\.3 +host-1/))
            }
        }
    }

    @Test func oneThatDoesNotAnswerIsNamed() async throws {
        try await withNATS { _, nats in
            // Its own NATS is not there.
            try await RunningAPI.with { api in
                try await api.isRegistered()
                let report = try await api.status(nats)
                let silent = report.findings.filter { $0.code == .nodeSilent }.map(\.message)
                #expect(silent == ["api api-1 on host-1 renews its lease and does not answer over NATS"])
                #expect(report.nodes.map(\.state) == [.silent])
            }
        }
    }

    @Test func aLapsedLeaseStopsNoRequestAndIsFollowedByANewOne() async throws {
        try await RunningAPI.with { api in
            let first = try await api.isRegistered()
            try await api.fixture.sql.query("UPDATE node_leases SET expires_at = now() - interval '1 hour'")
            #expect(try await api.get("/api/v1/status").status == 200)
            try await eventually("a new incarnation") { try await api.incarnations().contains { $0 > first } }
            #expect(try await api.get("/api/v1/status").status == 200)
        }
    }

    @Test func itServesWithoutALeaseAndRegistersWhenItCan() async throws {
        try await RunningAPI.with { api in
            try await api.isRegistered()
            try await api.fixture.sql.query("ALTER TABLE node_leases RENAME TO node_leases_away")
            _ = try await api.addSequence()
            let lead = #"{"phone":"628110000001","trigger":"welcome"}"#
            #expect(try await api.post(lead).status == 200)
            try await api.fixture.sql.query("ALTER TABLE node_leases_away RENAME TO node_leases")
            try await api.fixture.sql.query("UPDATE node_leases SET expires_at = now() - interval '1 hour'")
            try await eventually("a lease that runs", within: .seconds(20)) {
                try await api.count("node_leases WHERE role = 'api' AND expires_at > now()") == 1
            }
        }
    }

    @Test func aCleanStopGivesTheLeaseBack() async throws {
        try await RunningAPI.with { api in
            try await api.isRegistered()
            await api.stop()
            try await eventually("the lease to be gone") { try await api.incarnations().isEmpty }
            #expect(try await api.count("node_fences WHERE closed_at IS NULL") == 0)
        }
    }

    private func withNATS(_ body: (EphemeralNATS, NATSConnection) async throws -> Void) async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        try await NATSConnection.withConnection(NATSOptions(url: server.url)) { try await body(server, $0) }
    }
}

extension RunningAPI {
    /// Waits for the first lease.
    @discardableResult
    fileprivate func isRegistered() async throws -> Int64 {
        try await eventually("the API to register") { try await incarnations().count == 1 }
        return try #require(try await incarnations().first)
    }

    fileprivate func incarnations() async throws -> [Int64] {
        try await fixture.sql.query("SELECT incarnation FROM node_leases WHERE role = 'api' AND node_name = 'api-1'")
            .column(Int64.self, at: 0)
    }

    /// What `sluice status` says.
    fileprivate func status(_ nats: NATSConnection) async throws -> StatusReport {
        let subjects = try #require(Subjects(cluster: "test"))
        var reader = StatusReader(
            OperatorSession(database: fixture.sql, nats: nats, subjects: subjects, actor: "ann@test"))
        return await reader.read()
    }

    fileprivate func line(_ nats: NATSConnection) async throws -> StatusReport.NodeLine? {
        try await status(nats).nodes.first { $0.role == "api" }
    }
}
