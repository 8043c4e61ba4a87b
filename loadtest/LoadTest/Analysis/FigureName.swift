/// A figure that a run may have: what it is called, in which unit, and which way is better.
public struct FigureName: Sendable {
    public enum Better: String, Sendable, Codable { case more, less, neither }

    public var name: String
    public var unit: String
    public var better: Better
    public var meaning: String
    /// Why no run can have it yet.
    public var absence: String?

    private init(_ name: String, _ unit: String, _ better: Better, _ meaning: String, absence: String? = nil) {
        (self.name, self.unit, self.better, self.meaning) = (name, unit, better, meaning)
        self.absence = absence
    }

    /// A point's figure of the last run of a series ÷ that of its first.
    static let ratioPrefix = "last_to_first."

    public static func isKnown(_ name: String) -> Bool { find(name) != nil }

    public static func find(_ name: String) -> FigureName? {
        guard name.hasPrefix(ratioPrefix) else { return all.first { $0.name == name } }
        let base = String(name.dropFirst(ratioPrefix.count))
        guard var figure = all.first(where: { $0.name == base }) else { return nil }
        figure.name = name
        figure.unit = ""
        figure.meaning = "the series' last point ÷ its first: " + figure.meaning
        return figure
    }

    /// In the order in which they are shown.
    public static let all: [FigureName] =
        throughput + latencies + caps + database + processes + verdict + incidents

    private static let throughput = [
        FigureName("messages", "", .neither, "messages accepted in the measured time"),
        FigureName("messages_per_second", "/s", .more, "accepted, from the first to the last of the measured time"),
        FigureName("first_message_s", "s", .less, "the work is released (the end of a pause) → first accepted message"),
        FigureName("http_floor", "/s", .neither, "a bare HTTP client to the simulator"),
        FigureName("sql_floor", "/s", .neither, "bare claim, reserve and settle in SQL"),
        FigureName("composed_floor", "/s", .neither, "1 / (1 / http + 1 / sql)"),
        FigureName("ratio_to_floor", "", .more, "messages per second ÷ composed floor"),
        FigureName(
            "messages_per_second_without_http", "/s", .more,
            "1 / (1 / messages per second − 1 / http): a bare request's time taken out"),
        FigureName("fastest_peer", "/s", .neither, "jobs of the fastest other queue; it makes no HTTP request"),
        FigureName("ratio_to_fastest_peer", "", .more, "messages per second without HTTP ÷ fastest peer"),
        FigureName("fan_out_per_second", "/s", .more, "subscribers that a campaign's run enters"),
        FigureName("fan_out_floor", "/s", .neither, "the same rows by a plain INSERT … SELECT, with the same indexes"),
        FigureName("fan_out_ratio", "", .more, "the one ÷ the other"),
    ]

    private static let latencies: [FigureName] =
        [("trigger", "a trigger's"), ("campaign", "a campaign contact's")].flatMap { name, whose in
            [("p50", "median"), ("p99", "99th percentile")].flatMap { key, words in
                [
                    FigureName(
                        "\(name)_arrival_\(key)_ms", "ms", .less,
                        "\(whose) intended instant → request at the gateway, \(words)"),
                    FigureName(
                        "\(name)_accepted_\(key)_ms", "ms", .less,
                        "\(whose) intended instant → accepted, \(words)"),
                ]
            }
        } + [
            FigureName("trigger_commit_p99_ms", "ms", .less, "trigger committed → request at the gateway"),
            FigureName("cap_free_p50_ms", "ms", .less, "a cap unit frees → request at the gateway, median"),
            FigureName("cap_free_p99_ms", "ms", .less, "a cap unit frees → request at the gateway, 99th percentile"),
        ]

    private static let caps = [
        FigureName("cap_use", "", .more, "fullest hourly window ÷ cap, mean over devices with more work than that"),
        FigureName("fullest_hour", "", .more, "fullest hourly window ÷ cap, of any device"),
    ]

    private static let database = [
        FigureName("transactions_per_message", "", .less, "database transactions ÷ accepted messages"),
        FigureName("rows_per_message", "", .less, "rows inserted, updated or deleted ÷ accepted messages"),
        FigureName("wal_bytes_per_message", "B", .less, "write-ahead log ÷ accepted messages"),
        FigureName("transactions_per_second", "/s", .less, "of the whole cluster"),
        FigureName(
            "idle_transactions_over", "/s", .less, "transactions per second − (1.2 per node + 2), while nothing is sent"
        ),
        FigureName("dead_tuples", "", .less, "most dead tuples of contacts and ledger together"),
        FigureName("table_bytes", "B", .less, "contacts, ledger and their indexes, at the end"),
    ]

    private static let processes =
        [
            FigureName("cluster_cores", "cores", .less, "CPU of all nodes, PostgreSQL and NATS"),
            FigureName("cpu_ms_per_message", "ms", .less, "that CPU ÷ accepted messages"),
        ] + parts + [
            FigureName("gateway_cores", "cores", .neither, "CPU of the simulator's busiest thread"),
            FigureName("shard_memory_mb", "MB", .less, "most memory of a shard node"),
            FigureName("shard_memory_of_budget", "", .less, "that ÷ (60 MB + (4 KB + 8 B × daily cap) per device)"),
        ]

    /// What the cluster's processes are summed up as, and what their names begin with.
    static let partsOfCluster = [
        (name: "postgres", prefix: "postgres"), (name: "shards", prefix: "shard-"),
        (name: "coordinators", prefix: "coordinator-"), (name: "nats", prefix: "nats"),
    ]

    private static let parts = partsOfCluster.flatMap { part in
        [
            FigureName("\(part.name)_cores", "cores", .less, "CPU of \(part.name) alone"),
            FigureName("\(part.name)_ms_per_message", "ms", .less, "that CPU ÷ accepted messages"),
        ]
    }

    private static let verdict = [
        FigureName("lost", "", .less, "contacts that moved on without an accepted request"),
        FigureName("duplicate", "", .less, "messages sent more than once"),
        FigureName("over_cap", "", .less, "windows and instants above their cap"),
    ]

    private static let incidents = [
        FigureName("takeover_s", "s", .less, "lease expiry of the killed shard → first request of its last device"),
        FigureName("held_rate", "", .more, "rate while the snapshot is held ÷ rate before"),
    ]
}
