import HTTPTypes
import SluiceOperations

/// The codes that an operation may fail with, by status: what it declares, and what follows from its shape.
struct ErrorCodes {
    private(set) var byStatus: [Int: Set<String>] = [:]

    /// - Parameter fields: of the body.
    init(of operation: APIOperation, fields: [String]) {
        for failure in operation.failures { add(failure.status.code, [failure.code]) }
        switch operation.access {
        case .everybody: return
        case .signature:
            add(400, ["invalid_json", "wrong_type", "missing_field", "invalid_form"])
            add(401, ["invalid_signature"])
            add(415, ["unsupported_media_type"])
        case .key:
            addKeyed(operation, fields)
        }
        add(400, ["body_incomplete"])
        add(408, ["body_too_slow"])
        add(413, ["body_too_large"])
        add(422, ["invalid_value", "refused_by_database"])
        add(503, ["database_unavailable"])
    }

    private mutating func addKeyed(_ operation: APIOperation, _ fields: [String]) {
        add(400, ["unknown_field"])
        add(401, ["missing_key", "invalid_key"])
        add(403, ["forbidden"])
        add(429, ["too_many_requests"])
        for parameter in operation.query {
            if parameter.isRequired { add(400, ["missing_field"]) }
            add(422, ["invalid_" + parameter.name])
        }
        if operation.query.contains(where: { $0.name == "workspaceId" }) || fields.contains("workspaceId") {
            add(404, ["unknown_workspace"])
        }
        if case .json = operation.body {
            add(400, ["invalid_json", "wrong_type", "missing_field", "unknown_field"])
            add(415, ["unsupported_media_type"])
            add(422, fields.map { "invalid_" + $0 })
        }
        if operation.isRepeatable {
            add(400, ["invalid_idempotency_key"])
            add(409, ["conflict"])
            add(422, ["idempotency_key_reused"])
        }
    }

    private mutating func add(_ status: Int, _ codes: [String]) { byStatus[status, default: []].formUnion(codes) }
}
