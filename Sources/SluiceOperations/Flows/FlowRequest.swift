public import SluiceCore

/// A flow that is to be judged.
public struct FlowCheckRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case nodes, edges }

    public var nodes: [JSONValue]
    public var edges: [JSONValue]?

    public init(nodes: [JSONValue], edges: [JSONValue]?) { (self.nodes, self.edges) = (nodes, edges) }

    /// Both as JSON.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for what no column can have.
    func texts() throws -> (nodes: String, edges: String) {
        (try Self.text(nodes, "nodes"), try Self.text(edges ?? [], "edges"))
    }

    private static func text(_ list: [JSONValue], _ field: String) throws -> String {
        let text = try JSONText.compact(list)
        guard !text.contains("\\u0000") else {
            throw OperationsError.invalid(field: field, message: "must not contain a NUL character")
        }
        return text
    }
}

/// A flow that is to be kept.
public struct FlowRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case name, nodes, edges, workspaceId }

    public var name: String
    public var nodes: [JSONValue]
    public var edges: [JSONValue]?
    /// `default` when it is not given.
    public var workspaceId: String?

    public init(name: String, nodes: [JSONValue], edges: [JSONValue]?) {
        (self.name, self.nodes, self.edges) = (name, nodes, edges)
    }

    public static let bounds: [FieldBound<FlowRequest>] = [
        .text(.name) { $0.name }, .text(.workspaceId) { $0.workspaceId },
    ]
}
