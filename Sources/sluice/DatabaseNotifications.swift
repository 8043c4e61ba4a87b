import PostgresDriver
import SluiceCoordinator

/// What the database tells a coordinator by `NOTIFY`, on a connection of its own.
struct DatabaseNotifications: CoordinatorNotifications {
    let configuration: PostgresConfiguration

    private static let meanings: [String: CoordinatorNotification] = [
        "sluice_intake": .intake, "sluice_control": .control,
    ]

    func listen(
        onListening: @Sendable () async -> Void, onNotification: @Sendable (CoordinatorNotification) async -> Void
    ) async throws {
        try await PostgresConnection.withConnection(configuration) { connection in
            try await connection.withNotifications(on: Self.meanings.keys.sorted()) { notifications in
                await onListening()
                for try await notification in notifications {
                    if let meaning = Self.meanings[notification.channel] { await onNotification(meaning) }
                }
            }
        }
    }
}
