/// Waits until `condition` is true, looking every few milliseconds, and throws when it is not true in time.
/// - Parameters:
///   - expectation: What is waited for, as in "the pool to recover".
///   - limit: A promised time is named by the caller; without one it is only to end, on a busy machine too.
public func eventually(
    _ expectation: String = "the condition", within limit: Duration = .seconds(15),
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < deadline else { throw NotInTime(expectation: expectation, limit: limit) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

public struct NotInTime: Error, CustomStringConvertible {
    public let expectation: String
    public let limit: Duration

    public var description: String { "waited \(limit) for \(expectation)" }
}
