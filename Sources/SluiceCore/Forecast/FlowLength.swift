/// How much of a flow one person goes through at most.
public struct FlowLength: Hashable, Sendable {
    /// Messages on the way that has most of them; each costs a cap unit.
    public var messages: Int
    /// Waits on the way that takes longest, from the beginning on.
    public var seconds: Int64
    /// It goes in circles, so these are for one time round.
    public var repeats: Bool

    public init(_ flow: CompiledFlow) {
        var walk = Walk(flow)
        let length = walk.length(from: flow.entry)
        self.init(messages: length.messages, seconds: length.seconds, repeats: walk.repeats)
    }

    private init(messages: Int, seconds: Int64, repeats: Bool) {
        self.messages = messages
        self.seconds = seconds
        self.repeats = repeats
    }

    /// Each step is looked at once. A way back to one that is still being looked at closes a circle.
    private struct Walk {
        private enum Mark {
            case open
            case done(messages: Int, seconds: Int64)
        }

        private let steps: [String: CompiledFlow.Step]
        private var marks: [String: Mark] = [:]
        private(set) var repeats = false

        init(_ flow: CompiledFlow) {
            steps = Dictionary(flow.steps.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
        }

        /// A drawing has at most ``FlowLimits/nodes`` nodes, and the walk is as deep as that.
        mutating func length(from way: CompiledFlow.Way) -> (messages: Int, seconds: Int64) {
            guard let node = way.node, let step = steps[node] else { return (0, 0) }
            switch marks[node] {
            case .open:
                repeats = true
                return (0, 0)
            case .done(let messages, let seconds): return (messages, seconds + way.seconds)
            case nil: break
            }
            marks[node] = .open
            var (messages, seconds) = length(from: step.next)
            switch step.kind {
            case .message: messages += 1
            case .decision(_, let yes):
                let other = length(from: yes)
                (messages, seconds) = (max(messages, other.messages), max(seconds, other.seconds))
            }
            marks[node] = .done(messages: messages, seconds: seconds)
            return (messages, seconds + way.seconds)
        }
    }
}
