import Hummingbird
import SluiceOperations

/// Rate, quiet hours and expiry of sequences, campaigns and triggers.
enum SourceEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/sources", for: .read, "What has settings that hold messages back, by kind and id.",
            query: QueryParameter.page + [settingsOnly]
        ) { call in
            try await call.session.listSources(
                in: try call.workspace(), settingsOnly: call[settingsOnly] == "true", after: call[.cursor],
                most: call.whole(.limit))
        },
        Endpoint(
            .post, "/api/v1/sources/:kind/:id/settings", for: .manage,
            "Sets settings, or takes them away with null. Those not named stay as they are.", fails: unsettable
        ) { (call, change: SourceChange) in
            guard let kind = SettableSource(rawValue: try call.parameter("kind")) else {
                throw APIError(.notFound, "unknown_kind", "a source is a sequence, a campaign or a trigger")
            }
            return try await call.session.setSource(
                kind, try call.parameter("id"), to: change, in: try call.caller.workspace(asked: change.workspaceId))
        },
    ]

    private static let settingsOnly = QueryParameter("settingsOnly", .oneOf(["true", "false"]), standard: "false")

    private static let unsettable: [Failure] = [
        .absent("unknown_kind"), .notFound("sequence"), .notFound("campaign"), .notFound("trigger"),
        .refused("nothing_to_change"), .refused("ambiguous"), .refused("invalid_id"), .refused("unknown_workspace"),
    ]
}
