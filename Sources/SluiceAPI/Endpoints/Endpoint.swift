import Hummingbird
import SluiceOperations

/// One operation of the API: where it is, who may ask for it, and what it does.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// With its parameters as `:name`.
    let path: String
    /// What the caller's key must allow.
    let scope: APIKeyScope
    /// About the cluster as a whole, and so for keys of all workspaces only.
    let isClusterWide: Bool
    let mostBytes: Int
    let perform: @Sendable (Call) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, isClusterWide: Bool = false,
        mostBytes: Int = RequestBody.mostBytes, _ perform: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.isClusterWide = isClusterWide
        self.mostBytes = mostBytes
        self.perform = perform
    }
}
