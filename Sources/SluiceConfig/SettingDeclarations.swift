import SluiceCore
import SluiceFailpoints

// Every key of Sluice. `Settings` reads them in this order, which is also the order of `sluice config show`.

extension Setting where Value == String? {
    static var databaseURL: Self {
        Setting(
            name: "DATABASE_URL", unit: "", meaning: "The PostgreSQL database. Everything but `dev` needs it.",
            defaultValue: nil, allowed: "postgresql://user:password@host:port/database", isSecret: false,
            parse: { ServerURL.isPostgres($0) ? .some($0) : nil },
            show: { $0.map(ServerURL.hidingSecrets) ?? "" })
    }
    static var databasePasswordFile: Self {
        .file(
            "SLUICE_DATABASE_PASSWORD_FILE",
            "The file with the database's password on its first line, when the URL has none.")
    }
    static var pretendedVersion: Self {
        Setting(
            name: "SLUICE_PRETEND_VERSION", unit: "", meaning: "The version a node says it has. For tests.",
            defaultValue: nil, allowed: "1 to 32 letters, digits, \".\", \"-\" or \"+\"", isSecret: false,
            parse: { text in
                let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+".contains($0)) }
                return (1...32).contains(text.count) && isPlain ? .some(text) : nil
            }, show: { $0 ?? "" })
    }
    static var natsNKey: Self {
        Setting(
            name: "SLUICE_NATS_NKEY", unit: "", meaning: "The public nkey this process is known by to NATS.",
            defaultValue: nil, allowed: "a public user nkey: U and 55 letters A-Z and digits 2-7", isSecret: false,
            parse: { text in
                let isKey = text.allSatisfy { ("A"..."Z").contains($0) || ("2"..."7").contains($0) }
                return text.count == 56 && text.first == "U" && isKey ? .some(text) : nil
            }, show: { $0 ?? "" })
    }
    static var natsSeedFile: Self { .file("SLUICE_NATS_NKEY_SEED_FILE", "The file with the seed of that nkey.") }
    static var natsCAFile: Self {
        .file("SLUICE_NATS_CA_FILE", "PEM file of the authority that signed the NATS servers' certificates.")
    }
    static var natsCertificateFile: Self {
        .file("SLUICE_NATS_CERTIFICATE_FILE", "PEM file of the certificate this process shows to NATS.")
    }
    static var natsKeyFile: Self { .file("SLUICE_NATS_KEY_FILE", "PEM file of that certificate's key.") }

    static var failpointNotes: Self {
        .file(
            "SLUICE_FAILPOINTS_NOTES",
            "A folder where failpoints that acted leave a note, and do not act again while it is there.")
    }

    /// A path, not what is in the file: secrets stay out of the environment.
    private static func file(_ name: String, _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: nil, allowed: "an absolute path", isSecret: false,
            parse: { $0.hasPrefix("/") ? .some($0) : nil }, show: { $0 ?? "" })
    }
}

extension Setting where Value == [String] {
    static var natsURLs: Self {
        Setting(
            name: "NATS_URL", unit: "", meaning: "The NATS servers, with commas between them.",
            defaultValue: ["nats://127.0.0.1:4222"],
            allowed: "nats://host:port or tls://host:port, with commas between several",
            isSecret: false, parse: ServerURL.natsList,
            show: { $0.map(ServerURL.hidingSecrets).joined(separator: ",") })
    }
}

extension Setting where Value == String {
    static var cluster: Self {
        .name(
            "SLUICE_CLUSTER", default: "default",
            "Which cluster this node is of. Clusters share neither subjects nor a database.")
    }
    static func node(hostName: String) -> Self {
        .name(
            "SLUICE_NODE", default: NodeName.fromHost(hostName),
            "This node's name, unique in the cluster. The host's name unless told otherwise.")
    }
    static var httpHost: Self {
        .host("SLUICE_HTTP_HOST", default: "127.0.0.1", "Where /healthz, /readyz and /metrics listen.")
    }
    static var apiHost: Self { .host("SLUICE_API_HOST", default: "127.0.0.1", "Where the HTTP API listens.") }
}

extension Setting where Value == Int {
    static var httpPort: Self {
        .integer(
            "SLUICE_HTTP_PORT", default: 0, in: 0...65_535,
            "Port of /healthz, /readyz and /metrics; 0 takes any free one and logs it.")
    }
    static var apiPort: Self { .integer("SLUICE_API_PORT", default: 3000, in: 0...65_535, "Port of the HTTP API.") }
    static var apiRequestsPerSecond: Self {
        .integer(
            "SLUICE_API_REQUESTS_PER_SECOND", default: 200, in: 1...100_000,
            "Requests that each API key may make; as many at once after a pause.")
    }
    static var poolSize: Self {
        .integer(
            "SLUICE_POOL_SIZE", default: 6, in: 2...100,
            "Connections that reserve and settle, or that the leader works on; a shard has 3 more, a coordinator 7.")
    }
    static var permitsPerNode: Self {
        .integer(
            "SLUICE_HTTP_PERMITS", default: ShardLimits().permitsPerNode, in: 1...100_000,
            "Requests to gateways that a shard node may have open.")
    }
    static var permitsPerHost: Self {
        .integer(
            "SLUICE_HTTP_PERMITS_PER_URL", default: ShardLimits().permitsPerHost, in: 1...100_000,
            "The same for one gateway base URL.")
    }
    static var keepLedgerDays: Self {
        .integer(
            "SLUICE_KEEP_LEDGER_DAYS", unit: "days", default: LedgerRetention.days, in: 2...36_500,
            "How long the send ledger and used external ids are kept.")
    }
}

extension Setting where Value == LogLevelSetting {
    static var logLevel: Self { .choice("SLUICE_LOG_LEVEL", default: .info, "Log lines below it are not written.") }
}

extension Setting where Value == LogFormatSetting {
    static var logFormat: Self {
        .choice(
            "SLUICE_LOG_FORMAT", default: .auto, "How log lines look; auto is text on a terminal and JSON elsewhere.")
    }
}

extension Setting where Value == Bool {
    static var apiCreatesSenders: Self {
        .flag(
            "SLUICE_API_CREATE_SENDERS", default: false,
            "Make workspaces and sending numbers that a scheduled message names. To try things out: `sluice dev` does.")
    }
    static var webhookPrivateAddresses: Self {
        .flag(
            "SLUICE_WEBHOOK_PRIVATE_ADDRESSES", default: false,
            "Let users' webhooks have loopback and private addresses. `sluice dev` does.")
    }
    static var traceHeaders: Self {
        .flag("SLUICE_TRACE_HEADERS", default: false, "Add X-Sluice-Key, -Attempt and -Epoch to requests. For tests.")
    }
}

extension Setting where Value == Duration {
    private static var timers: Timers { Timers() }

    static var lease: Self {
        .milliseconds(
            "SLUICE_LEASE_MS", default: timers.lease, in: 500...600_000,
            "How long a node's lease lasts from each renewal.")
    }
    static var renewEvery: Self {
        .milliseconds(
            "SLUICE_RENEW_EVERY_MS", default: timers.renewEvery, in: 50...60_000, "How often a lease is renewed.")
    }
    static var selfFence: Self {
        .milliseconds(
            "SLUICE_SELF_FENCE_MS", default: timers.selfFence, in: 100...600_000,
            "A node stops starting anything this long after the start of its last good renewal.")
    }
    static var sendWithin: Self {
        .milliseconds(
            "SLUICE_SEND_WITHIN_MS", default: timers.sendWithin, in: 10...60_000,
            "From the start of a reserve to the latest start of its request.")
    }
    static var claim: Self {
        .milliseconds(
            "SLUICE_CLAIM_MS", default: timers.claim, in: 500...600_000,
            "How long a claim stands before it is taken back.")
    }
    static var drain: Self {
        .milliseconds(
            "SLUICE_DRAIN_MS", default: timers.drain, in: 0...3_600_000,
            "How long a node that stops waits for its open requests.")
    }
    static var restoreSilence: Self {
        .seconds(
            "SLUICE_RESTORE_SILENCE_S", default: .seconds(3600), in: 0...31_536_000,
            "A database whose leader fell silent for longer is taken for a restored backup; 0: never.")
    }
    static var sweep: Self {
        .milliseconds(
            "SLUICE_SWEEP_MS", default: timers.sweep, in: 100...600_000, "How often the leader repairs lost wake-ups.")
    }
    static var hour: Self {
        .seconds(
            "SLUICE_HOUR_SECONDS", default: CapWindows().hour, in: 1...86_400,
            "Length of the hourly cap's window. For tests.")
    }
    static var day: Self {
        .seconds(
            "SLUICE_DAY_SECONDS", default: CapWindows().day, in: 1...864_000,
            "Length of the daily cap's window. For tests.")
    }
}

extension Setting where Value == [Failpoint] {
    static var failpoints: Self {
        Setting(
            name: "SLUICE_FAILPOINTS", unit: "",
            meaning: "Where this process kills or stops itself, with commas between several. For tests of crashes.",
            defaultValue: [], allowed: failpointsAllowed, isSecret: false, parse: Failpoint.list,
            show: { $0.map(\.description).joined(separator: ",") })
    }

    private static var failpointsAllowed: String {
        let steps = ProtocolStep.allCases.map(\.rawValue).joined(separator: ", ")
        return
            "before-STEP=kill, after-STEP=kill, or stop in place of kill, and @n for the n-th time; STEP is one of \(steps)"
    }
}
