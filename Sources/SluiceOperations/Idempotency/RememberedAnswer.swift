internal import PostgresDriver

/// What a call was answered, kept to be answered again.
public struct RememberedAnswer: Hashable, Sendable {
    /// As HTTP has it.
    public var status: Int
    public var body: String

    public init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}

extension OperatorSession {
    /// Does what a call asks once per key, and gives the first answer again to whoever repeats it within a day.
    ///
    /// The answer is committed with what was done, so neither can be there without the other. A call that throws is
    /// forgotten: it changed nothing. Of two at the same time the second waits for the first.
    ///
    /// - Parameters:
    ///   - workspace: whose keys these are; `*` for callers who are in all of them.
    ///   - requestHash: tells this request from others.
    ///   - perform: is given a session whose changes are part of the same transaction.
    /// - Throws: ``OperationsError`` when the key was used for another request, and what `perform` throws.
    public func answerOnce(
        workspace: String, key: String, requestHash: [UInt8], deadline: Duration = .seconds(10),
        _ perform: (OperatorSession) async throws -> RememberedAnswer
    ) async throws -> RememberedAnswer {
        let place: [PostgresValue] = [.string(workspace), .string(key)]
        return try await database.withTransaction(.readCommitted, deadline: deadline) { transaction in
            let isFirst = try await transaction.query(
                """
                INSERT INTO idempotent_answers (workspace_id, key, request_hash) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING RETURNING key
                """, place + [.bytes(requestHash)])
            if isFirst.isEmpty { return try await remembered(place, requestHash, on: transaction) }
            let answer = try await perform(acting(on: transaction))
            try await transaction.query(
                "UPDATE idempotent_answers SET status = $3, body = $4 WHERE workspace_id = $1 AND key = $2",
                place + [.int32(Int32(answer.status)), .string(answer.body)])
            return answer
        }
    }

    private func remembered(
        _ place: [PostgresValue], _ requestHash: [UInt8], on transaction: PostgresTransaction
    ) async throws -> RememberedAnswer {
        let rows = try await transaction.query(
            "SELECT request_hash, status, body FROM idempotent_answers WHERE workspace_id = $1 AND key = $2", place)
        guard let row = rows.first, let status = try row.decode(Int32?.self, "status") else {
            throw OperationsError.refused(
                code: "conflict", message: "a call with this Idempotency-Key has just ended; ask again")
        }
        guard try row.decode([UInt8].self, "request_hash") == requestHash else {
            throw OperationsError.refused(
                code: "idempotency_key_reused", message: "this Idempotency-Key was used for another request")
        }
        return RememberedAnswer(status: Int(status), body: try row.decode(String.self, "body"))
    }
}
