import Hummingbird
import SluiceOperations

/// Flows to one person.
enum FlowEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/triggers", for: .send, "Starts a run of a trigger: a flow to one person, at once.",
            fails: unusable
        ) { (call, request: TriggerRunRequest) in
            try await call.session.startTrigger(request, in: try call.caller.workspace(asked: request.workspaceId))
        }
    ]

    /// Why a flow that a request names cannot be sent.
    static let unusable: [Failure] = [
        .refused("unknown_flow"), .refused("ambiguous"), .refused("flow_invalid"),
    ]
}
