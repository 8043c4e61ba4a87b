import Foundation
import PostgresDriver
import RequestLog

extension Date {
    var nanoseconds: Int64 { Int64(timeIntervalSince1970 * 1e9) }
}

extension TestCluster {
    /// Which node owns each slot, by the nodes' names; slots that nobody owns are left out.
    func slotOwners() async throws -> [Int: String] {
        let rows = try await query(
            "SELECT slot, node_name FROM slot_owners JOIN node_fences ON incarnation = owner WHERE closed_at IS NULL")
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (Int(try $0.decode(Int16.self, "slot")), try $0.decode(String.self, "node_name"))
            })
    }

    /// Devices with a request after this wall-clock time.
    func senders(after nanoseconds: Int64) throws -> Set<String> {
        var devices: Set<String> = []
        _ = try RequestLogReader(path: logPath).read { entry in
            if case .request(let request) = entry, request.nanoseconds > nanoseconds, let device = request.device {
                devices.insert(device)
            }
        }
        return devices
    }

    /// For each device the longest time between the end of its last open request and its next request, counted from
    /// `start`.
    func pauses(since start: Int64) throws -> [String: Duration] {
        try DevicePauses.longest(in: logPath, since: start)
    }
}
