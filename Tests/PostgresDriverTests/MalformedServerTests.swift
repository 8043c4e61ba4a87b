import PostgresDriver
import TestSupport
import Testing

@Suite struct MalformedServerTests {
    private func configuration(_ server: FakeServer) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(
            "postgresql://u@127.0.0.1:\(server.port)/d?sslmode=disable&gssencmode=disable")
        configuration.connectTimeout = .milliseconds(500)
        configuration.cancelGrace = .milliseconds(100)
        return configuration
    }

    @Test(arguments: FakeServer.Behavior.allCases.filter { !$0.allowsConnecting })
    func aBrokenStartupIsAConnectionFailureInTime(_ behavior: FakeServer.Behavior) async throws {
        let server = try FakeServer(behavior)
        let start = ContinuousClock.now
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration(server)) }
        #expect(error?.kind == .connectionFailed)
        #expect(error?.message.contains("\(server.port)") == true)
        #expect(start.duration(to: .now) < .seconds(2))
    }

    @Test(arguments: FakeServer.Behavior.allCases.filter(\.allowsConnecting))
    func aBrokenReplyEndsTheConnectionInTime(_ behavior: FakeServer.Behavior) async throws {
        let server = try FakeServer(behavior)
        let connection = try await PostgresConnection.connect(configuration(server))
        let start = ContinuousClock.now
        let error = await postgresError {
            try await connection.execute(script: "select 1", deadline: .milliseconds(300))
        }
        #expect(error?.isConnectionFatal == true)
        #expect(error?.mayHaveTakenEffect == true, "\(error.debugDescription)")
        #expect(start.duration(to: .now) < .seconds(2))
        #expect(connection.isClosed)
        let late = await postgresError { try await connection.query("select 1") }
        #expect(late?.kind == .connectionLost)
    }

    @Test func aHostThatDoesNotResolveIsAConnectionFailure() async throws {
        let configuration = try PostgresConfiguration("postgresql://u@no-such-host.invalid/d")
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.kind == .connectionFailed)
        #expect(error?.message.contains("no-such-host.invalid") == true)
    }

    @Test func cancellingWhileConnectingReturnsAtOnce() async throws {
        let server = try FakeServer(.neverAnswersTheStartup)
        var configuration = try configuration(server)
        configuration.connectTimeout = .seconds(30)
        let start = ContinuousClock.now
        let error = await withTaskGroup(of: PostgresError?.self) { [configuration] group in
            group.addTask { await postgresError { _ = try await PostgresConnection.connect(configuration) } }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error?.kind == .cancelled)
        #expect(start.duration(to: .now) < .seconds(5))
    }
}
