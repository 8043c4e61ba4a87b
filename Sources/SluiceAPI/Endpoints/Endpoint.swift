import HTTPTypes
import SluiceCore
import SluiceOperations

/// An operation for the holders of API keys, and what it does. Its request and its answer are types, and the document is
/// made from these.
struct Endpoint: Sendable {
    let operation: APIOperation
    let perform: @Sendable (Call) async throws -> Answer

    /// One that takes no body.
    init<Value: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, isClusterWide: Bool = false,
        _ summary: String, query: [QueryParameter] = [], fails failures: [Failure] = [],
        _ perform: @escaping @Sendable (Call) async throws -> Value
    ) {
        operation = APIOperation(
            method: method, path: path, summary: summary, access: .key(scope, isClusterWide: isClusterWide),
            query: query, answer: .data { try JSONSchema.of(Value.self) }, failures: failures)
        self.perform = { call in try Answer.data(try await perform(call)) }
    }

    /// A GET whose answer is the value's JSON with nothing around it.
    init<Value: Codable & Sendable>(
        bare path: String, _ summary: String, query: [QueryParameter] = [], fails failures: [Failure] = [],
        _ perform: @escaping @Sendable (Call) async throws -> Value
    ) {
        operation = APIOperation(
            method: .get, path: path, summary: summary, access: .key(.read, isClusterWide: false), query: query,
            answer: .bare { try JSONSchema.of(Value.self) }, failures: failures)
        self.perform = { call in try Answer.bare(try await perform(call)) }
    }

    /// A GET whose answer is a list of people as CSV.
    init(
        csv path: String, for scope: APIKeyScope, isClusterWide: Bool = false, _ summary: String,
        query: [QueryParameter] = [], _ perform: @escaping @Sendable (Call) async throws -> ListExport
    ) {
        operation = APIOperation(
            method: .get, path: path, summary: summary, access: .key(scope, isClusterWide: isClusterWide), query: query,
            answer: .other(["text/csv": ["type": "string"]]))
        self.perform = { call in
            let export = try await perform(call)
            return Answer(
                AnswerFile(mediaType: "text/csv; charset=utf-8", deadline: call.readDeadline) {
                    try await export.write($0)
                })
        }
    }

    /// One that takes a body.
    init<Request: ClosedRequest, Value: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, isClusterWide: Bool = false,
        _ summary: String, query: [QueryParameter] = [], mostBytes: Int = RequestBody.mostBytes,
        fails failures: [Failure] = [],
        _ perform: @escaping @Sendable (Call, Request) async throws -> Value
    ) {
        operation = APIOperation(
            method: method, path: path, summary: summary, access: .key(scope, isClusterWide: isClusterWide),
            query: query,
            body: .json(isRequired: true) { try JSONSchema.of(Request.self) }, mostBytes: mostBytes,
            answer: .data { try JSONSchema.of(Value.self) }, failures: failures)
        self.perform = { call in try Answer.data(try await perform(call, try call.body.decode(Request.self))) }
    }

    /// One whose body may be left out.
    init<Request: ClosedRequest, Value: Codable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, _ summary: String,
        query: [QueryParameter] = [], fails failures: [Failure] = [],
        _ perform: @escaping @Sendable (Call, Request?) async throws -> Value
    ) {
        operation = APIOperation(
            method: method, path: path, summary: summary, access: .key(scope, isClusterWide: false), query: query,
            body: .json(isRequired: false) { try JSONSchema.of(Request.self) },
            answer: .data { try JSONSchema.of(Value.self) }, failures: failures)
        self.perform = { call in try Answer.data(try await perform(call, try call.body.decodeIfAny(Request.self))) }
    }
}
