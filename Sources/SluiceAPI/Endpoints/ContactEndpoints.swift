import Hummingbird
import SluiceOperations

/// People: how they enter sequences, and why they do not get a message.
enum ContactEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/contacts/:contact/why", for: .read,
            "What somebody waits for, by phone number or by a contact's or lead's id.",
            fails: [.notFound("contact or lead"), .absent("lead_unknown"), .refused("invalid_phone")]
        ) { call in
            let report = try await call.session.why(try call.parameter("contact"), in: call.caller.onlyWorkspace)
            guard report.isKnown else { throw APIError(.notFound, "lead_unknown", "nobody with this number is known") }
            return report
        },
        Endpoint(
            .post, "/api/v1/enrollments", for: .send, "A person enters a sequence.",
            fails: [
                .refused("unknown_workspace"), .refused("unknown_device"), .refused("unknown_sequence"),
                .refused("unknown_trigger"), .conflict,
            ]
        ) { (call, request: EnrollmentRequest) in
            var request = request
            request.workspaceId = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.enroll(request)
        },
    ]
}
