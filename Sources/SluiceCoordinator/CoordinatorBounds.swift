/// How much may wait to be heard.
enum CoordinatorBounds {
    /// Inputs waiting for the machine. A report of 4,000 devices is one input; the machine takes a million a second.
    static let inbox = 8_192

    /// Messages of one subscription that wait to be decoded. A full mailbox drops, which costs latency only.
    static let mailbox = 4_096

    /// Between two renewals that changes ask for: each makes the leader, and maybe all shards, read what changed.
    static let renewalSpacing: Duration = .milliseconds(200)
}
