import SluiceStore

/// The implementations of the stores. The suites of what holds for every store run once for each: claims, leases, terms
/// and slots, reserves, settles, fences, take-overs, midnight, what is set aside.
///
/// What is about PostgreSQL itself, or about what only its store has, uses ``PostgresWorld`` alone: plans and costs
/// (`HotPathTests`, `GrowthTests`), locks between sessions, roles, migrations, notifications, SQL that users write,
/// triggers of the schema, intake beyond enrollment by trigger, branches, devices that move.
enum StoreKind: Sendable, CaseIterable {
    case postgres
    case simulated

    @discardableResult
    func with<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreWorld) async throws -> Value
    ) async throws -> Value {
        switch self {
        case .postgres: try await PostgresWorld.with { try await body($0) }
        case .simulated: try await body(SimulatedWorld())
        }
    }
}
