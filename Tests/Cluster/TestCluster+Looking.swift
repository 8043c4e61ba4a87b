import PostgresDriver
import RequestLog
import TestSupport

extension TestCluster {
    /// A message that the gateway accepted.
    struct Accepted: Sendable {
        var recipient: String
        var nanoseconds: Int64
    }

    /// In the order in which they arrived.
    func acceptedMessages() throws -> [Accepted] {
        var open: [UInt64: Accepted] = [:]
        var accepted: [Accepted] = []
        _ = try RequestLogReader(path: logPath).read { entry in
            switch entry {
            case .request(let request):
                open[request.sequence] = Accepted(
                    recipient: request.recipient ?? "", nanoseconds: request.nanoseconds)
            case .response(let outcome):
                if outcome.verdict == .accepted, let message = open.removeValue(forKey: outcome.sequence) {
                    accepted.append(message)
                }
            }
        }
        return accepted.sorted { $0.nanoseconds < $1.nanoseconds }
    }

    /// When messages to a number were accepted.
    func times(to recipient: String) throws -> [Int64] {
        try acceptedMessages().filter { $0.recipient == recipient }.map(\.nanoseconds)
    }

    /// Waits until a number has had so many messages.
    func messages(
        _ count: Int, to recipient: String, _ comment: String, within limit: Duration = .seconds(15)
    ) async throws {
        try await eventually(comment, within: limit) { try times(to: recipient).count == count }
    }

    /// The texts of a query's first column.
    func texts(_ sql: String) async throws -> [String] { try await query(sql).column(String.self, at: 0) }
}
