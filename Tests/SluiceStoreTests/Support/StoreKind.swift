import SluiceStore

/// The implementations of the stores. The suites of what holds for every store run once for each.
enum StoreKind: Sendable, CaseIterable {
    case postgres

    @discardableResult
    func with<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreWorld) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .postgres: try await PostgresWorld.with { try await body($0) }
        }
    }
}
