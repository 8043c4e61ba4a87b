"""The final tables as the witness reads them: one query each, whose result is also the form of TABLE.csv.

They name what is stored and judge nothing. Instants are nanoseconds since 1970, ids are 32 hexadecimal digits.
"""


def instant(column):
    return f"(extract(epoch FROM {column}) * 1000000)::bigint * 1000"


def identity(column):
    return f"replace({column}::text, '-', '')"


QUERIES = {
    "moment": f"SELECT {instant('clock_timestamp()')} AS ns",
    "device": f"""
        SELECT {identity('d.id')} AS device, coalesce(c.gateway_device, d.device_name, d.id::text) AS name,
            d.workspace_id AS workspace, c.cap_key, c.hourly_cap, c.daily_cap, c.concurrent_cap, c.windows,
            g.dialect, g.http_timeout_ms, g.accepts_late_ms,
            (c.paused_at IS NULL AND coalesce(s.state, 'connected') = 'connected')::int AS is_able
        FROM user_devices d JOIN device_caps c ON c.device_id = d.id
        LEFT JOIN device_states s ON s.device_id = d.id
        LEFT JOIN gateways g ON g.id = coalesce(c.gateway_id, (SELECT id FROM gateways WHERE is_default))""",
    "contact": f"""
        SELECT {identity('c.id')} AS contact, c.workspace_id AS workspace, c.recipient, c.status, c.hold_reason,
            c.generation, c.moves, c.attempts, c.claim_state, c.claim_batch, c.row_faults,
            {instant('c.next_trigger_time')} AS due_ns, {instant('c.created_at')} AS created_ns,
            {identity('c.assigned_device_id')} AS device,
            (coalesce(q.is_active, c.kind <> 'sequence')
                AND NOT EXISTS (SELECT FROM pauses p WHERE p.scope IN ('*', c.workspace_id))
                AND NOT EXISTS (SELECT FROM untouchable_contacts u WHERE u.contact_id = c.id))::int AS is_eligible
        FROM sequence_contacts c LEFT JOIN sequences q ON q.id = c.sequence_id""",
    "ledger": f"""
        SELECT {identity('contact_id')} || '-' || generation || '-' || moves AS key,
            {identity('contact_id')} AS contact, attempt, day, workspace_id AS workspace, batch,
            {identity('device_id')} AS device, cap_key, slot, epoch, incarnation, recipient,
            {instant('reserved_at')} AS reserved_ns, {instant('deadline')} AS deadline_ns, state,
            {instant('settled_at')} AS settled_ns, code, provider_id
        FROM send_ledger""",
    "batch": """
        SELECT b.batch, b.open_claims, coalesce(c.n, 0) AS claimed
        FROM claim_batches b LEFT JOIN (
            SELECT claim_batch, count(*) AS n FROM sequence_contacts WHERE claim_state = 1 GROUP BY 1) c
            ON c.claim_batch = b.batch""",
    "fence": f"SELECT incarnation, node_name AS node, role, {instant('closed_at')} AS closed_ns FROM node_fences",
    "slot": "SELECT slot, epoch, owner FROM slot_owners",
    "tally": "SELECT status, sum(n)::bigint AS n FROM contact_counts GROUP BY status",
    "pending": """
        SELECT 'enrollment_intake' AS work, count(*) AS n FROM enrollment_intake
        UNION ALL SELECT 'settles_left', count(*) FROM settles_left
        UNION ALL SELECT 'branch_intake', count(*) FROM branch_intake WHERE NOT is_stepless""",
}

# Columns that hold text though they may look like numbers.
TEXTS = {
    "device", "name", "workspace", "cap_key", "windows", "dialect", "contact", "recipient", "status", "hold_reason",
    "key", "day", "state", "code", "provider_id", "node", "role", "work",
}
