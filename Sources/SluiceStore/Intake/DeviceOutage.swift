/// Which devices are out of service: they cannot send, and will not by themselves in a short while. That moves contacts
/// of sequences with `device_choice` `prefer` or `any` to other devices; a cap that is used up never does.
public enum DeviceOutage {
    /// How long a device must be disconnected before its contacts move, and be connected again before they return:
    /// longer than a gateway's restart, so that contacts do not go to and fro with it. The other states need a person
    /// and count at once.
    static let grace = "interval '2 minutes'"

    /// A member of a WITH: `away(device_id)`. Two partial indexes, which hold nothing while all devices can send.
    static let away = """
        away AS MATERIALIZED (
            SELECT device_id FROM device_states
            WHERE state <> 'connected' AND (state <> 'disconnected' OR since <= now() - \(grace))
            UNION
            SELECT device_id FROM device_caps WHERE paused_at IS NOT NULL
        )
        """

    /// Whether a device can send, caps aside. Over `p` (device_caps) and `s` (device_states, outer joined).
    public static let canSend = "p.paused_at IS NULL AND coalesce(s.state, 'connected') = 'connected'"

    /// Since when a device is in trouble, kept over a trial: where a gateway cannot be asked, a disconnected device
    /// counts as connected for one attempt, and is disconnected again a moment later. Within `ON CONFLICT DO UPDATE` of
    /// `device_states`.
    static let since = """
        CASE WHEN device_states.state = excluded.state OR excluded.detail = 'tried_again'
                OR device_states.detail = 'tried_again' AND device_states.observed_at > now() - \(grace)
            THEN device_states.since ELSE now() END
        """
}
