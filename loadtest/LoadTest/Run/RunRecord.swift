internal import Foundation
internal import RequestLog
internal import Synchronization

/// What was seen of a run so far. It outlives whatever breaks, so that a part of a run is judged as well.
final class RunRecord: Sendable {
    struct State: Sendable {
        /// When the work was released, in nanoseconds since 1970; nil while it is loaded.
        var release: Int64?
        var end: Int64?
        var ending: RunEnding?
        var samples: [Sample] = []
        var notes: [String] = []
        /// Up to which trigger each commit reached, and when.
        var commits: [TriggerCommit] = []
        var facts: TableFacts?
        var floors: Floors?
        var peers: [Peer] = []
        var fanOut: FanOut?
        var loss: NodeLoss?
        var snapshotHeld: ClosedRange<Int64>?
        /// Live nodes of a cluster that the run did not start; nil: those of the scenario.
        var nodes: Int?
    }

    struct TriggerCommit: Sendable {
        var upTo: Int
        var nanoseconds: Int64
    }

    /// A shard node that was killed, and whose devices wait for another.
    struct NodeLoss: Sendable {
        var node: String
        var killed: Int64
        /// When its lease runs out: what it owns cannot move before.
        var leaseEnds: Int64
        /// As the gateway names them.
        var devices: Set<String>
    }

    /// What only the tables know, read when the run is over.
    struct TableFacts: Sendable {
        var expected: Set<String>
        var plan: CapPlan
        var standing: Tables.Standing
    }

    private let mutex = Mutex(State())

    var state: State { mutex.withLock { $0 } }

    func change(_ body: (inout State) -> Void) { mutex.withLock { body(&$0) } }

    func note(_ text: String) { change { $0.notes.append(text) } }

    /// The first reason counts.
    func end(_ ending: RunEnding) {
        change {
            $0.ending = $0.ending ?? ending
            $0.end = $0.end ?? WallClock.nanoseconds
        }
    }

    var lastSample: Sample? { mutex.withLock { $0.samples.last } }
}
