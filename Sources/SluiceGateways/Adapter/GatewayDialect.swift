public import SluiceCore

/// The registry of dialects.
public enum GatewayDialect {
    /// Every dialect this build speaks, in the order in which help texts list them.
    public static let all: [any GatewayAdapter] = [GOWA(), Webhook()]

    /// The adapter of a dialect's name.
    ///
    /// - Throws: `unknownDialect`, naming the known ones.
    public static func named(_ name: String) throws(GatewayConfigurationError) -> any GatewayAdapter {
        guard let adapter = all.first(where: { $0.name == name }) else {
            throw .unknownDialect(name: name, known: all.map(\.name))
        }
        return adapter
    }

    /// Checks dialect, base URL and credentials.
    ///
    /// - Throws: the first fault found.
    public static func validate(_ profile: GatewayProfile) throws(GatewayConfigurationError) {
        let adapter = try named(profile.dialect)
        _ = try GatewayAddress(profile.baseURL)
        try adapter.validate(profile)
    }
}
