import FoundationEssentials
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

@Suite struct ControlTests {
    @Test func pausesAreWrittenOnceAndAudited() async throws {
        try await World.with { world in
            let isNew = try await world.session.pause(.everything, reason: "test")
            #expect(isNew)
            #expect(try await world.session.pause(.everything, reason: "again") == false)
            #expect(try await world.session.resume(.everything))
            #expect(try await world.session.resume(.everything) == false)
            #expect(try await world.audited() == ["ann@test pause", "ann@test resume"])
            await #expect(throws: OperationsError.self) {
                try await world.session.pause(.workspace("nobody"), reason: nil)
            }
        }
    }

    @Test func aNodeHearsOfAPause() async throws {
        try await World.with { world in
            func version() async throws -> Int64 {
                try await world.sql.query("SELECT sluice_control_version()").scalar(Int64.self)
            }
            let before = try await version()
            try await world.session.pause(.workspace("default"), reason: nil)
            #expect(try await version() > before)
        }
    }

    @Test func sequencesAreListedWithTheirContacts() async throws {
        try await World.with { world in
            try await world.populate(leads: 3)
            try await world.session.addSuppression(World.phone(0), workspace: nil, reason: "asked")
            try await world.session.pauseSequence("Welcome")
            let line = try #require(try await world.session.listSequences().first)
            #expect(line.contacts == ["active": 2, "cancelled": 1])
            #expect(!line.isActive)
            #expect(line.steps == 2)
            await #expect(throws: OperationsError.notFound(kind: "sequence", given: "Welcom", nearest: ["Welcome"])) {
                try await world.session.pauseSequence("Welcom")
            }
        }
    }

    @Test func twoSequencesOfOneNameNeedAnID() async throws {
        try await World.with { world in
            try await world.addSequence("Same", trigger: "a")
            let id = try await world.addSequence("Same", trigger: "b")
            await #expect(throws: OperationsError.self) { try await world.session.pauseSequence("Same") }
            try await world.session.pauseSequence(id.uuidString)
            #expect(try await world.session.listSequences().filter(\.isActive).count == 1)
        }
    }

    @Test func suppressionsComeAndGo() async throws {
        try await World.with { world in
            let phone = "+62 811-000-0009"
            let isNew = try await world.session.addSuppression(phone, workspace: nil, reason: nil)
            #expect(isNew)
            #expect(try await world.session.addSuppression(phone, workspace: nil, reason: nil) == false)
            #expect(try await world.session.listSuppressions(phone: phone).map(\.workspace) == ["*"])
            #expect(try await world.session.removeSuppression("628110000009", workspace: nil))
            #expect(try await world.session.removeSuppression("628110000009", workspace: nil) == false)
            #expect(try await world.session.listSuppressions().isEmpty)
            #expect(try await world.audited() == ["ann@test suppressions.add", "ann@test suppressions.remove"])
        }
    }
}
