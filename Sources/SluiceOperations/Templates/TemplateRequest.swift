internal import SluiceCore

/// A text that a workspace keeps under a name, with placeholders.
public struct TemplateRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case body, mediaUrl, workspaceId }

    public var body: String
    public var mediaUrl: String?
    /// `default` when it is not given.
    public var workspaceId: String?

    static let mostBytes = 20_000
    static let mostMediaBytes = 2_000

    public static let bounds: [FieldBound<TemplateRequest>] = [
        .text(.body, most: mostBytes) { $0.body }, .text(.mediaUrl, most: mostMediaBytes) { $0.mediaUrl },
        .text(.workspaceId) { $0.workspaceId },
    ]

    /// - Throws: ``OperationsError`` naming the first field that cannot be.
    func validated() throws(OperationsError) -> MessageTemplate {
        try checkBounds()
        if body.allSatisfy(\.isWhitespace), (mediaUrl ?? "").isEmpty {
            throw .invalid(field: "body", message: "must not be empty unless there is mediaUrl")
        }
        if let mediaUrl, !mediaUrl.isEmpty, !MessageContent.isMediaURL(mediaUrl) { throw .invalidMedia }
        do {
            return try MessageTemplate(body)
        } catch {
            throw .invalid(field: "body", message: "\(error)")
        }
    }
}

/// What a template, or a text that is to become one, looks like for one person.
public struct PreviewRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case template, body, mediaUrl, values, workspaceId }

    /// Either the name of one, or `body`.
    public var template: String?
    public var body: String?
    public var mediaUrl: String?
    public var values: [String: String]?
    public var workspaceId: String?

    public static let bounds: [FieldBound<PreviewRequest>] = [
        .text(.template) { $0.template }, .text(.body, most: TemplateRequest.mostBytes) { $0.body },
        .text(.mediaUrl, most: TemplateRequest.mostMediaBytes) { $0.mediaUrl },
        .text(.workspaceId) { $0.workspaceId },
    ]

    public init(template: String, values: [String: String]) {
        self.template = template
        self.values = values
    }
}

/// A template as it is kept.
public struct StoredTemplate: Codable, Hashable, Sendable {
    public var name: String
    public var body: String
    public var mediaUrl: String?
    /// The names that need a value, in the order in which they come.
    public var placeholders: [String]
}

/// A message's text and media, after its placeholders were filled.
public struct FilledText: Codable, Hashable, Sendable {
    public var body: String?
    public var mediaUrl: String?
}
