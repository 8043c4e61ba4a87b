internal import Synchronization

/// How many rows the next chunk takes. Halved when a chunk fails, because a slow database may not finish a large one
/// within the statement's time and would never finish it by trying again; doubled when one works.
final class AdaptiveChunk: Sendable {
    private static let least = 50
    private let most: Int
    private let size: Mutex<Int>

    init(most: Int) {
        self.most = most
        size = Mutex(most)
    }

    func use<Value: Sendable>(_ work: (Int) async throws -> Value) async throws -> Value {
        do {
            let value = try await work(size.withLock { $0 })
            size.withLock { $0 = min(most, $0 * 2) }
            return value
        } catch {
            size.withLock { $0 = max(min(Self.least, most), $0 / 2) }
            throw error
        }
    }
}
