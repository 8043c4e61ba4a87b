import NATSDriver
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConnectFailureTests {
    private func connectError(_ url: String, timeout: Duration = .milliseconds(300)) async -> NATSError? {
        var options = NATSOptions(url: url)
        options.connectTimeout = timeout
        return await error { await (try NATSConnection.connect(options)).close() }
    }

    @Test func namesTheAddressButNoSecret() async throws {
        // Nothing listens there any more, so the port refuses.
        let server = try await EphemeralNATS.start()
        server.stop()
        let start = ContinuousClock.now
        let thrown = await connectError("nats://ann:hush@127.0.0.1:\(server.port)")
        #expect(thrown?.kind == .cannotConnect && thrown?.isRetriable == true)
        #expect(ContinuousClock.now - start < .seconds(2))
        let text = try #require(thrown).description
        #expect(text.contains("nats://127.0.0.1:\(server.port)"))
        #expect(!text.contains("hush"))
    }

    @Test func tellsWrongCredentialsApart() async throws {
        let server = try await EphemeralNATS.start(arguments: ["--user", "ann", "--pass", "right"])
        defer { server.stop() }
        let thrown = await connectError("nats://ann:wrong@127.0.0.1:\(server.port)", timeout: .seconds(2))
        #expect(thrown?.kind == .notAuthorized && thrown?.isRetriable == false)
        #expect(thrown?.description.contains("wrong") == false)
        #expect(await connectError("nats://ann:right@127.0.0.1:\(server.port)", timeout: .seconds(2)) == nil)
        var options = NATSOptions(url: server.url)
        options.authentication = .userPassword(user: "ann", password: "right")
        try await NATSConnection.withConnection(options) { try await $0.flush() }
    }

    @Test(arguments: [
        "", "127.0.0.1:0", "127.0.0.1:99999", "http://127.0.0.1", "nats://", "nats://a b", "nats://a/b", "nats://::1",
        "nats://user:pw@",
    ])
    func refusesMalformedURLs(url: String) async {
        #expect(await connectError(url)?.kind == .invalidOptions)
    }

    @Test func refusesOptionsThatCannotWork() async {
        let changes: [(inout NATSOptions) -> Void] = [
            { $0.servers = [] }, { $0.pingInterval = .zero }, { $0.maxPingsOut = 0 },
            { $0.connectTimeout = .seconds(-1) }, { $0.reconnectJitter = .seconds(-1) },
            { $0.tls = .init(certificateFile: "/only.pem") },
        ]
        for change in changes {
            var options = NATSOptions(url: "127.0.0.1:1")
            change(&options)
            #expect(await error { _ = try await NATSConnection.connect(options) }?.kind == .invalidOptions)
        }
    }

    @Test func aMissingCertificateFileIsATLSError() async {
        var options = NATSOptions(url: "tls://127.0.0.1:1")
        options.tls = .init(caFile: "/nowhere/ca.pem")
        let thrown = await error { _ = try await NATSConnection.connect(options) }
        #expect(thrown?.kind == .tls)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "INFO {\"broken\r\n", "INFO {}\r\nrubbish\r\n", "\0\0\0\0", "",
        String(repeating: "x", count: 100_000),
    ])
    func whatDoesNotSpeakNATSIsRefusedInTime(greeting: String) async throws {
        let server = try FakeServer(greeting: Array(greeting.utf8))
        defer { server.stop() }
        let start = ContinuousClock.now
        let thrown = await connectError("nats://127.0.0.1:\(server.port)")
        let kind = try #require(thrown).kind
        #expect([.notNATS, .cannotConnect, .other].contains(kind), "\(thrown?.description ?? "")")
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    @Test func connectingCanBeCancelled() async throws {
        let server = try FakeServer(greeting: [])
        defer { server.stop() }
        var options = NATSOptions(url: "nats://127.0.0.1:\(server.port)")
        options.connectTimeout = .seconds(5)
        let attempt = Task { [options] in try await NATSConnection.connect(options) }
        try await eventually("the attempt has begun") { server.connections > 0 }
        let start = ContinuousClock.now
        attempt.cancel()
        await #expect(throws: CancellationError.self) { try await attempt.value }
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
