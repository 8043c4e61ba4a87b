/// A template that is to be sent to one number, to see how it looks.
public struct TemplateTestRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case template, to, values, fromNumber, workspaceId }

    public var template: String
    public var to: String
    public var values: [String: String]?
    public var fromNumber: String?
    public var workspaceId: String?

    public static let bounds: [FieldBound<TemplateTestRequest>] = [
        .text(.template) { $0.template }, .phone(.to) { $0.to }, .phone(.fromNumber) { $0.fromNumber },
        .text(.workspaceId) { $0.workspaceId },
    ]
}

extension OperatorSession {
    /// Sends what a template says to one number at once, at a trigger's priority and marked as a test. Opt-outs and caps
    /// hold as always.
    /// - Parameter fromNumber: which of the workspace's numbers sends; otherwise its own, or any.
    public func testTemplate(
        _ name: String, values: [String: String], to phone: String, fromNumber: String?, in workspace: String
    ) async throws -> JobAnswer {
        var request = JobRequest(to: phone)
        (request.template, request.values) = (name, values.isEmpty ? nil : values)
        request.fromNumber = fromNumber
        return try await schedule(request, .now, in: workspace, asTest: true)
    }
}
