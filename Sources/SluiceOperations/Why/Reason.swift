public import FoundationEssentials

/// One thing an enrollment waits for, or what became of it.
public struct Reason: Codable, Hashable, Sendable {
    /// Stable, for programs; each is explained in docs/glossary.md ("Why not sent").
    public var code: String
    /// For somebody who writes campaigns, not software.
    public var sentence: String
    /// When that ends, if anybody knows.
    public var until: Date?

    init(_ code: String, _ sentence: String, until: Date? = nil) {
        self.code = code
        self.sentence = sentence
        self.until = until
    }
}

/// The answer of `sluice why`.
public struct WhyReport: Codable, Hashable, Sendable {
    public var at: Date
    /// Digits only; nil when the contact has no valid number.
    public var phone: String?
    public var name: String?
    /// What holds for the person whatever the sequence: suppressed, not known, a run that waits for its page.
    public var remarks: [Reason]
    public var enrollments: [Enrollment]
    /// Triggers of the person's leads that led to no enrollment that is still there.
    public var triggers: [LeadTrigger]

    public struct Enrollment: Codable, Hashable, Sendable {
        public var contactID: UUID
        public var workspace: String
        public var sequence: String
        public var step: String?
        public var status: String
        public var device: String?
        /// The first is what it waits for; the others would hold it as well.
        public var reasons: [Reason]
    }

    public struct LeadTrigger: Codable, Hashable, Sendable {
        public var leadID: UUID
        public var workspace: String
        public var trigger: String
        public var reason: Reason
    }

    /// Nobody has heard of this person.
    public var isKnown: Bool { !remarks.contains { $0.code == "lead_unknown" } }
}
