/// Recipients whose outcome is always the same, for integrators and tests: +1 555 000 0xxx, where the last three digits
/// name the outcome after the HTTP status that comes closest. They win over random faults.
public enum SandboxRecipients {
    public enum Outcome: Sendable, Equatable {
        /// Accepted and answered, exempt from random faults.
        case accepted
        case fault(Fault)
        /// Accepted and answered; then the recipient replies with this text, if there is a callback.
        case reply(String)
        /// Accepted and answered; then this becomes of it, for who wants to be told.
        case delivery(Delivery)
    }

    public static let prefix = "15550000"

    /// Every sandbox recipient by its last three digits, in the order of the documentation.
    public static let outcomes: [(suffix: String, outcome: Outcome)] = [
        ("200", .accepted),
        ("201", .fault(.acceptThenEmptyBody)),
        ("202", .fault(.dropThenStatusFalse)),
        ("203", .fault(.acceptThenSlowDrip)),
        ("210", .reply("STOP")),
        ("220", .delivery(.repeatedOutOfOrder)),
        ("221", .delivery(.undelivered)),
        ("222", .delivery(.failed)),
        ("400", .fault(.refuseValidation)),
        ("401", .fault(.refuseDisconnected)),
        ("403", .fault(.refuseLoggedOut)),
        ("404", .fault(.refuseInvalidRecipient)),
        ("408", .fault(.acceptThenTimeout)),
        ("409", .fault(.dropThenTimeout)),
        ("410", .fault(.dropThenReset)),
        ("411", .fault(.acceptThenResetBeforeCommit)),
        ("412", .fault(.acceptThenResetAfterCommit)),
        ("413", .fault(.dropThenCloseReused)),
        ("429", .fault(.refuseRateLimited)),
        ("430", .fault(.refuseRateLimitedRetryAfter)),
        ("431", .fault(.refuseFirstAttempt)),
        ("500", .fault(.dropThenServerError)),
        ("501", .fault(.acceptThenServerError)),
        ("502", .fault(.dropThenHTML)),
        ("503", .fault(.refuseUnavailable)),
        ("504", .fault(.acceptThenGatewayTimeout)),
        ("505", .fault(.acceptThenHTML)),
        ("507", .fault(.refuseUpload)),
    ]

    private static let bySuffix = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.suffix, $0.outcome) })

    /// The outcome of a recipient as a request names it, with or without `+` and an `@…` server part; nil for an
    /// ordinary one.
    static func outcome(of recipient: String) -> Outcome? {
        var digits = recipient[...]
        if digits.first == "+" { digits = digits.dropFirst() }
        // Length and prefix first: nearly every recipient fails here, on the hot path.
        guard digits.hasPrefix(prefix) else { return nil }
        if let at = digits.firstIndex(of: "@") { digits = digits[..<at] }
        guard digits.utf8.count == prefix.utf8.count + 3 else { return nil }
        return bySuffix[String(digits.suffix(3))]
    }
}
