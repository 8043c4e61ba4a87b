import PostgresDriver
import TestSupport
import Testing

/// A session on the shared cluster for the duration of `body`.
func withSession<Value: Sendable>(
    _ configuration: PostgresConfiguration? = nil,
    onNotice: @escaping @Sendable (PostgresNotice) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> Value
) async throws -> Value {
    let configuration =
        if let configuration { configuration } else { try await EphemeralPostgres.shared().configuration() }
    return try await PostgresConnection.withConnection(configuration, onNotice: onNotice, body)
}

/// The shared cluster's configuration with a change.
func adjustedConfiguration(_ change: (inout PostgresConfiguration) -> Void) async throws -> PostgresConfiguration {
    var configuration = try await EphemeralPostgres.shared().configuration()
    change(&configuration)
    return configuration
}

/// The error that `body` throws, or nil.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

func expectUsable(_ connection: PostgresConnection) async throws {
    let answer = try await connection.query("select 1").scalar(Int32.self)
    #expect(answer == 1)
}
