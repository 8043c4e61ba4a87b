import FoundationEssentials
import NATSDriver
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import SluiceWire
import TestSupport

/// A migrated database with an operator's session on it, and one leader and one shard that are driven by hand.
struct World: Sendable {
    let fixture: StoreFixture
    let session: OperatorSession
    let leader: PostgresCoordinatorStore
    let shard: PostgresShardStore
    var sql: PostgresConnection { fixture.sql }

    @discardableResult
    static func with<Value: Sendable>(
        nats: NATSConnection? = nil, _ body: @escaping @Sendable (World) async throws -> Value
    ) async throws -> Value {
        try await StoreFixture.with { fixture in
            guard let subjects = Subjects(cluster: "test") else { throw MissingValue(name: "subjects") }
            let session = OperatorSession(database: fixture.sql, nats: nats, subjects: subjects, actor: "ann@test")
            return try await body(
                World(
                    fixture: fixture, session: session, leader: PostgresCoordinatorStore(pools: fixture.pools),
                    shard: PostgresShardStore(pools: fixture.pools, windows: CapWindows())))
        }
    }

    @discardableResult
    func addGateway() async throws -> String {
        try await session.addGateway(.test)
        return NewGateway.test.id
    }

    @discardableResult
    func addDevice(_ name: String = "north", phone: String = "628110000001") async throws -> UUID {
        var device = NewDevice(name: name)
        device.phone = phone
        return try await session.addDevice(device)
    }

    /// A sequence of two steps without delay, entered by `trigger`.
    @discardableResult
    func addSequence(_ name: String = "Welcome", trigger: String = "welcome") async throws -> UUID {
        let id = try await sql.query("INSERT INTO sequences (name) VALUES ($1) RETURNING id", [.string(name)])
            .scalar(UUID.self)
        try await sql.query(
            """
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours,
                is_entry_point, content)
            VALUES ($1, 1, $2, $2 || '_2', 0, true, 'Hello'), ($1, 2, $2 || '_2', NULL, 0, false, 'Bye')
            """, [.uuid(id), .string(trigger)])
        return id
    }

    @discardableResult
    func addLead(_ phone: String, trigger: String? = "welcome") async throws -> UUID {
        try await sql.query(
            "INSERT INTO leads (name, phone, trigger) VALUES ('Ann', $1, $2) RETURNING id",
            [.string(phone), .string(trigger)]
        ).scalar(UUID.self)
    }

    /// Gateway, device, sequence and so many leads, enrolled.
    func populate(leads: Int = 1) async throws {
        try await addGateway()
        try await addDevice()
        try await addSequence()
        for n in 0..<leads { try await addLead(Self.phone(n)) }
        try await workOffIntake()
    }

    static func phone(_ n: Int) -> String { "\(629_000_000_001 + n)" }

    /// What the leader does with the intake tables, until they are empty.
    func workOffIntake() async throws {
        try await eventually("the intake to be worked off") {
            _ = try await leader.enroll(limit: 1_000)
            return try await sql.query(
                "SELECT (SELECT count(*) FROM enrollment_intake) + (SELECT count(*) FROM intake_scans) = 0"
            ).scalar(Bool.self)
        }
    }

    /// The audit log's actions, oldest first.
    func audited() async throws -> [String] {
        try await sql.query("SELECT actor || ' ' || action FROM audit_log ORDER BY id").column(String.self, at: 0)
    }

    func onlyContact() async throws -> UUID {
        try await sql.query("SELECT id FROM sequence_contacts").scalar(UUID.self)
    }

    func why(_ subject: String = phone(0)) async throws -> [String] {
        try await session.why(subject).enrollments.flatMap(\.reasons).map(\.code)
    }

    func status(_ contact: UUID) async throws -> String {
        try await sql.query("SELECT status FROM sequence_contacts WHERE id = $1", [.uuid(contact)]).scalar(String.self)
    }
}

struct MissingValue: Error { var name: String }

extension NewGateway {
    static var test: NewGateway {
        var gateway = NewGateway(id: "sim", dialect: "gowa", baseURL: "http://127.0.0.1:1")
        gateway.credentials = ["username": "u", "password": "hidden"]
        gateway.isDefault = true
        return gateway
    }
}
