import FoundationEssentials
import Hummingbird
import SluiceOperations

/// Who makes a call, and what they may do.
struct Caller: Hashable, Sendable {
    /// Nil where no key is needed.
    let key: UUID?
    /// `*`: all of them.
    let workspace: String
    let scopes: Set<APIKeyScope>

    static let withoutKey = Caller(key: nil, workspace: "*", scopes: [.admin])

    init(_ holder: APIKeyHolder) {
        self.init(key: holder.id, workspace: holder.workspace, scopes: holder.scopes)
    }

    private init(key: UUID?, workspace: String, scopes: Set<APIKeyScope>) {
        self.key = key
        self.workspace = workspace
        self.scopes = scopes
    }

    /// As the audit log has it.
    var actor: String { key.map { "api:" + $0.uuidString.lowercased() } ?? "api" }

    func require(_ operation: APIOperation) throws(APIError) {
        guard case .key(let scope, let isClusterWide) = operation.access else { return }
        guard scopes.allows(scope) else {
            throw APIError(.forbidden, "forbidden", "this key may not \(scope.rawValue)")
        }
        guard !isClusterWide || workspace == "*" else {
            throw APIError(.forbidden, "forbidden", "this is for keys of all workspaces")
        }
    }

    /// The workspace that a request is about. Another's is not found, as if it were not there (I21).
    func workspace(asked: String?) throws(APIError) -> String {
        guard let asked else { return workspace == "*" ? "default" : workspace }
        guard !asked.allSatisfy(\.isWhitespace), asked.utf8.count <= Self.mostWorkspaceBytes, !asked.utf8.contains(0)
        else {
            throw APIError(
                .unprocessableContent, "invalid_workspaceId",
                "workspaceId must not be blank, nor longer than \(Self.mostWorkspaceBytes) bytes, nor contain a NUL character",
                field: "workspaceId")
        }
        guard workspace == "*" || workspace == asked else {
            throw APIError(.notFound, "unknown_workspace", "there is no workspace \"\(asked)\"", field: "workspaceId")
        }
        return asked
    }

    /// Far above any honest use, so that no row is made of rubbish.
    private static let mostWorkspaceBytes = 500

    /// Nil for callers who see all of them.
    var onlyWorkspace: String? { workspace == "*" ? nil : workspace }
}
