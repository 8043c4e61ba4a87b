/// Codes among ``NodeStatus/problems`` that have a finding of their own. The others are SLU-107's.
public enum NodeProblem {
    /// The leader hears live shards that report to another term than its own.
    public static let shardsAstray = "shards_of_another_term"
    /// PostgreSQL has refused a write of this node for want of disk space within the last minute.
    public static let diskFull = "database_disk_full"
}
