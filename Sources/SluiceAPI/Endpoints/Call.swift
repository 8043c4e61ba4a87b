import Foundation
import Hummingbird
import SluiceOperations

/// One request, after everything was looked at that is the same for all endpoints.
struct Call: Sendable {
    let caller: Caller
    /// Acts in the caller's name. With an `Idempotency-Key`, all that it changes is one transaction with the answer.
    let session: OperatorSession
    let body: RequestBody
    private let parameters: Parameters
    /// What is declared, after it was looked at.
    private let query: [String: String]
    /// How long whoever reads a file may leave a piece of it lying.
    let readDeadline: Duration

    init(
        caller: Caller, session: OperatorSession, body: RequestBody, parameters: Parameters, query: [String: String],
        readDeadline: Duration
    ) {
        self.caller = caller
        self.session = session
        self.body = body
        self.parameters = parameters
        self.query = query
        self.readDeadline = readDeadline
    }

    func on(_ session: OperatorSession) -> Call {
        Call(
            caller: caller, session: session, body: body, parameters: parameters, query: query,
            readDeadline: readDeadline)
    }

    /// What stands behind the question mark under this name, which the endpoint has to declare.
    subscript(_ parameter: QueryParameter) -> String? { query[parameter.name] }

    /// The same of a number; 0 of one that was not given and stands for nothing.
    func whole(_ parameter: QueryParameter) -> Int { self[parameter].flatMap { Int($0) } ?? 0 }

    /// The workspace that is meant: the caller's own, or the one behind the question mark.
    func workspace() throws(APIError) -> String { try caller.workspace(asked: self[.workspace]) }

    /// A part of the path, decoded: a plus sign stays one there, and a client may encode it.
    func parameter(_ name: String) throws -> String {
        let text = try parameters.require(name)
        return text.removingPercentEncoding ?? text
    }
}
