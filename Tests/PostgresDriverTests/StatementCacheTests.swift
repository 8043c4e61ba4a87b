import TestSupport
import Testing

@testable import PostgresDriver

@Suite struct StatementCacheTests {
    private func key(_ sql: String, _ types: UInt32...) -> StatementCache.Key {
        StatementCache.Key(sql: sql, types: types)
    }

    @Test func theLeastRecentlyUsedGoesFirst() {
        var cache = StatementCache(limit: 2)
        cache.insert("a", for: key("A"))
        cache.insert("b", for: key("B"))
        #expect(cache.name(for: key("A")) == "a")
        #expect(cache.evictIfFull() == "b")
        #expect(cache.evictIfFull() == nil)
        #expect(cache.name(for: key("B")) == nil)
        #expect(cache.name(for: key("A")) == "a")
        #expect(cache.name(for: key("A", 20)) == nil)
    }

    @Test func theServerKeepsNoMoreStatementsThanTheLimit() async throws {
        let configuration = try await adjustedConfiguration { $0.statementCacheLimit = 4 }
        try await withSession(configuration) { connection in
            for number in 0..<20 {
                let value = try await connection.query("select \(number)").scalar(Int32.self)
                #expect(value == number)
            }
            let count = try await connection.query("select count(*) from pg_prepared_statements").scalar(Int64.self)
            #expect(count == 4)
        }
    }

    @Test(arguments: ["discard all", "deallocate all", "do $$ begin execute 'deallocate all'; end $$"])
    func statementsThatTheServerForgotArePreparedAgain(_ script: String) async throws {
        try await withSession { connection in
            for _ in 0..<3 {
                let value = try await connection.query("select $1", [.int64(7)]).scalar(Int64.self)
                #expect(value == 7)
                try await connection.execute(script: script)
            }
        }
    }

    @Test func aTableThatChangesIsReadAgain() async throws {
        try await withSession { connection in
            try await connection.execute(script: "create temp table t (n int); insert into t values (1)")
            let before = try await connection.query("select * from t")
            try await connection.execute(script: "alter table t add column label text default 'x'")
            let after = try await connection.query("select * from t")
            #expect(before.columns.count == 1)
            #expect(try after[0].decode(String.self, "label") == "x")
        }
    }
}
