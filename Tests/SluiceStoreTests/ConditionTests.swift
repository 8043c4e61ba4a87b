import PostgresDriver
import SluiceStore
import Testing

/// The language of conditions: what may be written, and what it means.
@Suite struct ConditionTests {
    static let lead = """
        {"name": "Ann", "phone": "628115550001", "email": null, "niche": " fitness ", "status": "",
         "time_zone": "Asia/Jakarta", "trigger": "fitness_start,vip"}
        """

    static let meanings: [(condition: String, holds: Bool)] = [
        (#"{"field": "niche", "equals": "fitness"}"#, true),
        (#"{"field": "niche", "equals": "Fitness"}"#, false),
        (#"{"field": "niche", "equals": "fit"}"#, false),
        (#"{"field": "niche", "not_equals": "crypto"}"#, true),
        (#"{"field": "niche", "not_equals": "fitness"}"#, false),
        (#"{"field": "niche", "in": ["crypto", "fitness"]}"#, true),
        (#"{"field": "niche", "in": ["crypto"]}"#, false),
        (#"{"field": "niche", "contains": "itne"}"#, true),
        (#"{"field": "phone", "starts_with": "62"}"#, true),
        (#"{"field": "phone", "starts_with": "49"}"#, false),
        (#"{"field": "trigger", "contains": "vip"}"#, true),
        (#"{"field": "trigger", "contains": "fitness"}"#, false),
        (#"{"field": "trigger", "exists": true}"#, true),
        // Absent: NULL or blank.
        (#"{"field": "email", "exists": true}"#, false),
        (#"{"field": "email", "exists": false}"#, true),
        (#"{"field": "status", "exists": true}"#, false),
        (#"{"field": "email", "equals": "a@b"}"#, false),
        (#"{"field": "email", "not_equals": "a@b"}"#, true),
        (#"{"field": "email", "in": ["a@b"]}"#, false),
        (#"{"field": "email", "contains": "a"}"#, false),
        (#"{"field": "email", "starts_with": "a"}"#, false),
        (#"{"not": {"field": "email", "exists": true}}"#, true),
        (#"{"all": [{"field": "name", "equals": "Ann"}, {"field": "niche", "equals": "crypto"}]}"#, false),
        (#"{"any": [{"field": "name", "equals": "Bob"}, {"field": "niche", "equals": "fitness"}]}"#, true),
        (#"{"any": [{"all": [{"not": {"field": "name", "equals": "Ann"}}]}]}"#, false),
    ]

    @Test func aConditionMeansWhatItSays() async throws {
        try await PostgresWorld.with { world in
            for (condition, holds) in Self.meanings {
                let row = try await world.sql.query(
                    """
                    SELECT sluice_condition_problem($1::text::jsonb) AS problem,
                        sluice_condition_holds($1::text::jsonb, $2::text::jsonb) AS holds
                    """, [.string(condition), .string(Self.lead)])[0]
                #expect(try row.decode(String?.self, "problem") == nil, "\(condition)")
                #expect(try row.decode(Bool?.self, "holds") == holds, "\(condition)")
            }
        }
    }

    /// What is wrong, and a word that the sentence about it must have.
    static let malformed: [(condition: String, word: String)] = [
        ("1", "object"), ("null", "object"), ("[]", "object"), ("{}", "names no field"),
        (#"{"field": "nich", "equals": "x"}"#, "no field \"nich\"; there are name, phone"),
        (#"{"field": null, "equals": "x"}"#, "no field null"),
        (#"{"field": "niche"}"#, "one operator"), (#"{"field": "niche", "is": "x"}"#, "one operator"),
        (#"{"field": "niche", "equals": "x", "exists": true}"#, "one operator"),
        (#"{"field": "niche", "equals": 1}"#, "takes a text"), (#"{"field": "niche", "equals": ""}"#, "takes a text"),
        (#"{"field": "niche", "equals": null}"#, "takes a text"), (#"{"field": "niche", "in": []}"#, "list of texts"),
        (#"{"field": "niche", "in": ["x", 1]}"#, "list of texts"), (#"{"field": "niche", "in": "x"}"#, "list of texts"),
        (#"{"field": "niche", "exists": "yes"}"#, "true or false"),
        (#"{"field": "trigger", "equals": "x"}"#, "list of triggers"),
        (#"{"all": []}"#, "at least one"), (#"{"any": {}}"#, "at least one"), (#"{"not": []}"#, "object"),
        (#"{"all": [{"field": "niche", "equals": "x"}], "field": "name"}"#, "stand alone"),
        (#"{"any": [{"field": "niche", "equals": "x"}, {"field": "x", "equals": "x"}]}"#, "no field \"x\""),
        (
            String(repeating: #"{"not": "#, count: 8) + #"{"field": "name", "exists": true}"#
                + String(repeating: "}", count: 8), "deeper than 8"
        ),
        (#"{"field": "name", "equals": ""# + String(repeating: "x", count: 8_000) + #""}"#, "longer than 8000"),
    ]

    @Test func aMalformedConditionIsRefusedByName() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            for (condition, word) in Self.malformed {
                let error = await #expect(throws: PostgresError.self, "\(condition)") {
                    try await world.addBranch("a", 1, condition, next: "a")
                }
                #expect(error?.sqlState == "23514", "\(condition)")
                #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
                // What got in all the same stops nobody.
                let holds = try await world.sql.query(
                    "SELECT sluice_condition_holds($1::text::jsonb, '{}')", [.string(condition)]
                ).scalar(Bool?.self)
                #expect(holds != nil, "\(condition)")
            }
            let missing = await #expect(throws: PostgresError.self) {
                try await world.sql.query(
                    """
                    INSERT INTO sequence_branches (step_id, position, condition)
                    VALUES (gen_random_uuid(), 1, '{"field": "name", "exists": true}')
                    """)
            }
            #expect(missing?.sqlState == "23503")
            #expect(try await world.sql.query("SELECT count(*) FROM sequence_branches").scalar(Int64.self) == 0)
        }
    }
}

extension PostgresWorld {
    /// A branch of the step that `trigger` names.
    func addBranch(_ trigger: String, _ position: Int32, _ condition: String, next: String?) async throws {
        try await sql.query(
            """
            INSERT INTO sequence_branches (step_id, position, condition, next_trigger)
            SELECT id, $2, $3::text::jsonb, $4 FROM sequence_steps WHERE trigger = $1
            """, [.string(trigger), .int32(position), .string(condition), .string(next)])
    }

    /// Decides all branches that wait.
    func decide() async throws {
        while try await leader.decideBranches(limit: 1000).more {}
    }
}
