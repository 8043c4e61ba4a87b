import PostgresDriver
import SluiceConfig
import SluiceStore

extension Settings {
    /// How to reach the database, and as whom.
    /// - Parameters:
    ///   - name: shown in `pg_stat_activity`.
    ///   - session: server settings of each session.
    func postgresConfiguration(
        name: String, session: [String: String] = PostgresConfiguration.defaultSettings
    ) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(
            try requireDatabaseURL(), applicationName: name, settings: session)
        configuration.passwordFile = databasePasswordFile
        return configuration
    }

    /// A node's connections.
    func storePools() throws -> StorePools {
        try StorePools(
            url: try requireDatabaseURL(), passwordFile: databasePasswordFile, name: nodeName, durable: poolSize)
    }
}
