/// Settings of a device that shards cannot use, judged by the function that they ask too.
enum Misconfiguration {
    /// Why those of a row of `device_caps` cannot be used; NULL when they can. The function reads the credentials, which
    /// whoever asks may not.
    static func problemSQL(of caps: String) -> String {
        "sluice_device_problem(\(caps).device_id)"
    }
}
