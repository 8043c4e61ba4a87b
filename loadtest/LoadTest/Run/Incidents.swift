internal import Foundation
internal import Glibc
internal import PostgresDriver
internal import SluiceDev

/// What a scenario lets happen to the cluster, at its time.
struct Incidents {
    let scenario: Scenario
    let place: RunPlace
    let record: RunRecord
    let progress: @Sendable (String) -> Void

    func run(from start: ContinuousClock.Instant) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let node = scenario.incidents.kill {
                group.addTask {
                    try await Task.sleep(until: start + .seconds(scenario.incidents.killAt), clock: .continuous)
                    try await kill(node)
                }
            }
            if scenario.incidents.holdFor > 0 {
                group.addTask {
                    try await Task.sleep(until: start + .seconds(scenario.incidents.holdAt), clock: .continuous)
                    try await holdSnapshot()
                }
            }
            try await group.waitForAll()
        }
    }

    /// What it owned is read first: afterwards the slots are others'.
    private func kill(_ node: String) async throws {
        let loss = try await connected { connection in
            let rows = try await connection.query(
                """
                SELECT coalesce(c.gateway_device, d.device_name) AS device,
                    (extract(epoch FROM l.expires_at) * 1e9)::bigint AS ends
                FROM node_leases l JOIN slot_owners s ON s.owner = l.incarnation
                JOIN device_caps c ON c.hash_slot = s.slot JOIN user_devices d ON d.id = c.device_id
                WHERE l.node_name = $1 AND l.expires_at > now()
                """, [.string(node)])
            return RunRecord.NodeLoss(
                node: node, killed: WallClock.nanoseconds,
                leaseEnds: try rows.first?.decode(Int64.self, "ends") ?? WallClock.nanoseconds,
                devices: Set(try rows.map { try $0.decode(String.self, "device") }))
        }
        guard let dataPath = place.dataPath else { return record.note("\(node) is not this run's to kill") }
        guard let pid = try DevCluster.processID(of: node, dataPath: dataPath), Glibc.kill(pid, SIGKILL) == 0 else {
            return record.note("\(node) was to be killed and does not run")
        }
        record.change { $0.loss = loss }
        progress("\(node) (pid \(pid)) killed with -9; it had \(loss.devices.count) devices")
    }

    private func holdSnapshot() async throws {
        let from = WallClock.nanoseconds
        progress("a transaction keeps its snapshot open for \(Int(scenario.incidents.holdFor)) s")
        defer { record.change { $0.snapshotHeld = from...WallClock.nanoseconds } }
        try await connected { connection in
            try await connection.withTransaction(.repeatableRead) { transaction in
                // The snapshot is taken by the first statement.
                try await transaction.query("SELECT count(*) FROM gateways")
                try await Task.sleep(for: .seconds(scenario.incidents.holdFor))
            }
        }
    }

    private func connected<Value: Sendable>(
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        try await PostgresConnection.withConnection(try RunConnection.configuration(place.databaseURL), body)
    }
}
