internal import PostgresDriver

/// What the database tells by `NOTIFY`.
public enum StoreNotification: String, CaseIterable, Hashable, Sendable {
    /// An intake table, a scan or a wake-up has rows.
    case intake = "sluice_intake"
    /// Leads got or lost a trigger: these are entered at once, without a look at where else anything waits.
    case lead = "sluice_lead"
    /// Runs of triggers are queued: likewise.
    case trigger = "sluice_trigger"
    /// The control version rose: a pause, a sequence, a device or a cap changed.
    case control = "sluice_control"
    /// The assignment's version rose (a shard came, drains or gave slots up, or the leader wants them elsewhere), or
    /// the lead is free.
    case assignment = "sluice_assignment"
}

/// The database's notifications, on a connection of their own. They are hints: what was said while nobody listened is
/// lost, so a listener looks once after each connect.
public struct StoreNotifications: Sendable {
    private let configuration: PostgresConfiguration

    public init(pools: StorePools) { configuration = pools.configuration }

    /// Listens, says so by `onListening`, and calls `onNotification` for each until cancelled. Equal notifications that
    /// wait are one. Throws ``StoreError`` when the connection cannot be made or ends; calling again connects again.
    public func listen(
        onListening: @Sendable () async -> Void, onNotification: @Sendable (StoreNotification) async -> Void
    ) async throws {
        try await storing {
            try await PostgresConnection.withConnection(configuration) { connection in
                let channels = StoreNotification.allCases.map(\.rawValue)
                try await connection.withNotifications(on: channels) { notifications in
                    await onListening()
                    for try await notification in notifications {
                        // Channels that share the connection and are not ours mean nothing here.
                        if let known = StoreNotification(rawValue: notification.channel) { await onNotification(known) }
                    }
                }
            }
        }
    }
}
