import Hummingbird
import SluiceOperations

/// People: how they enter sequences, and why they do not get a message.
enum ContactEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/contacts/:contact/why", for: .read) { call in
            try Answer.data(try await why(try call.parameter("contact"), call))
        },
        Endpoint(.post, "/api/v1/enrollments", for: .send) { call in
            var request = try call.body.decode(EnrollmentRequest.self)
            request.workspaceId = try call.caller.workspace(asked: request.workspaceId)
            return try Answer.data(try await call.session.enroll(request))
        },
    ]

    private static func why(_ subject: String, _ call: Call) async throws -> WhyReport {
        do {
            let report = try await call.session.why(subject, in: call.caller.onlyWorkspace)
            guard report.isKnown else { throw APIError(.notFound, "lead_unknown", "nobody with this number is known") }
            return report
        } catch let error as OperationsError {
            guard case .notFound = error else { throw error }
            throw APIError(.notFound, error.code, "\(error)")
        }
    }
}
