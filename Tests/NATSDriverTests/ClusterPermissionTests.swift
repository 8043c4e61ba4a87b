import Foundation
import NATSDriver
import TestSupport
import Testing

/// What `cluster/nats` lets each role do, on a real server with its accounts, its limits and TLS on both sides.
@Suite(.timeLimit(.minutes(1)))
struct ClusterPermissionTests {
    /// Each role: what it may publish, and what it may subscribe to.
    private static let matrix: [(role: String, publish: Set<String>, subscribe: Set<String>)] = [
        ("coordinator", ["dispatch.7", "beacon"], ["credit", "wake", "status"]),
        ("shard", ["credit"], ["dispatch.7", "beacon", "wake", "status", "device"]),
        ("api", ["wake", "status", "device"], ["status"]),
        ("operator", ["wake", "status", "device"], []),
    ]
    /// Every subject of ``Subjects``.
    private static let subjects = ["dispatch.7", "credit", "beacon", "wake", "status", "device"]
        .map { "sluice.test.\($0)" }
    /// What nobody may publish to or subscribe to: other clusters, what Sluice has no subject for, and the server's own.
    private static let forbidden = [
        "sluice.other.beacon", "sluice.test.dispatch", "sluice.test.dispatch.7.8", "sluice.test.anything",
        "$JS.API.INFO", "$JS.API.STREAM.PURGE.x", "$SYS.REQ.SERVER.PING", "$SYS.ACCOUNT.x.CONNECT", "anything",
    ]
    /// What would hear more than a role's own subjects.
    private static let wildcards = [
        ">", "*", "sluice.>", "sluice.*.status", "sluice.test.>", "sluice.test.*", "$JS.>", "$SYS.>", "_INBOX.>",
        "_INBOX.*.>",
    ]

    @Test func `each role publishes its own subjects and nothing else`() async throws {
        try await SecuredNATS.with(roles: Self.matrix.map(\.role)) { cluster in
            let inboxes = Self.matrix.map { cluster.inbox(of: $0.role) }
            for entry in Self.matrix {
                try await cluster.connected(as: entry.role) { nats in
                    for subject in Self.subjects + Self.forbidden + inboxes {
                        let isAllowed = entry.publish.contains { subject == "sluice.test.\($0)" }
                        let refusals = try await Self.refusals(nats) { try nats.publish(subject, payload: []) }
                        #expect(refusals == (isAllowed ? 0 : 1), "\(entry.role) publishes \(subject)")
                    }
                }
            }
        }
    }

    @Test func `each role subscribes to its own subjects and nothing else`() async throws {
        try await SecuredNATS.with(roles: Self.matrix.map(\.role)) { cluster in
            let inboxes = Self.matrix.map { cluster.inbox(of: $0.role) }
            for entry in Self.matrix {
                try await cluster.connected(as: entry.role) { nats in
                    for subject in Self.subjects + Self.forbidden + Self.wildcards + inboxes {
                        let isAllowed =
                            entry.subscribe.contains { subject == "sluice.test.\($0)" }
                            || subject == cluster.inbox(of: entry.role)
                        let refusals = try await Self.refusals(nats) {
                            try await nats.withSubscription(subject) { _ in }
                        }
                        #expect(refusals == (isAllowed ? 0 : 1), "\(entry.role) subscribes to \(subject)")
                    }
                }
            }
        }
    }

    @Test func `two nodes of one role do not read each other's replies`() async throws {
        try await SecuredNATS.with(roles: ["shard", "operator"], more: ["operator"]) { cluster in
            try await cluster.connected(as: "operator-2") { spy in
                for subject in [cluster.inbox(of: "operator"), "_INBOX.>"] {
                    let refusals = try await Self.refusals(spy) { try await spy.withSubscription(subject) { _ in } }
                    #expect(refusals == 1, "\(subject)")
                }
            }
        }
    }

    @Test func `JetStream, websocket, MQTT, leaf nodes and gateways are off`() async throws {
        let text = try String(contentsOf: SecuredNATS.files.appendingPathComponent("nats-server.conf"), encoding: .utf8)
        let settings = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        for block in ["jetstream", "websocket", "mqtt", "leafnodes", "leafnode", "gateway", "no_auth_user"] {
            #expect(!settings.contains { $0.hasPrefix(block) }, "\(block)")
        }
        try await SecuredNATS.with(roles: ["operator"]) { cluster in
            let greeting = try cluster.greeting()
            #expect(greeting.hasPrefix("INFO {"), "\(greeting)")
            #expect(greeting.contains("\"tls_required\":true"), "\(greeting)")
            #expect(greeting.contains("\"auth_required\":true"), "\(greeting)")
            #expect(!greeting.contains("\"jetstream\":true"), "\(greeting)")
        }
    }

    @Test func `a question is answered once, by who was asked`() async throws {
        try await SecuredNATS.with(roles: Self.matrix.map(\.role)) { cluster in
            try await cluster.connected(as: "shard") { shard in
                try await shard.withSubscription("sluice.test.status") { questions in
                    try await shard.flush()
                    try await cluster.connected(as: "operator") { asker in
                        async let reply = asker.request("sluice.test.status", timeout: .seconds(5))
                        for await question in questions {
                            try shard.publish(try #require(question.reply), payload: Array("here".utf8))
                            try await shard.flush()
                            break
                        }
                        #expect(String(decoding: try await reply.payload, as: UTF8.self) == "here")
                    }
                }
                #expect(await shard.statistics().asyncErrors == 0)
            }
        }
    }

    @Test func `whoever has no key, another's key or no certificate is refused`() async throws {
        try await SecuredNATS.with(roles: Self.matrix.map(\.role)) { cluster in
            let changes: [(inout NATSOptions) -> Void] = [
                { $0.authentication = .fromURL },
                { $0.authentication = .userPassword(user: "shard", password: "guess") },
                { options in
                    guard case .nkey(let key, _) = cluster.options(as: "shard").authentication else { return }
                    options.authentication = .nkey(publicKey: key, seedFile: "\(cluster.folder)/operator.seed")
                },
                { $0.tls = NATSOptions.TLS(caFile: "\(cluster.folder)/ca.pem") },
                { $0.tls = nil },
            ]
            for (number, change) in changes.enumerated() {
                var options = cluster.options(as: "operator")
                change(&options)
                let refusal = await error { await (try NATSConnection.connect(options)).close() }
                #expect(refusal != nil, "change \(number)")
            }
        }
    }

    /// One of 256 signatures begins with a zero byte, which libnats does not send: of a thousand connections one would be
    /// refused but for one time in fifty.
    @Test func `whoever has the key is let in every time`() async throws {
        try await SecuredNATS.with(roles: ["operator"]) { cluster in
            // Without TLS, which would take ten times as long.
            let plain = try await EphemeralNATS.start(arguments: ["--config", "\(cluster.folder)/accounts.conf"])
            defer { plain.stop() }
            var options = cluster.options(as: "operator")
            options.servers = [plain.url]
            options.tls = nil
            for _ in 0..<1_000 { _ = try await NATSConnection.connect(options) }
        }
    }

    /// How often the server refuses something while `body` runs. Refusals come in order, so one that is sure to come ends
    /// the wait.
    private static func refusals(_ nats: NATSConnection, of body: () async throws -> Void) async throws -> Int {
        let before = await nats.statistics().asyncErrors
        try await body()
        let last = "nobody.may.\(before)x"
        try nats.publish(last, payload: [])
        try await eventually("the last refusal") {
            await nats.statistics().lastAsyncError?.contains(last) == true
        }
        return await nats.statistics().asyncErrors - before - 1
    }
}
