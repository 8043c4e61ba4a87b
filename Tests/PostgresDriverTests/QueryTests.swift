import FoundationEssentials
import PostgresDriver
import Synchronization
import TestSupport
import Testing

@Suite struct QueryTests {
    @Test func aQueryReturnsTypedRows() async throws {
        try await withSession { connection in
            let result = try await connection.query(
                "select n, 'row ' || n as label from generate_series(1::bigint, $1) n", [.int64(1_000)])
            #expect(result.count == 1_000)
            #expect(try result[999].decode(Int64.self, at: 0) == 1_000)
            #expect(try result[41].decode(String.self, "label") == "row 42")
            #expect(try result.column(Int64.self) == Array(1...1_000))
        }
    }

    @Test func scalarsSurviveTheRoundTrip() async throws {
        let id = UUID()
        try await withSession { connection in
            let result = try await connection.query(
                """
                select $1::bool, $2::int2, $3::int4, $4::int8, $5::float8, $6::text, $7::uuid, $8::bytea, \
                $9::timestamptz, $10::date, $11::jsonb
                """,
                [
                    .bool(true), .int16(-2), .int32(.min), .int64(.max), .double(-0.125), .string("grüße 🐘"), .uuid(id),
                    .bytes([0, 255]), .timestamp(PostgresTimestamp(microsecondsSinceEpoch: -1)),
                    .date(PostgresDate(daysSinceEpoch: 20_000)), .jsonb(#"{"a": [1]}"#),
                ])
            let row = result[0]
            #expect(try row.decode(Bool.self, at: 0))
            #expect(try row.decode(Int16.self, at: 1) == -2)
            #expect(try row.decode(Int32.self, at: 2) == .min)
            #expect(try row.decode(Int64.self, at: 3) == .max)
            #expect(try row.decode(Double.self, at: 4) == -0.125)
            #expect(try row.decode(String.self, at: 5) == "grüße 🐘")
            #expect(try row.decode(UUID.self, at: 6) == id)
            #expect(try row.decode([UInt8].self, at: 7) == [0, 255])
            #expect(try row.decode(PostgresTimestamp.self, at: 8).microsecondsSinceEpoch == -1)
            #expect(try row.decode(PostgresDate.self, at: 9).daysSinceEpoch == 20_000)
            #expect(try row.decode(String.self, at: 10) == #"{"a": [1]}"#)
        }
    }

    @Test func theServerReadsTimesAsTheyWereMeant() async throws {
        try await withSession { connection in
            let result = try await connection.query(
                "select $1::timestamptz = '2026-01-02 03:04:05.678901Z', $2 = '1999-12-31', $3::text",
                [
                    .timestamp(PostgresTimestamp(microsecondsSinceEpoch: 1_767_323_045_678_901)),
                    .date(PostgresDate(daysSinceEpoch: 10_956)), .timestamp(.infinity),
                ])
            #expect(try result[0].decode(Bool.self, at: 0))
            #expect(try result[0].decode(Bool.self, at: 1))
            #expect(try result[0].decode(String.self, at: 2) == "infinity")
        }
    }

    @Test func nilIsNullForEveryType() async throws {
        try await withSession { connection in
            let result = try await connection.query(
                "select $1 is null, $2 is null, $3::text is null, $4 is null, null::int8",
                [.int64(nil), .uuid(nil), .string(nil), .bytes(nil)])
            for column in 0..<4 { #expect(try result[0].decode(Bool.self, at: column)) }
            #expect(try result[0].decode(Int64?.self, at: 4) == nil)
        }
    }

    @Test(arguments: [
        "0", "-0.001", "123456789012345678901234567890.00001", "10000", "0.00010000", "99990000", "-7",
        "NaN", "Infinity", "-Infinity",
    ])
    func numericsAreReadAsTheServerWritesThem(_ text: String) async throws {
        try await withSession { connection in
            let result = try await connection.query("select $1::numeric, ($1::numeric)::text", [.string(text)])
            #expect(try result[0].decode(String.self, at: 0) == result[0].decode(String.self, at: 1))
        }
    }

    @Test func aSumOfBigintsIsReadAsAnInteger() async throws {
        try await withSession { connection in
            let result = try await connection.query("select sum(n) from generate_series(1::bigint, 100000) n")
            #expect(try result.scalar(Int64.self) == 5_000_050_000)
        }
    }

    @Test func textFitsTheTypeTheServerInfers() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create type pg_temp.mood as enum ('glad', 'sad')")
            let result = try await connection.query(
                "select $1::pg_temp.mood, $2::inet = '10.0.0.1', $3::text[]::pg_temp.mood[]",
                [.string("sad"), .string("10.0.0.1"), .stringArray(["glad", "sad"])])
            #expect(try result[0].decode(String.self, at: 0) == "sad")
            #expect(try result[0].decode(Bool.self, at: 1))
            #expect(try result[0].decode([String].self, at: 2) == ["glad", "sad"])
        }
    }

    @Test func tenMegabytesOfTextArrive() async throws {
        let text = String(repeating: "0123456789", count: 1_000_000)
        try await withSession { connection in
            let result = try await connection.query(
                "select length($1), md5($1) = md5($2), $1", [.string(text), .string(text)])
            #expect(try result[0].decode(Int32.self, at: 0) == 10_000_000)
            #expect(try result[0].decode(Bool.self, at: 1))
            #expect(try result[0].decode(String.self, at: 2) == text)
        }
    }

    @Test func aScriptRunsManyStatementsAsOne() async throws {
        try await withSession { connection in
            let error = await postgresError {
                try await connection.execute(
                    script:
                        "create temp table t (n int); insert into t values (1); select 1/0; insert into t values (2)")
            }
            #expect(error?.sqlState == "22012")
            #expect(try await connection.query("select to_regclass('pg_temp.t') is null").scalar(Bool.self))
            try await connection.execute(script: "create temp table t (n int); insert into t values (1);")
            try await connection.execute(script: "")
            #expect(try await connection.query("update t set n = 2").affectedRows == 1)
        }
    }

    @Test func noticesReachTheHook() async throws {
        let notices = Mutex<[PostgresNotice]>([])
        let hook: @Sendable (PostgresNotice) -> Void = { notice in notices.withLock { $0.append(notice) } }
        try await withSession(onNotice: hook) { connection in
            try await connection.execute(script: "do $$ begin raise warning 'careful'; end $$")
        }
        #expect(notices.withLock { $0 } == [PostgresNotice(severity: "WARNING", sqlState: "01000", message: "careful")])
    }

    @Test func settingsHoldForTheSession() async throws {
        let configuration = try await adjustedConfiguration { $0.settings["search_path"] = #""a b","c\d""# }
        try await withSession(configuration) { connection in
            let result = try await connection.query(
                "select current_setting(n) from unnest(array['search_path', 'statement_timeout', 'application_name']) n"
            )
            #expect(try result.column(String.self) == [#""a b","c\d""#, "3s", "tests"])
        }
    }
}
