internal import PostgresDriver

/// What operators paused, what sequences are built wrong, and whether the tables' upkeep is done.
enum ControlQueries {
    private static let mostSteps = 20

    private static let pausesSQL = "SELECT scope FROM pauses ORDER BY scope LIMIT 1000"

    private static let restoreSQL = "SELECT evidence FROM restores WHERE confirmed_at IS NULL"

    private static let brokenSQL = """
        SELECT DISTINCT coalesce(q.name, q.id::text) AS sequence, coalesce(st.trigger, '') AS trigger,
            CASE WHEN st.is_endless THEN '' ELSE way.next_trigger END AS next, st.is_endless
        FROM sequence_steps st JOIN sequences q ON q.id = st.sequence_id
        CROSS JOIN LATERAL (
            SELECT st.next_trigger UNION ALL
            SELECT b.next_trigger FROM sequence_branches b WHERE b.step_id = st.id) way
        WHERE q.is_active AND (st.is_endless OR nullif(way.next_trigger, '') IS NOT NULL AND NOT EXISTS (
            SELECT FROM sequence_steps n WHERE n.workspace_id = st.workspace_id AND n.trigger = way.next_trigger))
        ORDER BY 1, 2 LIMIT \(mostSteps)
        """

    private static let webhooksSQL = """
        SELECT id, workspace_id, problem, count(*) OVER () AS n FROM (
            SELECT id, workspace_id, coalesce(problem, 'somebody did it by hand') AS problem FROM webhook_endpoints
            WHERE NOT is_active AND removed_at IS NULL ORDER BY id LIMIT \(IntakeQueries.mostSetAside)) w
        ORDER BY id LIMIT 1
        """

    private static let upkeepSQL = """
        SELECT to_regclass('send_ledger_' || to_char(d.day, 'YYYYMMDD')) IS NOT NULL AS today,
            to_regclass('send_ledger_' || to_char(d.day + 1, 'YYYYMMDD')) IS NOT NULL AS tomorrow
        FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS day) d
        """

    static func facts(_ database: any PostgresExecutor, within limit: Duration) async throws -> ControlFacts {
        let scopes = try await database.query(pausesSQL, deadline: limit).column(String.self, at: 0)
        var facts = ControlFacts(
            isEverythingPaused: scopes.contains("*"), pausedWorkspaces: scopes.filter { $0 != "*" }, brokenSteps: [],
            endlessSteps: [], hasLedgerToday: true, hasLedgerTomorrow: true)
        for row in try await database.query(brokenSQL, deadline: limit) {
            let step = ControlFacts.Step(
                sequence: Words.cut(try row.decode(String.self, "sequence")),
                trigger: Words.cut(try row.decode(String.self, "trigger")),
                next: Words.cut(try row.decode(String?.self, "next") ?? ""))
            if try row.decode(Bool.self, "is_endless") {
                facts.endlessSteps.append(step)
            } else {
                facts.brokenSteps.append(step)
            }
        }
        if let row = try await database.query(upkeepSQL, deadline: limit).first {
            facts.hasLedgerToday = try row.decode(Bool.self, "today")
            facts.hasLedgerTomorrow = try row.decode(Bool.self, "tomorrow")
        }
        facts.clockSteps = try await ClockStep.open(database, within: limit)
        facts.restoreEvidence = try await database.query(restoreSQL, deadline: limit).column(String.self, at: 0).first
        facts.oldestIntakeSeconds = try await IntakeQueries.oldestSeconds(database, within: limit)
        facts.intakeSetAside = try await IntakeQueries.setAside(database, within: limit)
        facts.workSetAside = try await IntakeQueries.workSetAside(database, within: limit)
        facts.progressSetAside = try await IntakeQueries.progressSetAside(database, within: limit)
        facts.completionsRefused = try await IntakeQueries.completionsRefused(database, within: limit)
        if let row = try await database.query(webhooksSQL, deadline: limit).first {
            let (id, workspace) = (try row.decode(String.self, "id"), try row.decode(String.self, "workspace_id"))
            facts.webhooksOff = (
                Int(try row.decode(Int64.self, "n")),
                "\(id) of \"\(Words.cut(workspace))\", \(Words.cut(try row.decode(String.self, "problem")))"
            )
        }
        return facts
    }
}
