/// Settings of a device that shards cannot use, judged by the function that they ask too.
enum Misconfiguration {
    /// Why those of a row of `device_caps` cannot be used; NULL when they can.
    static func problemSQL(of caps: String) -> String {
        """
        sluice_settings_problem(\(caps).windows, coalesce(\(caps).credentials, (SELECT g.credentials FROM gateways g
            WHERE CASE WHEN \(caps).gateway_id IS NULL THEN g.is_default ELSE g.id = \(caps).gateway_id END)))
        """
    }
}
