/// What the database tells by `NOTIFY`.
public enum CoordinatorNotification: Hashable, Sendable {
    /// `sluice_intake`: enrollment intake or wake-ups have rows.
    case intake
    /// `sluice_control`: a pause, a sequence, a device or a cap changed.
    case control
}

/// The database's notifications. A protocol, so that the loop can be run without a database.
public protocol CoordinatorNotifications: Sendable {
    /// Listens, says so by `onListening`, and calls `onNotification` for each until cancelled. Throws when the connection ends.
    func listen(
        onListening: @Sendable () async -> Void, onNotification: @Sendable (CoordinatorNotification) async -> Void
    ) async throws
}
