import Hummingbird
import SluiceOperations

/// Flows: judged, tried out, and sent to one person.
enum FlowEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/flow-check", for: .read, "What is wrong with a flow. Saves nothing."
        ) { (call, request: FlowCheckRequest) in
            try await call.session.checkFlow(request)
        },
        Endpoint(
            .post, "/api/v1/flow-test", for: .send, "Sends a flow to one number, marked as a test.",
            fails: unusable + [.refused("unknown_device")]
        ) { (call, request: FlowTestRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.testFlow(
                request.flowId, to: request.to, device: request.deviceId, in: workspace)
        },
        Endpoint(
            .post, "/api/v1/triggers", for: .send, "Starts a run of a trigger: a flow to one person, at once.",
            fails: unusable
        ) { (call, request: TriggerRunRequest) in
            try await call.session.startTrigger(request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .post, "/api/v1/triggers/:id/cancel", for: .send, "Ends a run of a trigger for good.",
            query: [.workspace],
            fails: [
                .notFound("trigger run"), .refused("trigger_finished"), .refused("trigger_failed"),
                .refused("trigger_cancelled"),
            ]
        ) { call in
            try await call.session.cancelTrigger(try call.runID(of: "trigger run"), in: try call.workspace())
        },
    ]

    /// Why a flow that a request names cannot be sent.
    static let unusable: [Failure] = [
        .refused("unknown_flow"), .refused("ambiguous"), .refused("flow_invalid"),
    ]
}
