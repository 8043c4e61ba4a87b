internal import FoundationEssentials
internal import PostgresDriver

/// A flow that is to be sent to one number, to see how it looks.
public struct FlowTestRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable { case flowId, to, deviceId, workspaceId }

    /// The flow's id or its name.
    public var flowId: String
    public var to: String
    /// The device's id, name or number; any of the workspace when it is not given.
    public var deviceId: String?
    public var workspaceId: String?

    public static let bounds: [FieldBound<FlowTestRequest>] = [
        .text(.flowId) { $0.flowId }, .phone(.to) { $0.to }, .text(.deviceId) { $0.deviceId },
        .text(.workspaceId) { $0.workspaceId },
    ]
}

/// A flow on its way to one person, to see how it looks.
public struct FlowTest: Codable, Hashable, Sendable {
    /// Of `trigger_runs`: says how far it is.
    public var runId: Int64
    public var flowId: String
    /// Digits.
    public var to: String
}

extension OperatorSession {
    /// Sends a flow to one number, as a trigger does and at a trigger's priority, marked as a test: no trigger's and no
    /// campaign's count has it. Opt-outs and caps hold as always.
    /// - Parameters:
    ///   - flow: its id, or its name when only one is called so.
    ///   - device: which one sends, by id, name or number; otherwise any of the workspace.
    public func testFlow(
        _ flow: String, to phone: String, device: String?, in workspace: String
    ) async throws -> FlowTest {
        let recipient = try PhoneNumber(phone).digits
        let id = try await usableFlow(flow, in: workspace)
        let sender = try await sender(device, in: workspace)
        let run = try await change { change in
            let run = try await change.query(
                """
                INSERT INTO trigger_runs (workspace_id, flow_id, recipient_user_id, priority, device_id, is_test,
                    trigger_context, status)
                VALUES ($1, $2, $3, 1, $4, true, '{"test": true}', 'queued') RETURNING id
                """, [.string(workspace), .uuid(id), .string(recipient), .uuid(sender)]
            ).scalar(Int64.self)
            try await change.record(
                "flows.test", target: id.text, after: ["workspace": workspace, "run": "\(run)"])
            return run
        }
        wakeIntake()
        return FlowTest(runId: run, flowId: id.text, to: recipient)
    }

    private func usableFlow(_ given: String, in workspace: String) async throws -> UUID {
        let id = try await FlowLookup.find(given, in: workspace, on: database)
        let problem = try await database.query("SELECT problem FROM flows WHERE id = $1", [.uuid(id)])
            .column(String?.self, at: 0).first
        if let problem = problem ?? nil {
            throw OperationsError.refused(
                code: "flow_invalid", message: "the flow cannot be used: \(problem)", field: "flowId")
        }
        return id
    }

    private func sender(_ given: String?, in workspace: String) async throws -> UUID? {
        guard let given else { return nil }
        // What is neither an id nor a number can still be a name. Another workspace's is none at all.
        let digits = try? PhoneNumber(given).digits
        let ids = try await database.query(
            """
            SELECT id FROM user_devices
            WHERE workspace_id = $1 AND (id = $2 OR device_name = $3 OR sluice_digits(phone) = $4) ORDER BY id LIMIT 20
            """, [.string(workspace), .uuid(UUID(uuidString: given)), .string(given), .string(digits)]
        ).column(UUID.self, at: 0)
        guard ids.count < 2 else {
            throw OperationsError.ambiguous(kind: "device", given: given, ids: ids.map(\.text))
        }
        guard let id = ids.first else { throw OperationsError.notFound(kind: "device", given: given, nearest: []) }
        return id
    }
}
