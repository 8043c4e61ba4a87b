internal import SluiceCore

/// What operators drained, and what follows when that is everything.
enum DrainFindings {
    static func of(_ known: NodeFacts) -> [Finding] {
        let drained = known.nodes.filter { $0.isLive && $0.isDrained }
        guard !drained.isEmpty else { return [] }
        let names = Words.list(Set(drained.map { "\($0.role) \($0.name)" }).sorted(), most: 10)
        var found = [
            Finding(
                .nodesDrained, .note,
                "drained, so they own nothing and do not lead until `sluice nodes undrain`: \(names)")
        ]
        if isAllDrained(.shard, known) {
            found.append(Finding(.allNodesDrained, "every live shard node is drained: nothing is sent"))
        }
        if isAllDrained(.coordinator, known) {
            found.append(
                Finding(.allNodesDrained, "every live coordinator is drained: nobody leads and nothing is claimed"))
        }
        return found
    }

    static func isAllDrained(_ role: NodeRole, _ known: NodeFacts) -> Bool {
        let live = known.nodes.filter { $0.isLive && $0.role == role.rawValue }
        return !live.isEmpty && live.allSatisfy(\.isDrained)
    }
}
