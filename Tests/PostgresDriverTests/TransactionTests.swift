import PostgresDriver
import TestSupport
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error {}

    @Test func itCommitsWhenTheBodyReturnsAndRollsBackWhenItThrows() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int)")
            _ = try await connection.withTransaction { try await $0.query("insert into t values (1)") }
            await #expect(throws: Refusal.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.query("insert into t values (2)")
                    throw Refusal()
                }
            }
            #expect(try await connection.query("select n from t").column(Int32.self) == [1])
        }
    }

    @Test(arguments: PostgresTransactionMode.allCases)
    func theModeIsWhatWasAskedFor(_ mode: PostgresTransactionMode) async throws {
        try await withSession { connection in
            let isolation = try await connection.withTransaction(mode) { transaction in
                try await transaction.query("select current_setting('transaction_isolation')").scalar(String.self)
            }
            let expected: [PostgresTransactionMode: String] = [
                .readCommitted: "read committed", .repeatableRead: "repeatable read", .serializable: "serializable",
                .readOnlySnapshot: "repeatable read",
            ]
            #expect(isolation == expected[mode])
        }
    }

    @Test func aSwallowedFailureIsNoCommit() async throws {
        try await withSession { connection in
            let error = await postgresError {
                try await connection.withTransaction { transaction in
                    _ = await postgresError { try await transaction.query("select 1/0") }
                }
            }
            #expect(error?.kind == .transactionAborted)
            try await expectUsable(connection)
        }
    }

    @Test func aTransactionInATransactionIsUndoneAlone() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int)")
            try await connection.withTransaction { outer in
                try await outer.query("insert into t values (1)")
                for fails in [false, true] {
                    let error = await postgresError {
                        try await outer.withTransaction { inner in
                            try await inner.query("insert into t values (2)")
                            _ = try await inner.withTransaction { try await $0.query("insert into t values (3)") }
                            if fails { try await inner.query("select 1/0") }
                        }
                    }
                    #expect((error != nil) == fails)
                }
                try await outer.query("insert into t values (4)")
            }
            let rows = try await connection.query("select n from t order by n")
            #expect(try rows.column(Int32.self) == [1, 2, 3, 4])
        }
    }

    @Test func aDeferredConstraintFailsTheCommit() async throws {
        try await withSession { connection in
            try await connection.execute(
                script: "create temp table t (n int unique deferrable initially deferred); insert into t values (1)")
            let error = await postgresError {
                _ = try await connection.withTransaction { try await $0.query("insert into t values (1)") }
            }
            #expect(error?.sqlState == "23505")
            try await expectUsable(connection)
        }
    }

    @Test func cancellingTheTaskRollsBack() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int)")
            let (entered, enter) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let error = await withTaskGroup(of: PostgresError?.self) { group in
                group.addTask {
                    await postgresError {
                        try await connection.withTransaction { transaction in
                            try await transaction.query("insert into t values (1)")
                            enter.yield()
                            try await transaction.query("select pg_sleep(60)")
                        }
                    }
                }
                for await _ in entered { break }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error?.kind == .cancelled)
            #expect(try await connection.query("select count(*) from t").scalar(Int64.self) == 0)
        }
    }

    @Test func otherTasksWaitUntilItIsOver() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...20 {
                    group.addTask {
                        try await connection.withTransaction { transaction in
                            try await transaction.query("insert into t values ($1)", [.int32(Int32(number))])
                            try await transaction.query("insert into t values ($1)", [.int32(Int32(-number))])
                            let sum = try await transaction.query("select coalesce(sum(n), 0) from t")
                            #expect(try sum.scalar(Int64.self) == 0)
                        }
                    }
                    group.addTask {
                        let sum = try await connection.query("select coalesce(sum(n), 0) from t")
                        #expect(try sum.scalar(Int64.self) == 0)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aTransactionThatIsOverRunsNothing() async throws {
        try await withSession { connection in
            let escaped = try await connection.withTransaction { $0 }
            let error = await postgresError { try await escaped.query("select 1") }
            #expect(error?.kind == .transactionAborted)
            try await expectUsable(connection)
        }
    }

    @Test func aTransactionThatCannotEndInTimeEndsTheConnection() async throws {
        let configuration = try await adjustedConfiguration { $0.defaultDeadline = .milliseconds(100) }
        let connection = try await PostgresConnection.connect(configuration)
        let error = await withTaskGroup(of: Void.self) { group in
            await postgresError {
                try await connection.withTransaction { transaction in
                    // Outlives the body, so that COMMIT waits behind it.
                    group.addTask {
                        _ = await postgresError {
                            try await transaction.query("select pg_sleep(1.5)", deadline: .seconds(5))
                        }
                    }
                    try await eventually("the statement to run") {
                        try await withSession { observer in
                            try await observer.query(
                                "select count(*) from pg_stat_activity where query = 'select pg_sleep(1.5)' and state = 'active'"
                            ).scalar(Int64.self) > 0
                        }
                    }
                }
            }
        }
        #expect(error?.kind == .timedOut)
        #expect(connection.isClosed)
        await connection.close()
    }
}
