internal import SluiceCore
internal import SluiceWire

/// What nodes say is wrong with them.
enum ReportedProblems {
    static func findings(of facts: ClusterFacts) -> [Finding] {
        var found: [Finding] = []
        for reply in facts.replies {
            let others = reply.problems.filter { $0 != NodeProblem.diskFull && $0 != NodeProblem.shardsAstray }
            guard !others.isEmpty else { continue }
            let name = "\(reply.role.rawValue) \(reply.name)"
            found.append(Finding(.nodeProblem, "\(name) says: \(others.joined(separator: ", "))"))
        }
        let refused = names(of: NodeProblem.diskFull, in: facts)
        if !refused.isEmpty {
            found.append(
                Finding(
                    .databaseDiskFull,
                    "PostgreSQL's disk is full: in the last minute it refused writes of \(Words.list(refused))"))
        }
        if !names(of: NodeProblem.shardsAstray, in: facts).isEmpty {
            found.append(
                Finding(.termsDiffer, "live shards report to another term than the leader's and are granted nothing"))
        }
        return found
    }

    private static func names(of problem: String, in facts: ClusterFacts) -> [String] {
        facts.replies.filter { $0.problems.contains(problem) }.map(\.name).sorted()
    }
}
