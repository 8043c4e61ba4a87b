import PostgresDriver
import TestSupport
import Testing

/// A pool that runs for the duration of `body`.
func withPool<Value: Sendable>(
    _ configuration: PostgresConfiguration, _ limits: PostgresPoolConfiguration = PostgresPoolConfiguration(),
    _ body: (PostgresPool) async throws -> Value
) async throws -> Value {
    let pool = PostgresPool(configuration, limits: limits)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await pool.run() }
        let value = try await body(pool)
        group.cancelAll()
        try await group.waitForAll()
        return value
    }
}

@Suite struct PoolTests {
    private func configuration() async throws -> PostgresConfiguration {
        try await EphemeralPostgres.shared().configuration()
    }

    /// Until the pool's first connection is there, refusals are what is expected.
    private func untilConnected(_ pool: PostgresPool) async throws {
        try await eventually("the first connection") { (try? await pool.query("select 1")) != nil }
    }

    @Test func manyTasksShareFewConnections() async throws {
        try await withPool(configuration(), PostgresPoolConfiguration(maximumConnections: 3)) { pool in
            let processes = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<300 {
                    group.addTask { try await pool.query("select pg_backend_pid()").scalar(Int32.self) }
                }
                return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
            }
            #expect((1...3).contains(processes.count))
        }
    }

    @Test func exhaustionIsATypedErrorAtTheDeadline() async throws {
        let limits = PostgresPoolConfiguration(maximumConnections: 1, acquireDeadline: .milliseconds(100))
        try await withPool(configuration(), limits) { pool in
            try await untilConnected(pool)
            try await pool.withConnection { _ in
                let start = ContinuousClock.now
                let error = await postgresError { try await pool.query("select 1") }
                #expect(error?.kind == .poolExhausted)
                #expect(error?.isRetriable == true)
                #expect(start.duration(to: .now) >= .milliseconds(100))
            }
            try await pool.query("select 1")
        }
    }

    @Test func moreWaitersThanAllowedAreRefusedAtOnce() async throws {
        let limits = PostgresPoolConfiguration(maximumConnections: 1, maximumWaiters: 0)
        try await withPool(configuration(), limits) { pool in
            try await untilConnected(pool)
            try await pool.withConnection { _ in
                let error = await postgresError { try await pool.query("select 1") }
                #expect(error?.kind == .poolExhausted)
            }
        }
    }

    @Test func aWaiterThatIsCancelledLeaves() async throws {
        try await withPool(configuration(), PostgresPoolConfiguration(maximumConnections: 1)) { pool in
            try await pool.withConnection { _ in
                let error = await withTaskGroup(of: PostgresError?.self) { group in
                    group.addTask { await postgresError { try await pool.query("select 1") } }
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                #expect(error?.kind == .cancelled)
            }
            try await pool.query("select 1")
        }
    }

    @Test func whatComesBackInsideATransactionIsReplaced() async throws {
        try await withPool(configuration(), PostgresPoolConfiguration(maximumConnections: 1)) { pool in
            let first = try await pool.withConnection { connection in
                try await connection.query("begin")
                return try await connection.query("select pg_backend_pid()").scalar(Int32.self)
            }
            let second = try await pool.query("select pg_backend_pid()").scalar(Int32.self)
            #expect(first != second)
        }
    }

    @Test func aTerminatedSessionIsReplaced() async throws {
        try await withPool(configuration(), PostgresPoolConfiguration(maximumConnections: 1)) { pool in
            let error = await postgresError { try await pool.query("select pg_terminate_backend(pg_backend_pid())") }
            #expect(error?.isConnectionFatal == true)
            #expect(error?.isRetriable == true)
            try await pool.query("select 1")
        }
    }

    @Test func aPoolWithoutServerNamesTheTargetAndTheReason() async throws {
        let limits = PostgresPoolConfiguration(acquireDeadline: .milliseconds(300))
        let closedPort = try PostgresConfiguration("postgresql://ann:s3cret@127.0.0.1:1/d")
        try await withPool(closedPort, limits) { pool in
            let error = await postgresError { try await pool.query("select 1") }
            #expect(error?.kind == .connectionFailed)
            #expect(error?.message.contains("127.0.0.1:1/d") == true)
            #expect(error.map { "\($0)".contains("s3cret") } == false)
        }
    }

    @Test func aStoppedPoolRefuses() async throws {
        let pool = try await withPool(configuration()) { pool in
            try await pool.query("select 1")
            return pool
        }
        let error = await postgresError { try await pool.query("select 1") }
        #expect(error?.kind == .poolClosed)
        await #expect(throws: PostgresError.self) { try await pool.run() }
    }

    @Test func stressWithFailuresAndCancellationsLosesNoConnection() async throws {
        var random = SplitMix(state: TestSeed.base)
        let choices = (0..<400).map { _ in Int.random(in: 0..<6, using: &random) }
        let limits = PostgresPoolConfiguration(maximumConnections: 4, acquireDeadline: .seconds(20))
        try await withPool(configuration(), limits) { pool in
            await withTaskGroup(of: Void.self) { group in
                for choice in choices { group.addTask { await Self.disturb(pool, choice) } }
            }
            let values = try await withThrowingTaskGroup(of: Int64.self) { group in
                for number in Int64(0)..<100 {
                    group.addTask { try await pool.query("select $1", [.int64(number)]).scalar(Int64.self) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(values.sorted() == Array(0..<100), "\(TestSeed.name)")
        }
    }

    /// Its errors are the point; that the pool survives them is what the caller checks.
    private static func disturb(_ pool: PostgresPool, _ choice: Int) async {
        _ = await postgresError {
            switch choice {
            case 0: try await pool.query("select 1/0")
            case 1: try await pool.query("select pg_sleep(1)", deadline: .milliseconds(3))
            case 2: try await pool.withConnection { _ = try await $0.query("begin") }
            case 3: try await pool.withTransaction { _ = try await $0.query("select 1/0") }
            case 4:
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await postgresError { try await pool.query("select pg_sleep(0.01)") } }
                    await Task.yield()
                    group.cancelAll()
                }
            default: try await pool.query("select 1")
            }
        }
    }
}
