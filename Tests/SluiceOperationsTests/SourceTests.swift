import FoundationEssentials
import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

@Suite struct SourceTests {
    private static func change(_ edit: (inout SourceChange) throws -> Void) rethrows -> SourceChange {
        var change = SourceChange()
        try edit(&change)
        return change
    }

    @Test func settingsAreSetShownAndTakenAway() async throws {
        try await World.with { world in
            try await world.populate()
            let all = Self.change {
                $0.ratePerMinute = .set(60)
                $0.quietHours = .set("20:00-08:00")
                $0.expiresAfter = .set("2h")
            }
            let set = try await world.session.setSource(.sequence, "Welcome", to: all)
            #expect(set.ratePerMinute == 60 && set.quietHours == "20:00-08:00" && set.expiresAfterSeconds == 7_200)
            #expect(set.claimedLastMinute == 0 && set.name == "Welcome")
            let fewer = try await world.session.setSource(
                .sequence, "Welcome", to: Self.change { $0.quietHours = .clear })
            #expect(fewer.ratePerMinute == 60 && fewer.quietHours == nil && fewer.expiresAfterSeconds == 7_200)
            #expect(try await world.session.listSources(settingsOnly: true).sources == [fewer])
            #expect(try await world.audited().suffix(2) == ["ann@test sources.set", "ann@test sources.set"])
            await #expect(throws: OperationsError.self) {
                try await world.session.setSource(.sequence, "Welcome", to: fewer.in("elsewhere"), in: "elsewhere")
            }
        }
    }

    @Test func aTriggersSourceIsMadeWithItsPriority() async throws {
        try await World.with { world in
            let line = try await world.session.setSource(
                .trigger, "7", to: Self.change { $0.ratePerMinute = .set(20) })
            #expect(line.id == "7" && line.name == "trigger 7" && line.workspace == "default")
            let row = try await world.sql.query(
                "SELECT priority, on_unknown, source_id = sluice_trigger_source('default', 7) AS is_it FROM sources WHERE kind = 'trigger' AND workspace_id = 'default'"
            )[0]
            #expect(try row.decode(Int32.self, "priority") == 1 && row.decode(Bool.self, "is_it"))
            #expect(try row.decode(String.self, "on_unknown") == "continue")
        }
    }

    @Test func pagesGoOnWhereTheLastOneEnded() async throws {
        try await World.with { world in
            for number in 0..<5 { try await world.addSequence("S\(number)", trigger: "t\(number)") }
            var names: [String] = []
            var cursor: String?
            repeat {
                let page = try await world.session.listSources(after: cursor, most: 2)
                names += page.sources.map(\.name)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(names.sorted() == ["S0", "S1", "S2", "S3", "S4"])
            await #expect(throws: OperationsError.self) { try await world.session.listSources(after: "nothing") }
        }
    }

    @Test(arguments: [
        "", "20:00", "8:00-20:00", "20:00-20:00", "24:00-08:00", "20:00-08:00-09:00", "a-b", "20:0x-08:00",
    ])
    func whatIsNoQuietHours(_ text: String) {
        #expect(throws: OperationsError.self) { try QuietHours(parsing: text) }
    }

    @Test(arguments: ["", "2", "h", "0h", "-1h", "1.5h", "2 h", "3651d", "99999999999999999999d"])
    func whatIsNoTime(_ text: String) {
        #expect(throws: OperationsError.self) { try Span(parsing: text, field: "expiresAfter") }
    }

    @Test func aRequestKeepsWhatItDoesNotName() throws {
        func decode(_ text: String) throws -> SourceChange {
            try JSONDecoder().decode(SourceChange.self, from: Data(text.utf8))
        }
        let change = try decode(#"{"ratePerMinute": null, "quietHours": "21:00-07:30"}"#)
        #expect(change.ratePerMinute == .clear && change.expiresAfter == .keep)
        #expect(change.quietHours == .set("21:00-07:30"))
        #expect(throws: DecodingError.self) { try decode(#"{"ratePerMinute": "60"}"#) }
    }

    @Test func whySaysWhatHoldsAMessageBack() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.query(
                """
                UPDATE sources SET rate_per_minute = 1,
                    quiet_from = ((now() AT TIME ZONE 'Europe/Madrid') - interval '1 hour')::time(0),
                    quiet_to = ((now() AT TIME ZONE 'Europe/Madrid') + interval '1 hour')::time(0)
                WHERE kind = 'sequence'
                """)
            try await world.sql.query("UPDATE sequence_contacts SET time_zone = 'Europe/Madrid'")
            try await world.sql.query("UPDATE source_paces SET claimed_at = ARRAY[now()], claimed = '{1}'")
            let reasons = try await world.session.why(World.phone(0)).enrollments.flatMap(\.reasons)
            #expect(Array(reasons.map(\.code).prefix(2)) == ["quiet_hours", "rate_used_up"])
            #expect(reasons[0].sentence.contains("Europe/Madrid") && reasons[0].until != nil)
            #expect(reasons[1].sentence.contains("rate of 1 a minute") && reasons[1].until != nil)
            let line = try #require(try await world.session.listSources(settingsOnly: true).sources.first)
            #expect(line.claimedLastMinute == 1 && line.pacedUntil != nil)
        }
    }
}

extension SourceLine {
    /// A change that sets what is set already.
    fileprivate func `in`(_ workspace: String) -> SourceChange {
        var change = SourceChange()
        change.ratePerMinute = .set(ratePerMinute ?? 1)
        change.workspaceId = workspace
        return change
    }
}
