import CNATS

/// What a connection has counted since it was opened.
public struct NATSStatistics: Sendable, Hashable {
    /// Messages and payload bytes received, requests' replies and messages that were dropped among them.
    public internal(set) var messagesIn: UInt64 = 0
    public internal(set) var bytesIn: UInt64 = 0

    /// Messages and payload bytes handed to the write buffer.
    public internal(set) var messagesOut: UInt64 = 0
    public internal(set) var bytesOut: UInt64 = 0
    public internal(set) var reconnects: UInt64 = 0

    /// Received messages that were thrown away because a mailbox or libnats' own queue before it was full.
    public internal(set) var dropped: UInt64 = 0

    /// Errors that came outside of any call, such as a subject the server denies; and the text of the last one.
    public internal(set) var asyncErrors = 0
    public internal(set) var lastAsyncError: String?

    mutating func readCounts(of connection: OpaquePointer) {
        var counts: OpaquePointer?
        guard natsStatistics_Create(&counts) == NATS_OK, let counts else { return }
        defer { natsStatistics_Destroy(counts) }
        guard natsConnection_GetStats(connection, counts) == NATS_OK else { return }
        // The status can only be "invalid argument", which a valid pointer excludes.
        _ = natsStatistics_GetCounts(counts, &messagesIn, &bytesIn, &messagesOut, &bytesOut, &reconnects)
    }
}
