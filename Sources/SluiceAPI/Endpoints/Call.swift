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
    private let query: Parameters

    init(caller: Caller, session: OperatorSession, body: RequestBody, parameters: Parameters, query: Parameters) {
        self.caller = caller
        self.session = session
        self.body = body
        self.parameters = parameters
        self.query = query
    }

    func on(_ session: OperatorSession) -> Call {
        Call(caller: caller, session: session, body: body, parameters: parameters, query: query)
    }

    /// What stands behind the question mark under this name.
    func query(_ name: String) throws -> String {
        if let text = query[name[...]], !text.isEmpty { return String(text) }
        throw APIError(
            .badRequest, "missing_field",
            "\(name) is missing; quote the address, or a shell ends the command at its first &", field: name)
    }

    /// The same, of what need not be there.
    func optionalQuery(_ name: String) -> String? { query[name[...]].map(String.init) }

    /// How long a page of a list is to be.
    func pageLength() throws -> Int {
        guard let text = optionalQuery("limit") else { return Self.pageLength }
        guard let limit = Int(text), (1...Self.longestPage).contains(limit) else {
            throw APIError(
                .unprocessableContent, "invalid_limit", "limit must be from 1 to \(Self.longestPage)", field: "limit")
        }
        return limit
    }

    private static let pageLength = 100
    private static let longestPage = 1_000

    /// A part of the path, decoded: a plus sign stays one there, and a client may encode it.
    func parameter(_ name: String) throws -> String {
        let text = try parameters.require(name)
        return text.removingPercentEncoding ?? text
    }
}
