public import SluiceCore

/// The registry of adapters.
public enum GatewayAdapters {
    public static func adapter(of dialect: Dialect) -> any GatewayAdapter {
        switch dialect {
        case .gowa: GOWA()
        case .twilio: Twilio()
        case .webhook: Webhook()
        }
    }

    /// The adapter of a dialect's name.
    ///
    /// - Throws: `unknownDialect`, naming the known ones.
    public static func named(_ name: String) throws(GatewayConfigurationError) -> any GatewayAdapter {
        guard let dialect = Dialect(rawValue: name) else {
            throw .unknownDialect(name: name, known: Dialect.names)
        }
        return adapter(of: dialect)
    }
}
