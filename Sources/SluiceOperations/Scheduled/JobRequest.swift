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

    public init(to: String) { self.to = to }

    /// When a message goes out.
    public enum Time: Hashable, Sendable {
        /// By the call it came with.
        case now, afterDelay, atTime
        /// At its time or after its delay, if it has one, or now.
        case asGiven
    }

    private static let mostMetadataBytes = 10_000
    /// Ten years, in minutes.
    private static let longestDelay = 5_256_000.0

    public static let bounds: [FieldBound<JobRequest>] = [
        .phone(.to) { $0.to }, .text(.workspaceId) { $0.workspaceId }, .phone(.fromNumber) { $0.fromNumber },
        .text(.mediaUrl, most: TemplateRequest.mostMediaBytes) { $0.mediaUrl }, .text(.template) { $0.template },
        // The length in characters is judged by the database, as for every message.
        .text(.body, most: .max) { $0.body }, .number(.delayMinutes, 0...longestDelay) { $0.delayMinutes },
        .instant(.scheduledTime) { $0.scheduledTime }, .instant(.expiresAt) { $0.expiresAt },
        .object(.metadata, most: mostMetadataBytes) { $0.metadata },
    ]

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validated(for time: Time) throws(OperationsError) -> PlannedJob {
        try checkBounds()
        for value in values ?? [:] where value.value.utf8.contains(0) {
            throw .invalid(field: "values", message: "must not contain a NUL character")
        }
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
            expiresAt: try expiresAt.map { text throws(OperationsError) in
                try OffsetTime(text, of: CodingKeys.expiresAt)
            })
    }

    private func minutes(for time: Time) throws(OperationsError) -> Double {
        guard let delayMinutes else {
            if time == .afterDelay { throw .invalid(field: "delayMinutes", message: "is missing") }
            return 0
        }
        guard time == .afterDelay || (time == .asGiven && scheduledTime == nil) else {
            throw .invalid(field: "delayMinutes", message: "is not what this message's time goes by")
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
        return try OffsetTime(scheduledTime, of: CodingKeys.scheduledTime)
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
