/// Why shards cannot use a device's settings, as the function says that they ask too.
enum DeviceSettingsProblem {
    /// For a row of `device_caps`; NULL when nothing is wrong. The function reads the credentials, which whoever asks may
    /// not.
    static func sql(of caps: String) -> String {
        "sluice_device_problem(\(caps).device_id)"
    }
}
