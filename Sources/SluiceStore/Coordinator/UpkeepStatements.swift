/// What the leader does now and then so that tables stay small.
enum UpkeepStatements {
    /// Sums the changes of the contact counts into the counts. Reading both is exact before, during and after.
    static let foldTallies = """
        WITH gone AS (
            DELETE FROM contact_tally_changes WHERE id IN (
                SELECT id FROM contact_tally_changes ORDER BY id LIMIT 50000 FOR UPDATE SKIP LOCKED)
            RETURNING workspace_id, kind, sluice_counted_source(kind, source_id) AS source_id, status, n)
        INSERT INTO contact_tallies AS t (workspace_id, kind, source_id, status, n)
            SELECT workspace_id, kind, source_id, status, sum(n) FROM gone GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
            ON CONFLICT (workspace_id, kind, source_id, status) DO UPDATE SET n = t.n + excluded.n
        """

    static let foldControlChanges = """
        WITH gone AS (DELETE FROM control_changes RETURNING relation)
        UPDATE cluster_versions SET control_folded = control_folded + (SELECT count(*) FROM gone),
            devices_folded = devices_folded + (SELECT count(*) FROM gone WHERE sluice_concerns_devices(relation))
        WHERE EXISTS (SELECT FROM gone)
        """

    /// Nodes that ended more than a day ago and own nothing.
    static let forgetNodes = """
        WITH old AS (
            DELETE FROM node_leases l WHERE l.expires_at < clock_timestamp() - interval '1 day'
              AND NOT EXISTS (SELECT FROM slot_owners s WHERE s.owner = l.incarnation)
            RETURNING incarnation)
        UPDATE node_fences SET closed_at = clock_timestamp()
            WHERE incarnation IN (SELECT incarnation FROM old) AND closed_at IS NULL
        """

    /// Completions of leads that are gone.
    static let forgetCompletions = """
        DELETE FROM completion_intake i WHERE NOT EXISTS (SELECT FROM leads l WHERE l.id = i.lead_id)
        """

    /// Branches of contacts that are gone, were entered anew, or ended with their sequence.
    static let forgetBranches = """
        DELETE FROM branch_intake i WHERE NOT EXISTS (SELECT FROM sequence_contacts c
            WHERE c.id = i.contact_id AND c.generation = i.generation AND c.moves = i.moves
              AND (c.status <> 'cancelled' OR c.sequence_id IS NULL
                OR EXISTS (SELECT FROM sequences s WHERE s.id = c.sequence_id)))
        """

    /// What a device sent under its earlier keys has left the longest window, a day. Twice that, because a change may
    /// have been committed long after it was written.
    static let forgetEarlierSlots = """
        UPDATE device_caps SET earlier_slots = '{}', is_key_fenced = true WHERE device_id IN (
            SELECT device_id FROM device_caps
            WHERE earlier_slots <> '{}' AND key_changed_at < clock_timestamp() - interval '2 days'
            FOR UPDATE SKIP LOCKED)
        """

    /// External ids used more than `$1` days ago, a bounded number at a time.
    static let forgetExternalIDs = """
        DELETE FROM external_ids WHERE (workspace_id, external_id) IN (
            SELECT workspace_id, external_id FROM external_ids
            WHERE used_at < clock_timestamp() - make_interval(days => $1::int)
            ORDER BY used_at LIMIT 50000 FOR UPDATE SKIP LOCKED)
        """

    /// Whoever repeats a call does it within a day.
    static let forgetAnswers = """
        DELETE FROM idempotent_answers WHERE (workspace_id, key) IN (
            SELECT workspace_id, key FROM idempotent_answers
            WHERE created_at < clock_timestamp() - interval '1 day' ORDER BY created_at LIMIT 50000)
        """

    static let makeLedgerDay = "SELECT sluice_ledger_day((clock_timestamp() AT TIME ZONE 'UTC')::date + $1::int)"

    /// Ledger partitions older than `$1` days.
    static let oldLedgerDays = """
        SELECT c.relname AS name, i.inhdetachpending AS is_half_detached FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'send_ledger'::regclass
          AND c.relname < 'send_ledger_' || to_char((clock_timestamp() AT TIME ZONE 'UTC')::date - $1::int, 'YYYYMMDD')
        ORDER BY 1
        """
}
