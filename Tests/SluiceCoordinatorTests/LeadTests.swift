import NATSDriver
import SluiceCore
import SluiceStore
import SluiceWire
import TestSupport
import Testing

/// Coordinators on a real PostgreSQL and a real NATS. One after the other: their leases are short.
@Suite(.serialized) struct CoordinatorSuite {}

extension CoordinatorSuite {
    /// Who leads, and when that changes.
    @Suite struct LeadTests {
        @Test func ofTwoCoordinatorsOneLeads() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1") { _ in
                        try await ground.withCoordinator("c-2") { _ in
                            try await eventually("both to answer, one of them as leader") {
                                let statuses = try await ground.statuses(2)
                                return Set(statuses.map(\.name)) == ["c-1", "c-2"]
                                    && statuses.count { $0.coordinator?.term != nil } == 1
                            }
                            let heard = beacons.count
                            try await eventually("five more beacons") { beacons.count >= heard + 5 }
                            #expect(beacons.reigns.map(\.term) == [1], "nobody took the lead from a live leader")
                        }
                    }
                }
            }
        }

        @Test func aSecondCoordinatorOfOneNameEnds() async throws {
            try await NodeGround.with { ground in
                try await ground.withCoordinator("c-1") { first in
                    try await eventually("the first") { try await ground.statuses(2).count == 1 }
                    try await ground.withCoordinator("c-1") { second in
                        // It holds out for two lease lengths: the first might be one that was killed.
                        try await eventually("the second to end") { second.hasEnded }
                        guard case StoreError.nameInUse("c-1", _)? = second.failure else {
                            Issue.record("it ended with \(String(describing: second.failure))")
                            return
                        }
                    }
                    #expect(!first.hasEnded)
                }
            }
        }

        @Test func aDeadLeadersStandbyLeadsWithAHigherTerm() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1") { first in
                        try await eventually("a leader") { beacons.last?.leader == "c-1" }
                        try await ground.withCoordinator("c-2") { _ in
                            try await eventually("the standby") { try await ground.statuses(2).count == 2 }
                            try await first.kill()
                            try await eventually("the standby to lead") { beacons.last?.leader == "c-2" }
                            #expect(
                                beacons.reigns == [.init(leader: "c-1", term: 1), .init(leader: "c-2", term: 2)])
                        }
                    }
                }
            }
        }

        /// What it cannot use it does not even read: it would pay as much as the leader for every message.
        @Test func aStandbyLetsPassWhatTheLeaderHears() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1") { first in
                        try await eventually("a leader") { beacons.last?.leader == "c-1" }
                        try await ground.withCoordinator("c-2") { _ in
                            try await eventually("the standby") { try await ground.ignored(by: "c-2") == 0 }
                            try ground.publishNonsense()
                            try await eventually("the leader to read both") { try await ground.ignored(by: "c-1") == 2 }
                            #expect(try await ground.ignored(by: "c-2") == 0)
                            try await first.kill()
                            try await eventually("the standby to lead") { beacons.last?.leader == "c-2" }
                            try ground.publishNonsense()
                            try await eventually("both to be read") { try await ground.ignored(by: "c-2") == 2 }
                        }
                    }
                }
            }
        }

        @Test func aLeaderWhoseLeaseLapsedStartsAnewWithAHigherTerm() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1") { _ in
                        try await eventually("a leader") { beacons.last != nil }
                        let lapsed = try #require(beacons.last?.incarnation)
                        try await ground.execute("UPDATE node_leases SET expires_at = '-infinity'")
                        try await eventually("a new incarnation to lead") { beacons.last?.term.rawValue == 2 }
                        #expect(try #require(beacons.last?.incarnation) > lapsed)
                        #expect(beacons.reigns.map(\.term) == [1, 2])
                    }
                }
            }
        }

        @Test func slotsThatMoveAreToldAtOnce() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1", timers: .patient) { _ in
                        try await eventually("a leader") { beacons.last != nil }
                        let before = try #require(beacons.last).assignmentVersion
                        try await ground.execute("UPDATE cluster_versions SET assignment = assignment + 1")
                        // The next renewal that is due is far away.
                        try await eventually("a beacon") { beacons.last.map { $0.assignmentVersion > before } ?? false }
                    }
                }
            }
        }

        @Test func aCleanStopHandsTheLeadOverAtOnce() async throws {
            try await NodeGround.with { ground in
                try await ground.withBeacons { beacons in
                    try await ground.withCoordinator("c-1", timers: .patient) { first in
                        try await eventually("a leader") { beacons.last?.leader == "c-1" }
                        try await ground.withCoordinator("c-2", timers: .patient) { _ in
                            try await eventually("the standby") { try await ground.statuses(2).count == 2 }
                            try await first.stop()
                            #expect(first.failure == nil)
                            // Its lease had almost a minute to run, and the standby's next renewal is far away.
                            try await eventually("the standby to lead") { beacons.last?.leader == "c-2" }
                            #expect(beacons.last?.term == Term(rawValue: 2))
                            #expect(
                                try await ground.number("SELECT count(*) FROM node_leases WHERE node_name = 'c-1'") == 0
                            )
                        }
                    }
                }
            }
        }
    }
}

extension NodeGround {
    /// What a coordinator has heard and could not use; nil when it does not answer.
    fileprivate func ignored(by name: String) async throws -> UInt64? {
        try await statuses(2).first { $0.name == name }?.messagesIgnored
    }

    fileprivate func publishNonsense() throws {
        for subject in [subjects.credit, subjects.wake] { try nats.publish(subject, payload: [0xFF, 0xFF, 0xFF]) }
    }
}
