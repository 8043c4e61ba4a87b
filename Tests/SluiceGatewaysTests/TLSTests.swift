import FoundationEssentials
import NIOSSL
import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// Gateways behind https: only the one that proves its name gets a message.
@Suite struct TLSTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    /// A certificate that it signed itself, and its key.
    private struct Identity: ~Copyable {
        let folder: String
        var certificate: String { folder + "/server.crt" }

        /// - Parameter names: as OpenSSL's `subjectAltName` has them.
        init(names: String) throws {
            folder = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "tls-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try ShellCommand.run(
                """
                cd \(folder)
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=gateway \
                    -addext subjectAltName=\(names) -keyout server.key -out server.crt 2>&1
                """)
        }

        var context: NIOSSLContext {
            get throws {
                let certificates = try NIOSSLCertificate.fromPEMFile(certificate).map(
                    NIOSSLCertificateSource.certificate)
                let key = try NIOSSLPrivateKey(file: folder + "/server.key", format: .pem)
                return try NIOSSLContext(
                    configuration: .makeServerConfiguration(
                        certificateChain: certificates, privateKey: .privateKey(key)))
            }
        }

        // A folder that cannot be removed is left to the system's own cleaning.
        deinit { try? FileManager.default.removeItem(atPath: folder) }
    }

    private func send(to host: String, named names: String, isTrusted: Bool) async throws -> (String, Int, Int) {
        let identity = try Identity(names: names)
        var configuration = GatewayClient.Configuration()
        if isTrusted { configuration.trustedCertificates = identity.certificate }
        let script: [ScriptedServer.Step] = [.awaitRequest, .send(Self.ok), .awaitRequest, .send(Self.ok), .stall]
        return try await ScriptedServer.with(scripts: [script], tls: identity.context) { server in
            try await withClient(configuration) { client in
                let device = makeDevice("webhook", baseURL: "https://\(host):\(server.port)")
                var summaries: Set<String> = []
                for _ in 1...2 {
                    let outcome = await client.send(
                        makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                    summaries.insert(outcome.summary)
                }
                return (summaries.sorted().joined(separator: ", "), server.requests.count, server.connections)
            }
        }
    }

    @Test(arguments: [("127.0.0.1", "IP:127.0.0.1"), ("localhost", "DNS:localhost")])
    func messagesGoToAServerThatProvesItsName(host: String, names: String) async throws {
        #expect(try await send(to: host, named: names, isTrusted: true) == ("sent -", 2, 1))
    }

    @Test(arguments: [
        ("127.0.0.1", "IP:127.0.0.1", false), ("127.0.0.1", "IP:127.0.0.2", true), ("localhost", "DNS:elsewhere", true),
    ])
    func nothingGoesToAnybodyElse(host: String, names: String, isTrusted: Bool) async throws {
        let (outcome, requests, _) = try await send(to: host, named: names, isTrusted: isTrusted)
        #expect(outcome == "refused connect_failed free retry")
        #expect(requests == 0)
    }

    /// The answer that never comes is waited for no longer than that of a server without TLS, and the end is as abrupt.
    @Test func whatIsGivenUpIsReset() async throws {
        let identity = try Identity(names: "IP:127.0.0.1")
        var configuration = GatewayClient.Configuration()
        configuration.trustedCertificates = identity.certificate
        try await ScriptedServer.with(scripts: [[.awaitRequest, .stall]], tls: identity.context) { server in
            try await withClient(configuration) { client in
                let device = makeDevice(
                    "webhook", baseURL: "https://127.0.0.1:\(server.port)", httpTimeout: .milliseconds(300))
                let outcome = await client.send(
                    makeReservation(), on: device, latestStart: monotonicNow() + .seconds(1))
                #expect(outcome.summary == "unknown timeout")
                try await eventually("the connection is reset") { server.endings == [.reset] }
            }
        }
    }
}
