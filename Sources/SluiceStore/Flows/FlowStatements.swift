internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// Flows and the steps they are compiled to.
enum FlowStatements {
    /// Takes rows of the intake and gives their flows. `$1`: rows of the intake.
    static let take = "DELETE FROM work_intake WHERE id = ANY ($1::bigint[]) RETURNING item::uuid AS id"

    /// Those that are not compiled yet, locked: a save that is not committed yet is waited for, briefly. `$1`: flows.
    static let saved = """
        SELECT f.id, f.workspace_id, f.version, coalesce(f.nodes::text, '[]') AS nodes,
            coalesce(f.edges::text, '[]') AS edges
        FROM flows f WHERE f.id = ANY ($1::uuid[]) AND NOT f.is_compiled ORDER BY f.id FOR NO KEY UPDATE OF f
        """

    /// Why conditions cannot be used, as the database judges them. `$1`: conditions as JSON.
    static let conditionProblems = """
        SELECT ordinal, sluice_condition_problem(condition::jsonb) AS problem
        FROM unnest($1::text[]) WITH ORDINALITY AS c(condition, ordinal)
        WHERE sluice_condition_problem(condition::jsonb) IS NOT NULL ORDER BY ordinal
        """

    static let insertSteps = """
        INSERT INTO sequence_steps (id, workspace_id, flow_id, day_number, node_id, trigger, next_trigger,
            delay_seconds, is_wait, message_type, content, media_url, is_decision, wakes_on_reply)
        SELECT s.id, $1, $2, s.ordinal, s.node, s.trigger, s.next, s.seconds, s.is_wait, s.type, s.text, s.media,
            s.type IS NULL, s.wakes
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bool[], $9::text[], $10::text[],
            $11::text[], $12::bool[])
            WITH ORDINALITY AS s(id, node, trigger, next, seconds, is_wait, type, text, media, wakes, ordinal)
        """

    static let insertBranches = """
        INSERT INTO sequence_branches (step_id, position, condition, next_trigger, delay_seconds)
        SELECT b.step, 1, b.condition::jsonb, b.next, b.seconds
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) AS b(step, condition, next, seconds)
        """

    /// `$1` flow, `$2` version, `$3` entry step, `$4` seconds, `$5` whether it is a decision.
    static let compiled = """
        UPDATE flows SET version = $2, is_compiled = true, problem = NULL, entry_step = $3, entry_seconds = $4,
            entry_decides = $5 WHERE id = $1
        """

    /// `$1` flow, `$2` what is wrong with it. Who is under way goes on by the version before; nobody enters.
    static let refused = "UPDATE flows SET is_compiled = true, problem = $2, entry_step = NULL WHERE id = $1"

    static func trigger(of flow: UUID, _ version: Int32, _ node: String) -> String {
        "flow:\(flow.uuidString.lowercased()):\(version):\(node)"
    }
}
