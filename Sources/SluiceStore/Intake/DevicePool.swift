/// The devices of each workspace that can send, the least loaded first, as `pool(workspace_id, devices)`. Where none
/// can send, all of them: a contact waits for its device rather than for any. Read only for workspaces in `entering`
/// rows without a choice.
enum DevicePool {
    static let ctes = """
        load AS MATERIALIZED (
            SELECT d.id AS device_id, d.workspace_id, p.paused_at IS NULL AND coalesce(s.state,
                'connected') = 'connected' AS can_send,
                coalesce((SELECT sum(l.enrolled) FROM lanes l WHERE l.device_id = d.id),
                    0)::float8 / p.hourly_cap AS load
            FROM user_devices d JOIN device_caps p ON p.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
            WHERE d.workspace_id IN (SELECT DISTINCT workspace_id FROM entering WHERE chosen IS NULL)
        ), best AS MATERIALIZED (
            SELECT l.*, bool_or(can_send) OVER (PARTITION BY workspace_id) AS any_can FROM load l
        ), pool AS MATERIALIZED (
            SELECT workspace_id, array_agg(device_id ORDER BY load, device_id) AS devices
            FROM best WHERE can_send OR NOT any_can GROUP BY workspace_id
        )
        """

    /// The device of an `entering` row: its own choice, else the one whose turn it is.
    static let device = "coalesce(e.chosen, pool.devices[(e.turn - 1) % cardinality(pool.devices) + 1])"
}
