import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct DeviceTests {
    @Test func aDeviceIsAddedWithWhatItIsGiven() async throws {
        try await World.with { world in
            try await world.addGateway()
            var device = NewDevice(name: "north")
            device.phone = "+62 811-000-0001"
            device.baseURL = "http://10.0.0.1:3000"
            device.caps = CapValues(hourly: 5, daily: 50, concurrent: 2)
            let id = try await world.session.addDevice(device)
            let line = try #require(try await world.session.listDevices().first)
            #expect(line.id == id)
            #expect(line.caps == device.caps)
            #expect(line.phone == "628110000001")
            #expect(line.state == "connected")
            #expect(line.usedHour == 0)
            #expect(try await world.audited() == ["ann@test gateways.add", "ann@test devices.add"])
            await #expect(throws: OperationsError.self) { try await world.session.addDevice(device) }
        }
    }

    @Test func whatDoesNotExistIsNamedWithWhatIsNear() async throws {
        try await World.with { world in
            try await world.addDevice("north-1")
            await #expect(throws: OperationsError.notFound(kind: "device", given: "nort-1", nearest: ["north-1"])) {
                try await world.session.pauseDevice("nort-1", reason: nil)
            }
            var device = NewDevice(name: "south")
            device.workspace = "defualt"
            await #expect(throws: OperationsError.notFound(kind: "workspace", given: "defualt", nearest: ["default"])) {
                try await world.session.addDevice(device)
            }
            device.workspace = "default"
            device.gateway = "sim"
            await #expect(throws: OperationsError.notFound(kind: "gateway", given: "sim", nearest: [])) {
                try await world.session.addDevice(device)
            }
        }
    }

    @Test func aDeviceIsFoundByNameIDAndPhone() async throws {
        try await World.with { world in
            let id = try await world.addDevice()
            for given in ["north", id.uuidString, "+62 811 000 0001"] {
                try await world.session.pauseDevice(given, reason: "r")
                #expect(try await world.session.listDevices(state: "paused").map(\.id) == [id])
                try await world.session.resumeDevice(given)
                #expect(try await world.session.listDevices(state: "paused").isEmpty)
            }
        }
    }

    @Test(arguments: ["0/1/1", "80/800", "a/b/c", "-1/5/5", "80/800/99999999999", "80/800/50/1", ""])
    func capsThatCannotBe(_ text: String) {
        #expect(throws: OperationsError.self) { try CapValues(parsing: text) }
    }

    @Test(arguments: [
        ("99999999999/1/1", "99999999999 is too large"), ("1/1/99999999999999999999", "is too large"),
        ("-1/5/5", "above 0"), ("5/-99999999999999999999/5", "above 0"), ("5/x/5", "not hourly/daily/concurrent"),
    ])
    func capsThatCannotBeSayWhy(_ text: String, _ words: String) {
        let error = #expect(throws: OperationsError.self) { try CapValues(parsing: text) }
        #expect("\(String(describing: error))".contains(words))
    }

    @Test func capsAreChangedAndAudited() async throws {
        try await World.with { world in
            try await world.addDevice()
            let before = try await world.session.setCaps(of: "north", to: try CapValues(parsing: "10/100/5"))
            #expect(before == CapValues(hourly: 80, daily: 800, concurrent: 50))
            let audit = try await world.sql.query(
                "SELECT before->>'hourly' || ' ' || (after->>'hourly') FROM audit_log WHERE action = 'devices.caps'")
            #expect(try audit.scalar(String.self) == "80 10")
        }
    }

    @Test func aMoveTakesWhatWaitsAndLeavesWhatIsInFlight() async throws {
        try await World.with { world in
            try await world.populate(leads: 4)
            let flight = try await Flight.start(world)
            let south = try await world.addDevice("south", phone: "628110000002")
            try await world.sql.query(
                "UPDATE leads SET device_id = (SELECT id FROM user_devices WHERE device_name = 'north')")
            _ = try await flight.reserve(try await flight.claim(limit: 1))
            let dry = try await world.session.moveDevice(from: "north", to: "south", isDryRun: true)
            #expect(dry.contacts == 3)
            #expect(dry.leads == 4)
            #expect(dry.inFlight == 1)
            let report = try await world.session.moveDevice(from: "north", to: "south", isDryRun: false)
            #expect(report.contacts == 3)
            #expect(report.leads == 4)
            try await world.workOffIntake()
            let moved = try await world.sql.query(
                """
                SELECT count(*) FROM sequence_contacts c JOIN lanes l ON l.id = c.lane_id
                WHERE l.device_id = $1 AND c.assigned_device_id = $1 AND c.status = 'active'
                """, [.uuid(south)])
            #expect(try moved.scalar(Int64.self) == 3)
            let again = try await world.session.moveDevice(from: "north", to: "south", isDryRun: false)
            #expect(again.contacts == 0)
            #expect(try await world.session.listDevices().map(\.waiting) == [1, 3])
        }
    }

    @Test func aMoveTakesMoreThanOneChunk() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.addDevice("south", phone: "628110000002")
            try await world.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, assigned_device_id)
                SELECT (SELECT id FROM sequences), (630000000000 + n)::text, (SELECT id FROM user_devices WHERE
                    device_name = 'north')
                FROM generate_series(1, 2500) n
                """)
            try await world.workOffIntake()
            let report = try await world.session.moveDevice(from: "north", to: "south", isDryRun: false)
            #expect(report.contacts == 2_501)
        }
    }

    @Test func aMoveToAnotherWorkspaceIsRefused() async throws {
        try await World.with { world in
            try await world.addDevice()
            try await world.sql.query("INSERT INTO workspaces (id) VALUES ('other')")
            var device = NewDevice(name: "south")
            device.workspace = "other"
            _ = try await world.session.addDevice(device)
            await #expect(throws: OperationsError.self) {
                try await world.session.moveDevice(from: "north", to: "south", isDryRun: false)
            }
        }
    }

    @Test func credentialsAreNeverShown() async throws {
        try await World.with { world in
            try await world.addGateway()
            let gateways = try await world.session.listGateways()
            #expect(gateways.first?.credentials == ["password", "username"])
            let text = try JSONText.pretty(gateways) + DeviceText.render(gateways, width: 200)
            let audit = try await world.sql.query("SELECT after::text FROM audit_log").scalar(String.self)
            #expect(!(text + audit).contains("hidden"))
        }
    }

    @Test(arguments: [("ftp", "http://x"), ("gowa", "x"), ("gowa", "http://"), ("gowa", "http://u:p@host")])
    func gatewaysThatCannotBe(_ dialect: String, _ url: String) async throws {
        try await World.with { world in
            await #expect(throws: OperationsError.self) {
                try await world.session.addGateway(NewGateway(id: "g", dialect: dialect, baseURL: url))
            }
        }
    }
}
