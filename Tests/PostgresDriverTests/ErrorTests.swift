import PostgresDriver
import TestSupport
import Testing

@Suite struct ErrorTests {
    @Test func aServerErrorCarriesItsFields() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int constraint positive check (n > 0))")
            let error = await postgresError {
                try await connection.query("insert into t values ($1)", [.int32(-4_711)])
            }
            #expect(error?.sqlState == "23514")
            #expect(error?.serverError?.constraint == "positive")
            #expect(error?.serverError?.table == "t")
            #expect(error?.serverError?.detail?.contains("-4711") == true)
            #expect(error.map { "\($0)".contains("4711") } == false)
            #expect(error?.isConnectionFatal == false)
            #expect(error?.isRetriable == false)
            try await expectUsable(connection)
        }
    }

    @Test(arguments: [
        PostgresValue.string("a\0b"), .stringArray(["a", "b\0"]), .stringArray([nil, "\0"]), .jsonb("\0"),
        .scalar("\0"),
    ])
    func textWithANulByteIsRefusedBeforeItIsSent(_ value: PostgresValue) async throws {
        try await withSession { connection in
            let error = await postgresError { try await connection.query("select $1, $2::text", [.int64(1), value]) }
            #expect(error?.kind == .invalidParameter)
            #expect(error?.message.contains("$2") == true)
            try await expectUsable(connection)
        }
    }

    @Test func aStatementWithANulByteOrTooManyParametersIsRefused() async throws {
        try await withSession { connection in
            let nul = await postgresError { try await connection.query("select 1 \0") }
            #expect(nul?.kind == .invalidParameter)
            let many = await postgresError {
                try await connection.query("select 1", Array(repeating: .int64(1), count: 65_536))
            }
            #expect(many?.kind == .invalidParameter)
        }
    }

    @Test func decodingErrorsNameTheColumnAndBothTypes() async throws {
        try await withSession { connection in
            let row = try await connection.query("select 'x'::text as name, null::int8 as age, 7::int8 as size")[0]
            let mismatch = #expect(throws: PostgresError.self) { try row.decode(Int64.self, "name") }
            let failure = PostgresDecodingFailure(
                column: "name", row: 0, expected: "Int64", reason: .typeMismatch(actual: .text))
            #expect(mismatch?.kind == .decoding(failure))
            let null = #expect(throws: PostgresError.self) { try row.decode(Int64.self, "age") }
            #expect(null?.message.contains("age") == true)
            #expect(throws: PostgresError.self) { try row.decode(Int64.self, "missing") }
            #expect(throws: PostgresError.self) { try row.decode(Int64.self, at: 3) }
            #expect(throws: PostgresError.self) { try row.decode(Int64.self, at: -1) }
            #expect(throws: PostgresError.self) { try row.decode(Int32.self, "size") }
            #expect(throws: PostgresError.self) { try row.decode([String].self, "name") }
        }
    }

    @Test func aMissingRowIsAnErrorAndNoTrap() async throws {
        try await withSession { connection in
            let result = try await connection.query("select 1 where false")
            let error = #expect(throws: PostgresError.self) { try result.scalar(Int32.self) }
            #expect(error?.message.contains("0") == true)
            #expect(result.first == nil)
        }
    }

    @Test func copyIsRefusedAndEndsTheConnection() async throws {
        try await withSession { connection in
            let error = await postgresError { try await connection.execute(script: "copy (select 1) to stdout") }
            #expect(error?.isConnectionFatal == true)
            #expect(connection.isClosed)
        }
    }
}
