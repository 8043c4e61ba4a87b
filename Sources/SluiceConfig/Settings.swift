public import SluiceCore
public import SluiceFailpoints

/// What a Sluice process is told from outside. Exists only when it is consistent.
public struct Settings: Hashable, Sendable {
    /// Nil when it is not set: ``requireDatabaseURL()``.
    public var databaseURL: String?
    /// Holds the password on its first line, when the URL does not.
    public var databasePasswordFile: String?
    public var natsURLs: [String]
    /// Nil unless the NATS servers ask for one.
    public var natsNKey: NATSNKey?
    public var natsTLS: NATSFiles
    public var clusterName: String
    public var nodeName: String

    /// Where health and metrics are served; port 0 is any free one.
    public var httpHost: String
    public var httpPort: Int
    public var apiHost: String
    public var apiPort: Int
    public var apiRequestsPerSecond: Int
    /// Whether workspaces and senders that requests name are made.
    public var apiCreatesSenders: Bool
    /// Where the world reaches the API, without a slash at the end; nil when nobody said.
    public var publicURL: String?
    /// Whether users' webhooks may have loopback and private addresses.
    public var webhookPrivateAddresses: Bool
    public var optOutWords: OptOutWords
    public var optOutScope: OptOutScope

    public var logLevel: LogLevelSetting
    public var logFormat: LogFormatSetting

    /// Adds Sluice's own headers to requests, for the simulator's request log.
    public var traceHeaders: Bool
    /// Nil: its own.
    public var pretendedVersion: String?
    public var timers: Timers
    public var windows: CapWindows

    /// Database connections of this node.
    public var poolSize: Int
    public var permitsPerNode: Int
    public var permitsPerHost: Int
    public var keepLedgerDays: Int
    /// Nil: never.
    public var restoreSilence: Duration?

    /// Empty outside of tests.
    public var failpoints: [Failpoint]
    /// The folder of their notes.
    public var failpointNotes: String?

    /// - Parameters:
    ///   - layers: the first that has a key wins.
    ///   - hostName: what the node is called when nobody says.
    /// - Throws: ``SettingsError`` with every problem.
    public static func load(from layers: [SettingsLayer], hostName: String) throws(SettingsError) -> Settings {
        let (settings, _, problems) = read(layers, hostName: hostName)
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return settings
    }

    /// All keys with their values, and everything that is wrong, unknown keys included.
    public static func inspect(
        _ layers: [SettingsLayer], hostName: String
    ) -> (rows: [SettingRow], problems: [SettingsProblem]) {
        let (_, rows, problems) = read(layers, hostName: hostName)
        return (rows, problems + UnknownKeys.problems(in: layers, known: rows.map(\.name)))
    }

    /// The database's URL, for whoever cannot do without.
    ///
    /// - Throws: ``SettingsError`` when it is not set.
    public func requireDatabaseURL() throws(SettingsError) -> String {
        if let databaseURL { return databaseURL }
        throw SettingsError(problems: [
            SettingsProblem(
                key: "DATABASE_URL",
                message:
                    "is not set; expected postgresql://user:password@host:port/database, in the environment or a --config file"
            )
        ])
    }

    /// Reads and checks all settings. `problems` is empty exactly when `settings` is consistent.
    private static func read(
        _ layers: [SettingsLayer], hostName: String
    ) -> (settings: Settings, rows: [SettingRow], problems: [SettingsProblem]) {
        var reader = SettingsReader(layers: layers)
        let settings = Settings(from: &reader, hostName: hostName)
        settings.checkTogether(&reader)
        return (settings, reader.rows, reader.problems)
    }

    private init(from reader: inout SettingsReader, hostName: String) {
        databaseURL = reader.read(.databaseURL)
        databasePasswordFile = reader.read(.databasePasswordFile)
        natsURLs = reader.read(.natsURLs)
        (natsNKey, natsTLS) = Self.natsIdentity(&reader)
        clusterName = reader.read(.cluster)
        nodeName = reader.read(.node(hostName: hostName))
        httpHost = reader.read(.httpHost)
        httpPort = reader.read(.httpPort)
        apiHost = reader.read(.apiHost)
        apiPort = reader.read(.apiPort)
        apiRequestsPerSecond = reader.read(.apiRequestsPerSecond)
        apiCreatesSenders = reader.read(.apiCreatesSenders)
        publicURL = reader.read(.publicURL)
        webhookPrivateAddresses = reader.read(.webhookPrivateAddresses)
        optOutWords = Self.optOutWords(&reader)
        optOutScope = reader.read(.optOutScope)
        logLevel = reader.read(.logLevel)
        logFormat = reader.read(.logFormat)
        traceHeaders = reader.read(.traceHeaders)
        pretendedVersion = reader.read(.pretendedVersion)
        timers = Self.timers(&reader)
        windows = CapWindows(hour: reader.read(.hour), day: reader.read(.day))
        poolSize = reader.read(.poolSize)
        permitsPerNode = reader.read(.permitsPerNode)
        permitsPerHost = reader.read(.permitsPerHost)
        keepLedgerDays = reader.read(.keepLedgerDays)
        let silence = reader.read(.restoreSilence)
        restoreSilence = silence == .zero ? nil : silence
        failpoints = reader.read(.failpoints)
        failpointNotes = reader.read(.failpointNotes)
    }

    /// What belongs together is given together: half of it would connect as somebody else, or fail later.
    private static func natsIdentity(_ reader: inout SettingsReader) -> (NATSNKey?, NATSFiles) {
        let publicKey = reader.read(.natsNKey)
        let seedFile = reader.read(.natsSeedFile)
        let files = NATSFiles(
            ca: reader.read(.natsCAFile), certificate: reader.read(.natsCertificateFile),
            key: reader.read(.natsKeyFile))
        if (publicKey == nil) != (seedFile == nil) {
            reader.report("SLUICE_NATS_NKEY", "and SLUICE_NATS_NKEY_SEED_FILE must be given together")
        }
        if (files.certificate == nil) != (files.key == nil) {
            reader.report("SLUICE_NATS_CERTIFICATE_FILE", "and SLUICE_NATS_KEY_FILE must be given together")
        }
        let key = publicKey.flatMap { key in seedFile.map { NATSNKey(publicKey: key, seedFile: $0) } }
        return (key, files)
    }

    private static func optOutWords(_ reader: inout SettingsReader) -> OptOutWords {
        let stop = reader.read(.optOutWords)
        let start = reader.read(.optInWords)
        let both = Set(stop.map(OptOutWords.bare)).intersection(start.map(OptOutWords.bare)).sorted()
        if !both.isEmpty {
            let words = both.joined(separator: "\", \"")
            reader.report("SLUICE_OPT_IN_WORDS", "has \"\(words)\", which SLUICE_OPT_OUT_WORDS has as well")
        }
        return OptOutWords(stop: stop, start: start)
    }

    private static func timers(_ reader: inout SettingsReader) -> Timers {
        var timers = Timers()
        timers.lease = reader.read(.lease)
        timers.renewEvery = reader.read(.renewEvery)
        timers.selfFence = reader.read(.selfFence)
        timers.sendWithin = reader.read(.sendWithin)
        timers.claim = reader.read(.claim)
        timers.drain = reader.read(.drain)
        timers.sweep = reader.read(.sweep)
        return timers
    }

    /// What no key can check alone.
    private func checkTogether(_ reader: inout SettingsReader) {
        if timers.selfFence >= timers.lease {
            reader.report(
                "SLUICE_SELF_FENCE_MS", "must be below SLUICE_LEASE_MS: a node has to stop before another may take over"
            )
        }
        if timers.renewEvery * 2 > timers.selfFence {
            reader.report(
                "SLUICE_RENEW_EVERY_MS",
                "must be at most half of SLUICE_SELF_FENCE_MS: one lost renewal must not stop a node")
        }
        if timers.sendWithin >= timers.selfFence {
            reader.report(
                "SLUICE_SEND_WITHIN_MS", "must be below SLUICE_SELF_FENCE_MS: no request may start after the lease")
        }
        if permitsPerHost > permitsPerNode {
            reader.report(
                "SLUICE_HTTP_PERMITS_PER_URL", "must be at most SLUICE_HTTP_PERMITS, which is \(permitsPerNode)")
        }
    }
}
