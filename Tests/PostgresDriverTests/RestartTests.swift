import PostgresDriver
import TestSupport
import Testing

@Suite struct RestartTests {
    @Test func aPoolRecoversFromACrashOfTheServer() async throws {
        let server = try await EphemeralPostgres.start()
        let limits = PostgresPoolConfiguration(
            maximumConnections: 3, minimumConnections: 2, acquireDeadline: .milliseconds(500))
        try await withPool(server.configuration(), limits) { pool in
            try await pool.execute(script: "create table t (n int); insert into t values (1)")
            let during = try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    await postgresError { try await pool.query("select pg_sleep(30)", deadline: .seconds(20)) }
                }
                try await eventually("the statement to run") {
                    try await pool.query(
                        "select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'"
                    ).scalar(Int64.self) == 1
                }
                try await server.crash()
                return try await group.next() ?? nil
            }
            #expect(during?.isConnectionFatal == true)
            #expect(during?.isRetriable == true)
            let down = await postgresError { try await pool.query("select 1") }
            #expect(down?.isRetriable == true)

            try await server.restart()
            let start = ContinuousClock.now
            try await eventually("the pool to recover", within: .seconds(5)) {
                guard let result = try? await pool.query("select n from t") else { return false }
                return try result.scalar(Int32.self) == 1
            }
            #expect(start.duration(to: .now) < .seconds(3))
        }
        try await server.stop()
    }

    @Test func anIdleConnectionNoticesTheCrash() async throws {
        let server = try await EphemeralPostgres.start()
        let (ends, end) = AsyncStream<PostgresError>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let connection = try await PostgresConnection.connect(server.configuration()) { _ in
        } onEnd: { error in
            end.yield(error)
        }
        try await server.crash()
        for await error in ends {
            #expect(error.kind == .connectionLost)
            break
        }
        #expect(connection.isClosed)
        try await server.stop()
    }
}
