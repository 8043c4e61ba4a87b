/// One node of a flow graph as users draw it.
public struct FlowNode: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Where a drawing begins; says nothing.
        case start
        case message(FlowMessage)
        /// Seconds, more than none.
        case wait(seconds: Int64)
        /// The condition as JSON, in the language of `sequence_branches`; its ways out are `yes` and `no`.
        case condition(String)
    }

    public var id: String
    public var kind: Kind

    public init(id: String, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

/// What a message node says.
public struct FlowMessage: Hashable, Sendable {
    /// `text`, `image`, `video`, `audio` or `document`.
    public var type: String
    public var text: String
    public var mediaURL: String?

    public init(type: String, text: String, mediaURL: String?) {
        self.type = type
        self.text = text
        self.mediaURL = mediaURL
    }
}

/// A way from one node to another.
public struct FlowEdge: Hashable, Sendable {
    public enum Way: String, Hashable, Sendable { case next, yes, no }

    public var source: String
    public var target: String
    /// `yes` or `no` out of a condition, `next` out of everything else.
    public var way: Way

    public init(source: String, target: String, way: Way) {
        self.source = source
        self.target = target
        self.way = way
    }
}

/// Why a flow cannot be used.
public struct FlowProblem: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        case malformed
        case tooLarge = "too_large"
        case unknownNodeType = "unknown_node_type"
        case duplicateNode = "duplicate_node"
        case emptyMessage = "empty_message"
        case messageTooLong = "message_too_long"
        case invalidMedia = "invalid_media"
        case invalidWait = "invalid_wait"
        case invalidCondition = "invalid_condition"
        case danglingEdge = "dangling_edge"
        case ambiguousEdge = "ambiguous_edge"
        case noStart = "no_start"
        case severalStarts = "several_starts"
        case noMessage = "no_message"
        case cycleWithoutWait = "cycle_without_wait"
    }

    public var code: Code
    /// The node it is about; nil when it is about the flow as a whole.
    public var node: String?
    /// A sentence that names the node.
    public var message: String

    public init(_ code: Code, node: String? = nil, _ message: String) {
        self.code = code
        self.node = node
        self.message = message
    }
}
