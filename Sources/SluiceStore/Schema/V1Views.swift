extension SchemaV1 {
    /// What users' dashboards read, as views over the truth.
    static let views = """
        -- Per device, what it sent and does now. `messages_today` is the last 24 hours, as the caps count.
        CREATE VIEW device_load_balance AS
            SELECT d.id AS device_id,
                coalesce(l.messages_hour, 0)::int AS messages_hour,
                coalesce(l.messages_today, 0)::int AS messages_today,
                coalesce(l.current_processing, 0)::int AS current_processing,
                (c.paused_at IS NULL AND coalesce(s.state, 'connected') = 'connected'
                    AND coalesce(l.messages_hour, 0) < c.hourly_cap
                    AND coalesce(l.messages_today, 0) < c.daily_cap) AS is_available,
                date_trunc('hour', now()) AS last_reset_hour,
                date_trunc('day', now()) AS last_reset_day,
                coalesce(l.updated_at, d.created_at) AS updated_at
            FROM user_devices d
            JOIN device_caps c ON c.device_id = d.id
            LEFT JOIN device_states s ON s.device_id = d.id
            LEFT JOIN (
                SELECT device_id,
                    count(*) FILTER (WHERE is_charged AND reserved_at > now() - interval '1 hour') AS messages_hour,
                    count(*) FILTER (WHERE is_charged AND reserved_at > now() - interval '24 hours') AS messages_today,
                    count(*) FILTER (WHERE state = 'reserved') AS current_processing,
                    max(coalesce(settled_at, reserved_at)) AS updated_at
                FROM send_ledger WHERE day >= (now() AT TIME ZONE 'UTC')::date - 1
                GROUP BY device_id) l ON l.device_id = d.id;

        -- Contacts by source and status, exact at any moment without counting rows.
        CREATE VIEW contact_counts AS
            SELECT workspace_id, kind, source_id, status, sum(n)::bigint AS n FROM (
                SELECT workspace_id, kind, source_id, status, n FROM contact_tallies
                UNION ALL SELECT workspace_id, kind, sluice_counted_source(kind, source_id), status, n
                    FROM contact_tally_changes) t
            WHERE status <> 'in_flight' GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;

        -- Contacts by source whose request may be open: reserved and not settled.
        CREATE VIEW in_flight_counts AS
            SELECT workspace_id, kind, source_id, sum(n)::bigint AS n FROM (
                SELECT workspace_id, kind, source_id, status, n FROM contact_tallies
                UNION ALL SELECT workspace_id, kind, sluice_counted_source(kind, source_id), status, n
                    FROM contact_tally_changes) t
            WHERE status = 'in_flight' GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
        """
}
