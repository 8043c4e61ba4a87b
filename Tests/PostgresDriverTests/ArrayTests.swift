import FoundationEssentials
import PostgresDriver
import TestSupport
import Testing

@Suite struct ArrayTests {
    @Test func theServerSeesTheElementsThatWereSent() async throws {
        let id = try #require(UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff"))
        let cases: [(PostgresValue, String)] = [
            (.boolArray([true, false]), "{t,f}"),
            (.int16Array([1, -2]), "{1,-2}"),
            (.int32Array([.max, nil]), "{2147483647,NULL}"),
            (.int64Array([.min, 0]), "{-9223372036854775808,0}"),
            (.doubleArray([0.5, -.infinity]), "{0.5,-Infinity}"),
            (.stringArray(["", "a,\"b\"\\", nil, "NULL"]), #"{"","a,\"b\"\\",NULL,"NULL"}"#),
            (.uuidArray([id]), "{00112233-4455-6677-8899-aabbccddeeff}"),
            (.bytesArray([[], [1, 255]]), #"{"\\x","\\x01ff"}"#),
            (.dateArray([PostgresDate(daysSinceEpoch: 0)]), "{1970-01-01}"),
            (.int64Array([Int64]()), "{}"),
            (.stringArray([String?]()), "{}"),
        ]
        try await withSession { connection in
            for (value, text) in cases {
                let result = try await connection.query("select ($1)::text", [value])
                #expect(try result.scalar(String.self) == text)
            }
            let instants = PostgresValue.timestampArray([PostgresTimestamp(microsecondsSinceEpoch: 1)])
            let result = try await connection.query("select ($1)[1] = '1970-01-01T00:00:00.000001Z'", [instants])
            #expect(try result.scalar(Bool.self))
        }
    }

    @Test func randomArraysComeBackUnchanged() async throws {
        var random = SplitMix(state: TestSeed.base)
        try await withSession { connection in
            for _ in 0..<50 {
                let count = Int.random(in: 0...40, using: &random)
                let numbers = (0..<count).map { _ in
                    Bool.random(using: &random) ? nil : Int64.random(in: .min ... .max, using: &random)
                }
                let texts = (0..<count).map { _ in Self.text(using: &random) }
                let result = try await connection.query("select $1, $2", [.int64Array(numbers), .stringArray(texts)])
                #expect(try result[0].decode([Int64?].self, at: 0) == numbers, "\(TestSeed.name)")
                #expect(try result[0].decode([String?].self, at: 1) == texts, "\(TestSeed.name)")
            }
        }
    }

    @Test func tenThousandRowsUnnest() async throws {
        let ids = (0..<10_000).map { _ in UUID() }
        let numbers = (0..<10_000).map { Int64($0) }
        try await withSession { connection in
            let result = try await connection.query(
                "select id, n from unnest($1::uuid[], $2::bigint[]) with ordinality as u (id, n, place) order by place",
                [.uuidArray(ids), .int64Array(numbers)])
            #expect(try result.column(UUID.self, at: 0) == ids)
            #expect(try result.column(Int64.self, at: 1) == numbers)
        }
    }

    @Test func anArrayWithNullIsNoArrayOfPlainValues() async throws {
        try await withSession { connection in
            let row = try await connection.query(
                "select array[1, null]::int8[], array[[1, 2], [3, 4]], array[1]::int4[]")[0]
            #expect(throws: PostgresError.self) { try row.decode([Int64].self, at: 0) }
            #expect(throws: PostgresError.self) { try row.decode([Int64].self, at: 1) }
            #expect(try row.decode([Int64].self, at: 2) == [1])
        }
    }

    @Test func packedInstantsAreThoseThatWerePacked() async throws {
        try await withSession { connection in
            let row = try await connection.query(
                """
                SELECT string_agg(timestamptz_send(t), '' ORDER BY t) AS packed, array_agg(t ORDER BY t) AS times,
                    string_agg(timestamptz_send(t), '') FILTER (WHERE false) AS none, '\\x00'::bytea AS broken
                FROM unnest(ARRAY['-infinity', '1969-12-31T23:59:59.999999Z', '2026-01-01', 'infinity']::timestamptz[]) t
                """)[0]
            #expect(
                try row.decode(PackedTimestamps.self, "packed").times == row.decode([PostgresTimestamp].self, "times"))
            #expect(try row.decode(PackedTimestamps?.self, "none") == nil)
            #expect(throws: PostgresError.self) { try row.decode(PackedTimestamps.self, "broken") }
            #expect(throws: PostgresError.self) { try row.decode(PackedTimestamps.self, "times") }
        }
    }

    private static func text(using random: inout SplitMix) -> String? {
        if Int.random(in: 0..<5, using: &random) == 0 { return nil }
        let characters: [Character] = ["a", "\"", "\\", ",", "{", "}", " ", "ü", "🐘", "\n", "'"]
        return String(
            (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in characters.randomElement(using: &random) })
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014), so that a printed seed repeats a test.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
