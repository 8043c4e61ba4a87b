import Hummingbird
import SluiceOperations

/// Flows: kept, judged, tried out, and sent to one person.
enum FlowEndpoints {
    static let all = kept + sent

    private static let kept = [
        Endpoint(
            .get, "/api/v1/flows", for: .read, "Flows, by id and without what is drawn.", query: QueryParameter.page
        ) { call in
            try await call.session.flows(in: try call.workspace(), after: call[.cursor], most: call.whole(.limit))
        },
        Endpoint(
            .post, "/api/v1/flows", for: .manage, "Keeps a new flow; one that cannot be used is refused.",
            mostBytes: RequestBody.mostListBytes, fails: [.refused("flow_invalid"), .refused("unknown_workspace")]
        ) { (call, request: FlowRequest) in
            try await call.session.saveFlow(request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .get, "/api/v1/flows/:flow", for: .read, "One flow, by its id or its name.", query: [.workspace],
            fails: [missing, .refused("ambiguous")]
        ) { call in
            try await call.session.flow(try call.parameter("flow"), in: try call.workspace())
        },
        Endpoint(
            .put, "/api/v1/flows/:flow", for: .manage,
            "Draws a flow anew. Whoever is under way goes on by what it was.", mostBytes: RequestBody.mostListBytes,
            fails: [missing, .refused("ambiguous"), .refused("flow_invalid"), .refused("unknown_workspace")]
        ) { (call, request: FlowRequest) in
            try await call.session.saveFlow(
                request, replacing: try call.parameter("flow"),
                in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .delete, "/api/v1/flows/:flow", for: .manage,
            "Deletes a flow that no campaign and no run of a trigger goes by any more, and answers with it.",
            query: [.workspace], fails: [missing, .refused("ambiguous"), .refused("flow_in_use")]
        ) { call in
            try await call.session.deleteFlow(try call.parameter("flow"), in: try call.workspace())
        },
        // Not below the flows, where one may have this name; nor is the test.
        Endpoint(
            .post, "/api/v1/flow-check", for: .read, "What is wrong with a flow. Saves nothing.",
            mostBytes: RequestBody.mostListBytes
        ) { (call, request: FlowCheckRequest) in
            try await call.session.checkFlow(request)
        },
    ]

    private static let missing = Failure.notFound("flow")

    private static let sent = [
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
