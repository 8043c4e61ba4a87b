import PostgresDriver
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// CSV in and out.
@Suite struct ListTests {
    private static func run(
        _ text: String, _ list: PeopleList = .leads, dryRun: Bool = false, in workspace: String = "default",
        on session: OperatorSession
    ) async throws -> ListReport {
        // In pieces that end anywhere.
        var rest = Array(text.utf8)[...]
        return try await session.importList(list, in: workspace, isDryRun: dryRun) {
            defer { rest = rest.dropFirst(7) }
            return rest.isEmpty ? nil : Array(rest.prefix(7))
        }
    }

    private static let people = """
        \u{FEFF}Phone,name,time_zone,trigger\r
        +49 151-2345671,"Lee, Ann",Europe/Berlin,welcome\r
        491512345672,Ben,,\r
        491512345671,Ann again,,\r
        12,too short,,\r
        491512345673,Cem,Mars/North,\r
        491512345674,"open"x,,\r
        491512345675,Dee\r
        491512345676,stopped,,\r
        491512345677,Eva,,\r

        """

    @Test func aDryRunCountsAndTheRunDoesTheSame() async throws {
        try await World.with { world in
            try await world.addSequence()
            try await world.session.addSuppression("491512345676", workspace: nil, reason: nil)
            try await world.addLead("+49 1512345677", trigger: nil)
            let dry = try await Self.run(Self.people, dryRun: true, on: world.session)
            #expect(dry.records == 9 && dry.valid == 2 && dry.duplicate == 2 && dry.suppressed == 1 && dry.invalid == 4)
            #expect(
                dry.problems.map { "\($0.line) \($0.column ?? "-") \($0.code)" } == [
                    "5 phone invalid_phone", "6 time_zone invalid_time_zone", "7 - text_after_quote",
                    "8 - wrong_number_of_fields",
                ])
            let count = { try await world.sql.query("SELECT count(*) FROM leads").scalar(Int64.self) }
            #expect(try await count() == 1)
            var done = try await Self.run(Self.people, on: world.session)
            done.dryRun = true
            #expect(done == dry)
            #expect(try await count() == 3)
            let ann = try await world.sql.query(
                "SELECT name || '/' || time_zone || '/' || trigger FROM leads WHERE phone = '+49 151-2345671'")
            #expect(try ann.scalar(String.self) == "Lee, Ann/Europe/Berlin/welcome")
            let again = try await Self.run(Self.people, on: world.session)
            #expect(again.valid == 0 && again.duplicate == 4)
            #expect(try await count() == 3)
            #expect(try await world.audited().last == "ann@test leads.import")
        }
    }

    private struct CutShort: Error {}

    @Test func whatARunAddedBeforeItWasCutShortIsInTheAuditLog() async throws {
        try await World.with { world in
            let lines = (0..<2_500).map { "4915100\(10_000 + $0)\n" }
            var rest = (["phone\n"] + lines)[...]
            await #expect(throws: CutShort.self) {
                try await world.session.importList(.leads, in: "default", isDryRun: false) {
                    guard let line = rest.popFirst() else { throw CutShort() }
                    return Array(line.utf8)
                }
            }
            let told = try await world.sql.query(
                "SELECT concat_ws(' ', action, target, after) FROM audit_log ORDER BY id"
            ).column(String.self, at: 0)
            #expect(
                told == [
                    #"leads.import default {"added": 1000, "toLine": 1001, "fromLine": 2}"#,
                    #"leads.import default {"added": 1000, "toLine": 2001, "fromLine": 1002}"#,
                ])
            #expect(try await world.sql.query("SELECT count(*) FROM leads").scalar(Int64.self) == 2_000)
        }
    }

    @Test func aFileThatIsNotOfThisListIsRefusedBeforeAnything() async throws {
        try await World.with { world in
            for (text, word) in [
                ("", "empty"), ("phone,shoe\n1,2\n", "shoe"), ("name\nAnn\n", "phone"), ("phone,phone\n", "twice"),
                ("\"phone\n", "cannot be read"), ("phone;name\n1;2\n", "commas"), ("\u{FF}", "there is no column"),
            ] {
                let error = await #expect(throws: OperationsError.self) { try await Self.run(text, on: world.session) }
                #expect(error?.field == "file", "\(text): \(error as Any)")
                #expect("\(error as Any)".contains(word), "\(text)")
            }
            await #expect(throws: OperationsError.self) {
                try await Self.run("phone\n", in: "nowhere", on: world.session)
            }
        }
    }

    @Test func aRowThatTheDatabaseRefusesKeepsNobodyElseOut() async throws {
        try await World.with { world in
            try await world.sql.query("ALTER TABLE leads ADD CHECK (name <> 'Bad')")
            let lines = (0..<2_300).map { "4915100\(10_000 + $0),\($0 % 1_000 == 7 ? "Bad" : "Good")\n" }
            let report = try await Self.run("phone,name\n" + lines.joined(), on: world.session)
            #expect(report.valid == 2_297 && report.invalid == 3, "\(report)")
            #expect(report.problems.map(\.line) == [9, 1_009, 2_009])
            #expect(report.problems.allSatisfy { $0.code == "refused_by_database" })
            #expect(try await world.sql.query("SELECT count(*) FROM leads").scalar(Int64.self) == 2_297)
        }
    }

    @Test func whatIsExportedIsImportedToNothingNew() async throws {
        try await World.with { world in
            let subscribers = """
                page_id,user_id,user_name,is_active,can_reply,window_expires_at
                1,491512345671,"Ann ""A"" Lee",true,false,2099-01-01T00:00:00+02:00
                1,psid-2,,,,
                1,psid-2,again,,,
                9007199254740993,491512345671,Ann,false,,
                x,1,,,,
                2,,,,,
                2,3,,maybe,,

                """
            let report = try await Self.run(subscribers, .subscribers, on: world.session)
            #expect(report.valid == 3 && report.duplicate == 1 && report.invalid == 3, "\(report)")
            #expect(report.problems.map(\.column) == ["page_id", "user_id", "is_active"])
            _ = try await Self.run(Self.people, on: world.session)
            for list in PeopleList.allCases {
                var text = ""
                let people = try await world.session.exportList(list, in: "default").write { text += $0 }
                #expect(people == (list == .leads ? 4 : 3))
                let again = try await Self.run(text, list, on: world.session)
                #expect(again.duplicate == people && again.valid == 0 && again.invalid == 0, "\(text)\(again)")
                let ann = list == .leads ? "\"Lee, Ann\"" : "\"Ann \"\"A\"\" Lee\",true,false,2098-12-31T22:00"
                #expect(text.contains(ann), "\(text)")
            }
        }
    }

    @Test func anExportHasEverybodyOfItsWorkspaceOnce() async throws {
        try await World.with { world in
            try await world.sql.query("INSERT INTO workspaces (id) VALUES ('w2')")
            try await world.sql.query(
                """
                INSERT INTO leads (phone, workspace_id)
                SELECT 491510000000 + n, CASE WHEN n <= 11000 THEN 'default' ELSE 'w2' END
                FROM generate_series(1, 11010) n
                """)
            var lines: [Substring] = []
            let people = try await world.session.exportList(.leads, in: "default").write {
                lines += $0.split(separator: "\r\n")
            }
            #expect(people == 11_000 && Set(lines).count == 11_001)
        }
    }
}
