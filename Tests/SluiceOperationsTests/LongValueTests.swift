import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import TestSupport
import Testing

/// Answers stay readable whatever users wrote, and promise nothing that does not happen.
@Suite struct LongValueTests {
    private static let long = String(repeating: "x", count: 900)

    @Test func aLongTriggerIsCut() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.query(
                "UPDATE leads SET trigger = $1::text", [.string(Self.long)])
            try await world.sql.query(
                "UPDATE sequence_contacts SET current_trigger = $1::text, last_error = $1::text", [.string(Self.long)])
            let text = WhyText.render(try await world.session.why(World.phone(0)), width: 80)
            #expect(text.count < 1_000, "\(text.count)")
            #expect(text.contains("xxx…"))
            var reader = StatusReader(world.session, natsError: "off")
            #expect(StatusText.render(await reader.read(), width: 80).count < 4_000)
        }
    }

    @Test func secondsAreNotPromisedWhileTheIntakeStands() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.addLead(World.phone(5))
            let moving = WhyText.render(try await world.session.why(World.phone(5)), width: 1_000)
            #expect(moving.contains("within seconds"))
            try await world.sql.query("UPDATE enrollment_intake SET not_before = now() - interval '10 minutes'")
            let standing = WhyText.render(try await world.session.why(World.phone(5)), width: 1_000)
            #expect(!standing.contains("within seconds"))
            #expect(standing.contains("has waited 10 min"), "\(standing)")
        }
    }

    @Test func whatIsStuckIsNamed() async throws {
        try await World.with { world in
            try await world.populate()
            let flight = try await Flight.start(world)
            _ = try await flight.claim(limit: 1)
            try await world.sql.query(
                "UPDATE sequence_contacts SET processing_started_at = processing_started_at - interval '10 minutes'")
            var reader = StatusReader(world.session, natsError: "off")
            let finding = await reader.read().findings.first { $0.code == .stuckProcessing }
            let contact = try await world.onlyContact().uuidString.lowercased()
            #expect(finding?.message.contains("contact \(contact) of \"Welcome\"") == true, "\(finding?.message ?? "")")
        }
    }

    /// Why, status and the lane's reason say what is wrong with a device whose settings got past the checks.
    @Test func unusableSettingsAreNamed() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.execute(
                script: """
                    ALTER TABLE device_caps DISABLE TRIGGER sluice_device_settings_written;
                    UPDATE device_caps SET windows = '[{"secs": 60}]';
                    """)
            #expect(try await world.why().contains("device_misconfigured"))
            var reader = StatusReader(world.session, natsError: "off")
            let finding = await reader.read().findings.first { $0.code == .devicesMisconfigured }
            #expect(finding?.message.contains("north (in windows, {\"secs\": 60} needs \"seconds\"") == true)
        }
    }
}
