public import SluiceCore

/// A message that somebody asks for over HTTP, now or later.
public struct JobRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case to, body, template, values, workspaceId, fromNumber, mediaUrl, metadata, delayMinutes, scheduledTime
        case expiresAt
    }

    public var to: String
    /// Goes out as it is; or `template` names one of the workspace's, and `values` fills it.
    public var body: String?
    public var template: String?
    public var values: [String: String]?
    /// `default` when it is not given.
    public var workspaceId: String?
    /// The number that sends it; the workspace's own, or any of its devices, when it is not given.
    public var fromNumber: String?
    public var mediaUrl: String?
    /// An object, kept with the job and given to the gateway with the message.
    public var metadata: RawJSON?
    public var delayMinutes: Double?
    /// ISO 8601 with an offset. One that has passed is now.
    public var scheduledTime: String?
    /// ISO 8601 with an offset: from then on it is not sent any more.
    public var expiresAt: String?

    /// When a message goes out.
    public enum Time: Hashable, Sendable {
        /// By the call it came with.
        case now, afterDelay, atTime
        /// At its time or after its delay, if it has one, or now.
        case asGiven
    }

    /// Far above any honest use, so that no row is made of rubbish.
    private static let mostBytes = 500
    private static let mostMediaBytes = 2_000
    private static let mostMetadataBytes = 10_000
    /// Ten years.
    private static let longestDelay = 5_256_000.0

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validated(for time: Time) throws(OperationsError) -> PlannedJob {
        try requireTexts()
        _ = try phone(to, "to")
        if let fromNumber { _ = try phone(fromNumber, "fromNumber") }
        if template != nil {
            if body != nil { throw .invalid(field: "body", message: "must not be given with template") }
        } else {
            if values != nil { throw .invalid(field: "values", message: "must be given with template only") }
            if (body ?? "").allSatisfy(\.isWhitespace), (mediaUrl ?? "").isEmpty {
                throw .invalid(field: "body", message: "must not be empty unless there is mediaUrl")
            }
        }
        if let mediaUrl, !mediaUrl.isEmpty, !MessageContent.isMediaURL(mediaUrl) { throw .invalidMedia }
        return PlannedJob(
            request: self, minutes: try minutes(for: time), time: try self.time(for: time),
            expiresAt: try expiresAt.map { text throws(OperationsError) in try offsetTime(text, "expiresAt") })
    }

    private func requireTexts() throws(OperationsError) {
        let texts = [
            ("to", to, Self.mostBytes), ("workspaceId", workspaceId, Self.mostBytes),
            ("fromNumber", fromNumber, Self.mostBytes), ("mediaUrl", mediaUrl, Self.mostMediaBytes),
            ("template", template, Self.mostBytes), ("metadata", metadata?.text, Self.mostMetadataBytes),
            // The length in characters is judged by the database, as for every message.
            ("body", body, .max),
        ]
        for case (let field, let text?, let most) in texts {
            if text.utf8.contains(0) { throw .invalid(field: field, message: "must not contain a NUL character") }
            if text.utf8.count > most { throw .invalid(field: field, message: "must not be longer than \(most) bytes") }
        }
        if let metadata, !metadata.isObject { throw .invalid(field: "metadata", message: "must be an object") }
        if let metadata, metadata.text.contains("\\u0000") {
            throw .invalid(field: "metadata", message: "must not contain a NUL character")
        }
        for value in values ?? [:] where value.value.utf8.contains(0) {
            throw .invalid(field: "values", message: "must not contain a NUL character")
        }
    }

    private func minutes(for time: Time) throws(OperationsError) -> Double {
        guard let delayMinutes else {
            if time == .afterDelay { throw .invalid(field: "delayMinutes", message: "is missing") }
            return 0
        }
        guard time == .afterDelay || (time == .asGiven && scheduledTime == nil) else {
            throw .invalid(field: "delayMinutes", message: "is not what this message's time goes by")
        }
        guard (0...Self.longestDelay).contains(delayMinutes) else {
            throw .invalid(field: "delayMinutes", message: "must be from 0 to \(Int(Self.longestDelay))")
        }
        return delayMinutes
    }

    private func time(for time: Time) throws(OperationsError) -> OffsetTime? {
        guard let scheduledTime else {
            if time == .atTime { throw .invalid(field: "scheduledTime", message: "is missing") }
            return nil
        }
        guard time == .atTime || time == .asGiven else {
            throw .invalid(field: "scheduledTime", message: "is not what this message's time goes by")
        }
        return try offsetTime(scheduledTime, "scheduledTime")
    }

    private func phone(_ text: String, _ field: String) throws(OperationsError) -> PhoneNumber {
        do { return try PhoneNumber(text) } catch { throw .invalid(field: field, message: "\(error)") }
    }

    private func offsetTime(_ text: String, _ field: String) throws(OperationsError) -> OffsetTime {
        do {
            return try OffsetTime(text)
        } catch {
            let problem = error == .withoutOffset ? "has no offset from UTC" : "is no time of ISO 8601"
            throw .invalid(field: field, message: "\(problem), as in 2026-03-29T09:00:00+02:00")
        }
    }
}

/// A request that can be, and when it is to go out.
struct PlannedJob {
    var request: JobRequest
    var minutes: Double
    /// Nil: `minutes` from now.
    var time: OffsetTime?
    var expiresAt: OffsetTime?
}
