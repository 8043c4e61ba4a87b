internal import PostgresDriver

/// What a pause covers.
public enum PauseScope: Hashable, Sendable {
    case everything
    case workspace(String)

    /// As `pauses.scope` has it.
    var stored: String {
        switch self {
        case .everything: "*"
        case .workspace(let id): id
        }
    }
}

extension OperatorSession {
    /// Nothing of the scope starts within a second, whatever restarts; what is in flight ends.
    /// - Returns: false when it was paused already.
    @discardableResult
    public func pause(_ scope: PauseScope, reason: String?) async throws -> Bool {
        try await change { change in
            if case .workspace(let id) = scope { try await WorkspaceLookup.require(id, on: change.transaction) }
            let added = try await change.query(
                """
                INSERT INTO pauses (scope, reason, paused_by) VALUES ($1, $2, $3)
                ON CONFLICT (scope) DO NOTHING RETURNING scope
                """, [.string(scope.stored), .string(reason), .string(actor)])
            if added.isEmpty { return false }
            try await change.record("pause", target: scope.stored, after: ["reason": reason ?? ""])
            return true
        }
    }

    /// - Returns: false when it was not paused.
    @discardableResult
    public func resume(_ scope: PauseScope) async throws -> Bool {
        try await change { change in
            if case .workspace(let id) = scope { try await WorkspaceLookup.require(id, on: change.transaction) }
            let removed = try await change.query(
                "DELETE FROM pauses WHERE scope = $1 RETURNING coalesce(reason, '')", [.string(scope.stored)])
            guard let reason = try removed.column(String.self, at: 0).first else { return false }
            try await change.record("resume", target: scope.stored, before: ["reason": reason])
            return true
        }
    }
}
