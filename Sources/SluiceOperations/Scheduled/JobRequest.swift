internal import SluiceCore

/// A message that somebody asks for over HTTP, now or later.
public struct JobRequest: Codable, Hashable, Sendable {
    public var to: String
    public var body: String?
    /// `default` when it is not given.
    public var workspaceId: String?
    /// The number that sends it; the workspace's own, or any of its devices, when it is not given.
    public var fromNumber: String?
    public var mediaUrl: String?
    public var delayMinutes: Double?
    /// ISO 8601 with an offset. One that has passed is now.
    public var scheduledTime: String?
    /// ISO 8601 with an offset: from then on it is not sent any more.
    public var expiresAt: String?

    /// When a message goes out, by the call it came with.
    public enum Time: Hashable, Sendable {
        case now, afterDelay, atTime
    }

    /// Far above any honest use, so that no row is made of rubbish.
    private static let mostBytes = 500
    private static let mostMediaBytes = 2_000
    /// Ten years.
    private static let longestDelay = 5_256_000.0

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validated(for time: Time) throws(OperationsError) -> PlannedJob {
        let texts = [
            ("to", to, Self.mostBytes), ("workspaceId", workspaceId, Self.mostBytes),
            ("fromNumber", fromNumber, Self.mostBytes), ("mediaUrl", mediaUrl, Self.mostMediaBytes),
            // The length in characters is judged by the database, as for every message.
            ("body", body, .max),
        ]
        for case (let field, let text?, let most) in texts {
            if text.utf8.contains(0) { throw .invalid(field: field, message: "must not contain a NUL character") }
            if text.utf8.count > most { throw .invalid(field: field, message: "must not be longer than \(most) bytes") }
        }
        _ = try phone(to, "to")
        if let fromNumber { _ = try phone(fromNumber, "fromNumber") }
        if (body ?? "").allSatisfy(\.isWhitespace), (mediaUrl ?? "").isEmpty {
            throw .invalid(field: "body", message: "must not be empty unless there is mediaUrl")
        }
        return PlannedJob(
            minutes: try minutes(for: time), time: try self.time(for: time),
            expiresAt: try expiresAt.map { text throws(OperationsError) in try offsetTime(text, "expiresAt") })
    }

    private func minutes(for time: Time) throws(OperationsError) -> Double {
        guard time == .afterDelay else { return 0 }
        guard let delayMinutes else { throw .invalid(field: "delayMinutes", message: "is missing") }
        guard (0...Self.longestDelay).contains(delayMinutes) else {
            throw .invalid(field: "delayMinutes", message: "must be from 0 to \(Int(Self.longestDelay))")
        }
        return delayMinutes
    }

    private func time(for time: Time) throws(OperationsError) -> OffsetTime? {
        guard time == .atTime else { return nil }
        guard let scheduledTime else { throw .invalid(field: "scheduledTime", message: "is missing") }
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

/// When a validated job is to go out.
struct PlannedJob {
    var minutes: Double
    /// Nil: `minutes` from now.
    var time: OffsetTime?
    var expiresAt: OffsetTime?
}

/// A job as its caller is told of it.
public struct JobAnswer: Codable, Hashable, Sendable {
    public var jobId: String
    /// `scheduled`, `processing`, `completed`, `failed` or `cancelled`.
    public var status: String
    public var messageId: String?
    /// In the offset it was given in, or in the workspace's zone.
    public var scheduledTime: String?
    public var completedTime: String?
    /// `queued`, `sent`, `delivered`, `failed` or `unknown`; nil before it is due.
    public var messageStatus: String?
    /// Why it was not sent, or is not yet, as a code.
    public var reason: String?
}
