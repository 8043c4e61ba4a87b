/// Bounds of one flow: what a person draws is far within them, and a flow at all of them compiles in milliseconds.
public enum FlowLimits {
    public static let nodes = 1_000
    public static let edges = 4_000
    /// Characters of a node's id; it is part of a step's trigger, which an index must hold.
    public static let nodeID = 200
    /// Characters of a message; WhatsApp's own limit.
    public static let text = 65_536
    /// Ten years, in seconds: the longest wait of one node, and of all waits between two messages together.
    public static let wait: Int64 = 315_360_000
    /// Seconds between two messages of a flow with no wait between them.
    public static let spacing: Int64 = 2
}
