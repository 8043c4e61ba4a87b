import Foundation
import PostgresDriver
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// I25: a cluster that logs all it can is driven through every error there is; then no log and no page of metrics
    /// holds a phone number, a message's text or a secret.
    @Suite struct SecrecyTests {
        private static let secret = "hunter2-of-the-gateway"
        private static let text = "Dear Zaphod, your table"
        private static let nodes = ["coordinator-1", "coordinator-2", "shard-1", "shard-2", "api-1"]

        @Test func noPhoneNoTextAndNoSecretIsLogged() async throws {
            try await TestCluster.run(
                devices: 8, shards: 2, simulator: ["--latency", "0"], nodes: ["SLUICE_LOG_LEVEL": "trace"]
            ) { cluster in
                try await Self.addWork(cluster)
                try await Self.askTheAPI(cluster)
                try await eventually("every kind of outcome", within: .seconds(40)) {
                    try await cluster.number("SELECT count(DISTINCT code) FROM send_ledger WHERE state <> 'sent'") >= 8
                }
                let before = try Self.pages(cluster)
                for (name, text) in before {
                    #expect(text.contains("sluice_") || name.hasPrefix("api"), "\(name): \(text.prefix(200))")
                }
                for name in ["shard-1", "postgres", "nats"] { try cluster.kill(name) }
                try await eventually("the cluster to be back", within: .seconds(40)) {
                    // The database is away for a moment.
                    let live = try? await cluster.number(
                        "SELECT count(*) FROM node_leases WHERE role = 'shard' AND expires_at > now()")
                    return live == 2
                }
                let logs = try Self.logs(cluster)
                #expect(logs.keys.contains("postgres.log") && logs.count >= Self.nodes.count + 2)
                try await Self.search(before + (try Self.pages(cluster)) + logs.map { ($0.key, $0.value) }, cluster)
                // The test saw what it was meant to see.
                let all = logs.values.joined()
                #expect(all.contains("\"level\":\"debug\""))
                #expect(all.contains("49…"), "a number that was masked")
            }
        }

        private static func search(_ documents: [(name: String, text: String)], _ cluster: TestCluster) async throws {
            let rows = try await cluster.query(
                "SELECT phone FROM leads UNION SELECT phone FROM user_devices UNION SELECT cap_key FROM device_caps")
            let known = try rows.column(String?.self, at: 0).compactMap { $0 }.filter { $0.count >= 7 }
            #expect(known.count > 30)
            let password = try #require(URL(string: cluster.environment.databaseURL)?.password)
            for (name, text) in documents {
                let phones = known.filter { text.contains($0) }
                #expect(phones == [], "\(name) holds phone numbers: \(Self.lines(of: text, with: phones))")
                for needle in [Self.secret, password, Self.text] where text.contains(needle) {
                    Issue.record("\(name) holds \"\(needle)\": \(Self.lines(of: text, with: [needle]))")
                }
            }
        }

        private static func lines(of text: String, with needles: [String]) -> [Substring] {
            text.split(separator: "\n").filter { line in needles.contains { line.contains($0) } }.prefix(3).map { $0 }
        }

        // MARK: Errors

        /// A lead for each outcome of the simulator, one that a rule of the user's own refuses, one whose refusal quotes
        /// the number, a gateway that takes no credentials and malformed numbers.
        private static func addWork(_ cluster: TestCluster) async throws {
            try await cluster.query(
                "UPDATE gateways SET credentials = jsonb_build_object('username', 'u', 'password', $1::text)",
                [.string(secret)])
            try await cluster.query("UPDATE gateways SET http_timeout_ms = 1500, accepts_late_ms = 100")
            try await cluster.addSequence("secret", steps: 1)
            try await cluster.query("UPDATE sequence_steps SET content = $1 || ' is ready'", [.string(text)])
            try await cluster.query(
                "ALTER TABLE send_ledger ADD CONSTRAINT own_rule CHECK (recipient <> '4917000000001')")
            try await cluster.query(
                """
                CREATE FUNCTION own_rule() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF NEW.recipient = '4917000000002' THEN RAISE 'nobody calls % here', NEW.recipient; END IF;
                    RETURN NEW;
                END $$
                """)
            try await cluster.query(
                "CREATE TRIGGER own_rule BEFORE INSERT ON send_ledger FOR EACH ROW EXECUTE FUNCTION own_rule()")
            try await cluster.query(
                """
                INSERT INTO leads (name, phone, trigger)
                SELECT 'Zaphod', v, 'secret' FROM unnest(ARRAY['+49 170 0000 003', '4917 0000', 'call 4917000000004',
                    '4917000000001', '4917000000002', '4917000000005']) v
                UNION ALL SELECT 'Zaphod', (15550000000 + n)::text, 'secret' FROM unnest(ARRAY[200, 201, 202, 400, 401,
                    404, 408, 409, 410, 411, 412, 429, 430, 431, 500, 501, 502, 503, 504, 505, 507]) n
                UNION ALL SELECT 'Zaphod', (4917000000100 + n)::text, 'secret' FROM generate_series(1, 20) n
                """)
        }

        private static func askTheAPI(_ cluster: TestCluster) async throws {
            for body in [
                #"{"phone": "4917000000200", "trigger": "secret"}"#, #"{"phone": "4917000000201", "trigger": "none"}"#,
                #"{"phone": "4917 000000202 x", "trigger": "secret"}"#, #"{"phone": 4917000000203"#,
            ] {
                _ = try curl(
                    "\(cluster.environment.apiURL)/api/v1/enrollments", "-H", "Content-Type: application/json", "-d",
                    body)
            }
            _ = try curl("\(cluster.environment.apiURL)/api/v1/contacts/4917000000005/why")
            _ = try cluster.sluice("why", "4917000000005")
            #expect(try cluster.sluice("suppressions", "add", "4917000000101").status == 0)
        }

        // MARK: Reading

        private static func logs(_ cluster: TestCluster) throws -> [String: String] {
            let folder = cluster.dataPath + "/logs"
            // The simulator is the judge's instrument; its request log is made of numbers.
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix("gateway") }
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in
                    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
                    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
                    // What a rule of the user's own says stands in PostgreSQL's log as he worded it.
                    let isTheirs = { (line: Substring) in name == "postgres.log" && line.contains("nobody calls") }
                    return (name, lines.filter { !isTheirs($0) }.joined(separator: "\n"))
                })
        }

        private static func pages(_ cluster: TestCluster) throws -> [(name: String, text: String)] {
            try nodes.map { ($0, try page(of: $0, cluster)) }
        }

        /// What a node serves beside its work.
        private static func page(of node: String, _ cluster: TestCluster) throws -> String {
            let pid = try #require(try cluster.processID(node))
            let data = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/environ"))
            let variables = String(decoding: data, as: UTF8.self).split(separator: "\0")
            let port = try #require(variables.first { $0.hasPrefix("SLUICE_HTTP_PORT=") }?.split(separator: "=").last)
            let base = "http://127.0.0.1:\(port)"
            return try ["metrics", "healthz", "readyz"].map { try curl("\(base)/\($0)") }.joined(separator: "\n")
        }

        private static func curl(_ arguments: String...) throws -> String {
            try TestCluster.run(
                program: "/usr/bin/curl", ["-s", "--max-time", "5"] + arguments, environment: [], seconds: 10
            ).output
        }
    }
}
