/// How long what was sent is remembered.
public enum LedgerRetention {
    /// Days for which the send ledger and used external ids are kept, unless a cluster is told otherwise: a month to
    /// look back on. The limiter needs two, for its longest window is a day.
    public static let days = 35
}
