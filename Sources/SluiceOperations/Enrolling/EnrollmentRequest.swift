public import FoundationEssentials

/// What a producer asks for over HTTP: a person enters a sequence, by a trigger or by the sequence itself.
public struct EnrollmentRequest: ClosedRequest, Codable, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case phone, trigger, sequenceId, name, deviceId, workspaceId, externalId
    }

    public var phone: String
    /// One trigger, given to the lead with this number, who is created when there is none.
    public var trigger: String?
    public var sequenceId: UUID?
    public var name: String?
    public var deviceId: UUID?
    /// `default` when it is not given.
    public var workspaceId: String?
    /// The producer's own id of this enrollment, unique per workspace: repeating it enrolls nobody twice, until it is
    /// forgotten with the ledger's days.
    public var externalId: String?

    public init(phone: String) { self.phone = phone }

    public static let bounds: [FieldBound<EnrollmentRequest>] = [
        .text(.trigger) { $0.trigger }, .text(.name) { $0.name }, .text(.workspaceId) { $0.workspaceId },
        .text(.externalId) { $0.externalId }, .phone(.phone) { $0.phone },
    ]

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    package func validated() throws(OperationsError) -> PhoneNumber {
        try checkBounds()
        if (trigger == nil) == (sequenceId == nil) {
            throw .invalid(field: "trigger", message: "give either trigger or sequenceId")
        }
        if let trigger, trigger.contains(",") || trigger.allSatisfy(\.isWhitespace) {
            throw .invalid(field: "trigger", message: "must be one trigger, without commas")
        }
        if let externalId, externalId.isEmpty { throw .invalid(field: "externalId", message: "must not be empty") }
        return try PhoneNumber(phone)
    }
}

/// What came of an ``EnrollmentRequest``.
public struct EnrollmentAnswer: Codable, Hashable, Sendable {
    public enum Status: String, Codable, Sendable, CaseIterable {
        /// The enrollment is there.
        case enrolled
        /// The lead has the trigger; the enrollment follows within a second, if a sequence begins with it.
        case triggered
    }

    public var status: Status
    public var contactId: UUID?
    public var leadId: UUID?
    public var sequenceId: UUID?
    public var workspaceId: String
    /// This was asked for before, or is so already: nothing changed.
    public var repeated: Bool
}
