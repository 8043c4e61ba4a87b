/// An endpoint that somebody adds over HTTP.
public struct WebhookRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case url, events, workspaceId }

    public var url: String
    /// What it is told of; all when it is not given.
    public var events: [WebhookEvent]?
    /// `default` when it is not given.
    public var workspaceId: String?

    public static let bounds: [FieldBound<WebhookRequest>] = [
        .text(.url, most: 2_000) { $0.url }, .count(.events, 1...WebhookEvent.allCases.count) { $0.events?.count },
        .text(.workspaceId) { $0.workspaceId },
    ]
}

/// What an endpoint is to be told again.
public struct RedeliveryRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case event, workspaceId }

    /// All that failed when it is not given.
    public var event: String?
    public var workspaceId: String?

    public static let bounds: [FieldBound<RedeliveryRequest>] = [
        .text(.event) { $0.event }, .text(.workspaceId) { $0.workspaceId },
    ]
}
