import HTTPTypes
import SluiceOperations

/// Messages by their readable names, whatever they come from.
enum MessageEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/messages", for: .read,
            "Messages of triggers, campaigns and events whose name fits, the newest runs first. A star stands for anything.",
            query: QueryParameter.page + [name]
        ) { call in
            try await call.session.messages(
                named: try MessagePattern(call[name] ?? ""), in: try call.workspace(), after: call[.cursor],
                most: call.whole(.limit))
        }
    ]

    private static let name = QueryParameter("name", isRequired: true)
}
