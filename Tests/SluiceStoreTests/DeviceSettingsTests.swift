import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Settings of a device that cannot be used: refused when written, and when they got in all the same, one device's
/// trouble.
@Suite struct DeviceSettingsTests {
    static let badWindows = [
        #"[{"secs": 60}]"#, #"[{"seconds": 1e300, "limit": 20}]"#, #"[{"seconds": "60", "limit": 20}]"#,
        #"[{"seconds": 60, "limit": 0.5}]"#, #"[{"seconds": 60, "limit": 1e12}]"#, #"[{"seconds": 0, "limit": 5}]"#,
        #"{"seconds": 60, "limit": 20}"#, #"[60]"#, #"null"#, #"[null]"#, #"[{"seconds": 90000, "limit": 5}]"#,
    ]
    static let badCredentials = [#"{"token": 5}"#, #"["token"]"#, #""token""#, #"{"token": null}"#, #"{"a": {}}"#]

    private func refusal(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
        } catch let error as PostgresError {
            return "\(error.sqlState ?? "") \(error)"
        }
        return ""
    }

    @Test func nodesReadWhichShareTheWorkspacesCampaignsKeep() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            func floors() async throws -> [FloorShare] {
                try await world.leader.routes().map(\.floor)
                    + world.shard.devices(in: Array(HashSlot.all)).map(\.floor)
            }
            #expect(try await floors() == [.standard, .standard])
            let version = "SELECT sluice_device_version()"
            let before = try await world.sql.query(version).scalar(Int64.self)
            try await world.sql.query(
                """
                INSERT INTO workspaces (id, name, floor_low) VALUES ('default', 'Default', 0.25)
                ON CONFLICT (id) DO UPDATE SET floor_low = 0.25
                """)
            #expect(try await floors() == [FloorShare(0.25), FloorShare(0.25)])
            #expect(try await world.sql.query(version).scalar(Int64.self) > before, "nodes are told to look")
        }
    }

    @Test(arguments: badWindows) func windowsAreRefusedByName(_ windows: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let said = try await refusal {
                try await world.sql.query("UPDATE device_caps SET windows = $1::text::jsonb", [.string(windows)])
            }
            #expect(said.hasPrefix("23514") && said.contains("windows"), "\(said)")
        }
    }

    @Test(arguments: badCredentials) func credentialsAreRefusedWithoutShowingThem(_ credentials: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            let ofDevice = try await refusal {
                try await world.sql.query(
                    "UPDATE device_caps SET credentials = $1::text::jsonb", [.string(credentials)])
            }
            let ofGateway = try await refusal {
                try await world.sql.query(
                    """
                    INSERT INTO gateways (id, dialect, base_url, credentials)
                    VALUES ('g', 'gowa', 'http://a', $1::text::jsonb)
                    """,
                    [.string(credentials)])
            }
            for said in [ofDevice, ofGateway] {
                #expect(said.hasPrefix("23514") && said.contains("credentials"), "\(said)")
            }
        }
    }

    @Test(arguments: badWindows + badCredentials) func oneBadDeviceHoldsUpNoOther(_ value: String) async throws {
        try await PostgresWorld.with { world in
            let bad = try await world.addDevice("628110000001")
            let good = try await world.addDevice("628110000002")
            let column = Self.badWindows.contains(value) ? "windows" : "credentials"
            try await world.sql.execute(
                script: """
                    ALTER TABLE device_caps DISABLE TRIGGER sluice_device_settings_written;
                    UPDATE device_caps SET \(column) = '\(value)' WHERE device_id = '\(bad.rawValue)';
                    UPDATE device_caps SET hourly_cap = 7 WHERE device_id = '\(good.rawValue)';
                    """)
            let profiles = try await world.shard.devices(in: Array(HashSlot.all))
            #expect(profiles.count == 2)
            for profile in profiles {
                if profile.id == bad {
                    #expect(profile.settingsProblem?.contains(column) == true)
                } else {
                    #expect(profile.settingsProblem == nil)
                    #expect(profile.caps.windows.first?.limit == 7)
                }
            }
        }
    }

    /// The last years that PostgreSQL knows, and none at all.
    @Test(arguments: ["infinity", "-infinity", "294276-12-31 23:59:59+00", "4713-01-01 00:00:00+00 BC"])
    func anyTimeCanBeRead(_ time: String) async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)], device: device)
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            try await world.sql.query(
                "UPDATE sequence_contacts SET next_trigger_time = $1::text::timestamptz", [.string(time)])
            try await world.sql.query("UPDATE device_caps SET history_from = $1::text::timestamptz", [.string(time)])
            try await world.shard.record(
                .banned(until: DatabaseTime(microseconds: .max)), detail: "spam", of: device)
            try await world.sql.query("UPDATE device_states SET until = $1::text::timestamptz", [.string(time)])
            #expect(try await world.shard.devices(in: Array(HashSlot.all)).count == 1)
            #expect(try await world.leader.lanes().count == 1)
        }
    }
}
