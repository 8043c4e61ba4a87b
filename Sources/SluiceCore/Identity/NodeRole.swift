/// What a node does, by the names that its lease, its status and its logs bear.
public enum NodeRole: String, Hashable, Sendable, CaseIterable { case coordinator, shard, api }
