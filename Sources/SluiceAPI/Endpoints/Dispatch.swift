import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import SluiceOperations

/// What happens to every request before and after its endpoint: who is it, may they, once or again.
struct Dispatch: Sendable {
    let session: OperatorSession
    let gate: Gate
    let served: ServedRequests
    let readDeadline: Duration

    func add(_ endpoints: [Endpoint], to router: Router<BasicRequestContext>) {
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.operation.path), method: endpoint.operation.method) { request, context in
                defer { served.increment() }
                return try await answer(request, context, by: endpoint).response
            }
        }
    }

    private func answer(
        _ request: Request, _ context: BasicRequestContext, by endpoint: Endpoint
    ) async throws -> Answer {
        let operation = endpoint.operation
        let caller = try await gate.caller(of: request)
        try caller.require(operation)
        let given = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
        let call = Call(
            caller: caller, session: session.acting(as: caller.actor),
            body: try await RequestBody(of: request, atMost: operation.mostBytes), parameters: context.parameters,
            query: try operation.query(of: given), readDeadline: readDeadline)
        do {
            guard operation.isRepeatable, let key = request.headers[.idempotencyKey] else {
                return try await endpoint.perform(call)
            }
            return try await once(key, request, call, endpoint)
        } catch let error as OperationsError {
            guard let kind = error.missingKind, case .notFound(_, let field)? = operation.missing(kind) else {
                throw error
            }
            // One of several is named by its place in the list.
            let named = if case .item = error { error.field } else { field }
            throw APIError(.notFound, error.code, "\(error)", field: named)
        }
    }

    /// The key's first answer, and the deed with it only the first time.
    private func once(_ key: String, _ request: Request, _ call: Call, _ endpoint: Endpoint) async throws -> Answer {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIError(
                .badRequest, "invalid_idempotency_key",
                "Idempotency-Key must have 1 to 255 visible characters of ASCII", field: "Idempotency-Key")
        }
        var hash = SHA256()
        hash.update(data: Data("\(request.method.rawValue) \(request.uri.string)\n".utf8))
        hash.update(data: Data(call.body.bytes))
        let answer = try await call.session.answerOnce(
            workspace: call.caller.workspace, key: key, requestHash: Array(hash.finalize())
        ) { session in
            let answer = try await endpoint.perform(call.on(session))
            return RememberedAnswer(status: answer.status.code, body: answer.json)
        }
        return Answer(status: HTTPResponse.Status(code: answer.status), json: answer.body)
    }
}
