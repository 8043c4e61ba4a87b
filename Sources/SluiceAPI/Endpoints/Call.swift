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

    init(caller: Caller, session: OperatorSession, body: RequestBody, parameters: Parameters) {
        self.caller = caller
        self.session = session
        self.body = body
        self.parameters = parameters
    }

    func on(_ session: OperatorSession) -> Call {
        Call(caller: caller, session: session, body: body, parameters: parameters)
    }

    /// A part of the path, decoded: a plus sign stays one there, and a client may encode it.
    func parameter(_ name: String) throws -> String {
        let text = try parameters.require(name)
        return text.removingPercentEncoding ?? text
    }
}
