/// Which subscriptions of a session get which notification.
///
/// Not Sendable: belongs to the connection's thread, so that LISTEN, UNLISTEN and this table always change in the
/// same order.
final class NotificationRouter {
    private var buffers: [NotificationBuffer] = []

    func add(_ buffer: NotificationBuffer) {
        buffers.append(buffer)
    }

    /// Returns the channels that nobody listens to any more.
    func remove(_ buffer: NotificationBuffer) -> [String] {
        buffers.removeAll { $0 === buffer }
        let wanted = buffers.reduce(into: Set<String>()) { $0.formUnion($1.channels) }
        return buffer.channels.subtracting(wanted).sorted()
    }

    func deliver(_ notification: PostgresNotification) {
        for buffer in buffers where buffer.channels.contains(notification.channel) { buffer.offer(notification) }
    }

    func finish(_ error: PostgresError) {
        for buffer in buffers { buffer.finish(error) }
        buffers = []
    }
}
