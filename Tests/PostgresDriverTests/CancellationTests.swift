import PostgresDriver
import TestSupport
import Testing

@Suite struct CancellationTests {
    @Test func aCancelledTaskStopsItsStatementAndTheConnectionStaysUsable() async throws {
        try await withSession { connection in
            let process = try await connection.query("select pg_backend_pid()").scalar(Int32.self)
            let error = await withTaskGroup(of: PostgresError?.self) { group in
                group.addTask { await postgresError { try await connection.query("select pg_sleep(60)") } }
                await Self.untilActive(process)
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error?.kind == .cancelled)
            #expect(error?.mayHaveTakenEffect == false)
            #expect(!connection.isClosed)
            #expect(try await connection.query("select pg_backend_pid()").scalar(Int32.self) == process)
        }
    }

    @Test func aTaskThatIsCancelledBeforehandSendsNothing() async throws {
        try await withSession { connection in
            let error = await withTaskGroup(of: PostgresError?.self) { group in
                group.cancelAll()
                group.addTask { await postgresError { try await connection.query("select pg_sleep(60)") } }
                return await group.next() ?? nil
            }
            #expect(error?.kind == .cancelled)
            try await expectUsable(connection)
        }
    }

    @Test func aDeadlineStopsTheStatement() async throws {
        try await withSession { connection in
            let start = ContinuousClock.now
            let error = await postgresError {
                try await connection.query("select pg_sleep(60)", deadline: .milliseconds(100))
            }
            let elapsed = start.duration(to: .now)
            #expect(error?.kind == .timedOut)
            #expect(error?.isConnectionFatal == false)
            #expect(elapsed >= .milliseconds(100) && elapsed < .seconds(2))
            try await expectUsable(connection)
        }
    }

    @Test func theServersOwnTimeoutIsAServerError() async throws {
        let configuration = try await adjustedConfiguration { $0.settings["statement_timeout"] = "50ms" }
        try await withSession(configuration) { connection in
            let error = await postgresError { try await connection.query("select pg_sleep(60)") }
            #expect(error?.sqlState == "57014")
            #expect(error?.isRetriable == true)
        }
    }

    @Test func whatWaitsBehindASlowStatementKeepsItsOwnDeadline() async throws {
        try await withSession { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await connection.query("select pg_sleep(2)") }
                try await eventually("the slow statement to start") { try await Self.activeSleepers() > 0 }
                let start = ContinuousClock.now
                let error = await postgresError { try await connection.query("select 1", deadline: .milliseconds(50)) }
                #expect(error?.kind == .timedOut)
                #expect(error?.mayHaveTakenEffect == false)
                #expect(start.duration(to: .now) < .milliseconds(1_800))
                try await group.waitForAll()
            }
        }
    }

    @Test func aFullQueueRefuses() async throws {
        let configuration = try await adjustedConfiguration { $0.queueLimit = 2 }
        try await withSession(configuration) { connection in
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<8 {
                    group.addTask { await postgresError { try await connection.query("select pg_sleep(0.2)") } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(errors.contains { $0?.kind == .queueFull })
            #expect(errors.contains { $0 == nil })
            try await expectUsable(connection)
        }
    }

    /// Cancels must hit nothing but their own statement, whatever the timing.
    @Test func cancellingAtRandomMomentsNeverHitsAnotherStatement() async throws {
        var random = SplitMix(state: TestSeed.base)
        try await withSession { connection in
            for round in 0..<60 {
                let delay = Duration.microseconds(Int.random(in: 0...2_500, using: &random))
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        // Whether it is cancelled or completes is chance; both are right.
                        _ = await postgresError { try await connection.query("select pg_sleep(0.001)") }
                    }
                    // The only purpose of this sleep is to vary the moment.
                    try? await Task.sleep(for: delay)
                    group.cancelAll()
                }
                let value = try await connection.query("select $1 from pg_sleep(0.0005)", [.int64(Int64(round))])
                #expect(try value.scalar(Int64.self) == Int64(round), "\(TestSeed.name)")
            }
        }
    }

    @Test func closingAnswersEverybody() async throws {
        let configuration = try await EphemeralPostgres.shared().configuration()
        let connection = try await PostgresConnection.connect(configuration)
        let errors = await withTaskGroup(of: PostgresError?.self) { group in
            for _ in 0..<4 {
                group.addTask { await postgresError { try await connection.query("select pg_sleep(60)") } }
            }
            await connection.close()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count == 4)
        #expect(errors.allSatisfy { $0 != nil })
        let late = await postgresError { try await connection.query("select 1") }
        #expect(late?.kind == .connectionLost)
    }

    private static func untilActive(_ process: Int32) async {
        // A failure shows in the expectations of the caller.
        try? await eventually("the statement to run") {
            try await withSession { observer in
                let result = try await observer.query(
                    "select count(*) from pg_stat_activity where pid = $1 and query ~ 'sleep.60' and state = 'active'",
                    [.int32(process)])
                return try result.scalar(Int64.self) == 1
            }
        }
    }

    private static func activeSleepers() async throws -> Int64 {
        try await withSession { observer in
            try await observer.query(
                "select count(*) from pg_stat_activity where query = 'select pg_sleep(2)' and state = 'active'"
            ).scalar(Int64.self)
        }
    }
}
