/// One thing that is wrong, or that explains why something does not move.
public struct Finding: Codable, Hashable, Sendable {
    public enum Severity: String, Codable, Sendable, CaseIterable {
        /// The cluster cannot be asked: exit status 2.
        case unreachable
        /// Somebody should act: exit status 1.
        case problem
        /// Explains, and asks for nothing: somebody paused a workspace.
        case note
    }

    public var code: FindingCode
    public var name: String
    public var severity: Severity
    /// One sentence.
    public var message: String

    init(_ code: FindingCode, _ message: String) { self.init(code, .problem, message) }

    init(_ code: FindingCode, _ severity: Severity, _ message: String) {
        self.code = code
        self.name = code.name
        self.severity = severity
        self.message = message
    }
}

/// The answer in one word, and the exit status of `sluice status`.
public enum ClusterHealth: String, Codable, Sendable, CaseIterable {
    case healthy
    case degraded
    case unreachable

    init(_ findings: [Finding]) {
        if findings.contains(where: { $0.severity == .unreachable }) {
            self = .unreachable
        } else {
            self = findings.contains { $0.severity == .problem } ? .degraded : .healthy
        }
    }

    public var exitStatus: Int32 {
        switch self {
        case .healthy: 0
        case .degraded: 1
        case .unreachable: 2
        }
    }
}
