public import FoundationEssentials
internal import PostgresDriver

/// How far people came on a sequence, a flow or a campaign, step by step.
public struct Funnel: Codable, Hashable, Sendable {
    /// The contacts of one step.
    public struct Step: Codable, Hashable, Sendable {
        /// The step's trigger; of a flow its node.
        public var step: String
        /// The beginning of what it says.
        public var text: String?
        /// Nothing is sent here: who stands here waits for what decides.
        public var isDecision: Bool
        /// Everybody who came so far: those who were sent it, and those who stand here without.
        public var entered: Int
        /// Until they are due, until their device may, or for a decision.
        public var waiting: Int
        /// On their way this moment.
        public var inFlight: Int
        /// Messages of this step that were sent. Who enters again counts again.
        public var sent: Int
        public var failed: Int
        /// Kept back for a reason that has a name.
        public var held: Int
        /// What became of their message is not known.
        public var unknown: Int
        /// Ended here before they were sent it.
        public var cancelled: Int
        /// For whom this was the last step.
        public var completed: Int
    }

    /// `sequence`, `flow` or `campaign`.
    public var kind: String
    public var id: String
    public var name: String
    public var workspace: String
    public var steps: [Step]
    /// Contacts who stand at a step that is not there any more.
    public var elsewhere: Int
    /// The first day of the ledger that counts for `sent`: what it has dropped is not in it.
    public var sentSince: Date?
}

extension OperatorSession {
    /// - Parameters:
    ///   - given: the sequence's name or id.
    ///   - workspace: where it must be; nil: anywhere.
    public func funnel(ofSequence given: String, in workspace: String? = nil) async throws -> Funnel {
        let id = try await SequenceLookup.find(given, in: workspace, on: database)
        return try await FunnelQuery(.sequence, id.text).funnel(on: database)
    }

    /// Of all runs and triggers of a flow, whichever of its versions they go by. Tests of it do not count.
    /// - Parameter given: the flow's name or id.
    public func funnel(ofFlow given: String, in workspace: String) async throws -> Funnel {
        let id = try await FlowLookup.find(given, in: workspace, on: database)
        return try await FunnelQuery(.flow, id.text).funnel(on: database)
    }

    /// - Parameters:
    ///   - id: of its row in `message_runs`.
    ///   - workspace: where it must be; nil: anywhere.
    public func funnel(ofCampaign id: Int64, in workspace: String? = nil) async throws -> Funnel {
        _ = try await campaign(id, in: workspace)
        return try await FunnelQuery(.campaign, "\(id)").funnel(on: database)
    }
}
