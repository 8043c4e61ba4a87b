/// The devices of each workspace that can send, the least loaded first, as `pool(workspace_id, devices, any_can)`.
/// Where none can send, all of them: a contact waits for its device rather than for any. Read only for workspaces in
/// `entering` rows without a choice. Devices whose gateway knows people by ids of its own are nobody's choice: an id is
/// of one device.
enum DevicePool {
    static let ctes = """
        load AS MATERIALIZED (
            SELECT d.id AS device_id, d.workspace_id, \(DeviceOutage.canSend) AS can_send,
                coalesce((SELECT sum(l.enrolled) FROM lanes l WHERE l.device_id = d.id),
                    0)::float8 / p.hourly_cap AS load
            FROM user_devices d JOIN device_caps p ON p.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
            WHERE d.workspace_id IN (SELECT DISTINCT workspace_id FROM entering WHERE chosen IS NULL)
              AND NOT EXISTS (SELECT FROM gateways g
                WHERE g.id = coalesce(p.gateway_id, (SELECT id FROM gateways WHERE is_default))
                  AND g.dialect = ANY (\(SchemaV1.dialectsWithoutPhones)))
        ), best AS MATERIALIZED (
            SELECT l.*, bool_or(can_send) OVER (PARTITION BY workspace_id) AS any_can FROM load l
        ), pool AS MATERIALIZED (
            SELECT workspace_id, array_agg(device_id ORDER BY load, device_id) AS devices, any_can
            FROM best WHERE can_send OR NOT any_can GROUP BY workspace_id, any_can
        )
        """

    /// What `policy` (a sequence's `device_choice`) makes of the device that a row has by itself, as `(own, chosen)`:
    /// `sticky` keeps it, `prefer` keeps it unless it is out of service, `any` has none. Needs ``DeviceOutage/away``.
    static func choice(of own: String, policy: String) -> String {
        """
        (SELECT CASE WHEN \(policy) = 'any' THEN NULL ELSE o.own END AS own,
            CASE WHEN \(policy) = 'any' OR \(policy) = 'prefer' AND o.own IN (SELECT device_id FROM away) THEN NULL
                ELSE o.own END AS chosen
        FROM (SELECT \(own) AS own) o)
        """
    }

    /// The device of an `entering` row: its own choice, else the one whose turn it is. Where none can send, a row that
    /// has a device stays on it.
    static let device = """
        coalesce(e.chosen, CASE WHEN NOT pool.any_can AND e.own = ANY (pool.devices) THEN e.own END,
            pool.devices[(e.turn - 1) % cardinality(pool.devices) + 1])
        """

    /// Where a row that was `placed` elsewhere returns to: the device it prefers.
    static let home = "CASE WHEN p.own <> p.device THEN p.own END"
}
