internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// Enters a person, in one transaction, and wakes the leader once it is committed.
    ///
    /// Without an `externalId` a trigger is only given to the lead, as SQL would; with one the enrollment itself is
    /// written, in the transaction that uses the id up.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func enroll(_ request: EnrollmentRequest) async throws -> EnrollmentAnswer {
        let phone = try request.validated()
        let answer = try await database.withTransaction { transaction in
            try await Enrolling(request: request, phone: phone, transaction: transaction).run()
        }
        if !answer.repeated { wakeIntake() }
        return answer
    }
}
