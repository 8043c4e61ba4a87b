public import SluiceCore
internal import SluiceStore

/// A message that somebody asks for each time a cron pattern comes round.
public struct ScheduleRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case to, body, template, values, workspaceId, fromNumber, mediaUrl, metadata, cron, timeZone, missed
    }

    public var to: String
    /// Each message says what the template says now.
    public var body: String?
    public var template: String?
    public var values: [String: String]?
    /// `default` when it is not given.
    public var workspaceId: String?
    public var fromNumber: String?
    public var mediaUrl: String?
    public var metadata: RawJSON?
    /// Five fields: minute, hour, day of month, month, day of week.
    public var cron: String
    /// A name of the time zone database; the workspace's when it is not given.
    public var timeZone: String?
    /// What becomes of runs that were due while nobody led: `skip` (nothing) or `once` (the first is made up for).
    public var missed: String?

    public init(to: String, cron: String) { (self.to, self.cron) = (to, cron) }

    public static let bounds: [FieldBound<ScheduleRequest>] = [
        .phone(.to) { $0.to }, .text(.workspaceId) { $0.workspaceId }, .phone(.fromNumber) { $0.fromNumber },
        .text(.mediaUrl, most: TemplateRequest.mostMediaBytes) { $0.mediaUrl }, .text(.template) { $0.template },
        .text(.body, most: .max) { $0.body }, .text(.cron) { $0.cron }, .text(.timeZone) { $0.timeZone },
        .oneOf(.missed, ["skip", "once"]) { $0.missed },
    ]

    /// What each of its runs asks for.
    var message: JobRequest {
        var message = JobRequest(to: to)
        (message.body, message.template, message.values) = (body, template, values)
        (message.workspaceId, message.fromNumber) = (workspaceId, fromNumber)
        (message.mediaUrl, message.metadata) = (mediaUrl, metadata)
        return message
    }

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validate() throws(OperationsError) {
        try checkBounds()
        _ = try message.validated(for: .now)
        do {
            _ = try CronPattern(cron)
        } catch {
            throw .invalid(field: "cron", message: "\(error)")
        }
        if let timeZone, SystemZone(timeZone) == nil {
            throw .invalid(field: "timeZone", message: "there is no such zone; names are like Asia/Jakarta, or UTC")
        }
    }
}
