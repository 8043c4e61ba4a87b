internal import SluiceCore

/// The names that a mistyped one may have meant.
enum NearMatches {
    /// At most five, the nearest first: names that contain the given text, or are at most a third of its letters away
    /// from it.
    static func of(_ given: String, among names: [String]) -> [String] {
        let wanted = given.lowercased()
        guard !wanted.isEmpty else { return [] }
        let limit = max(1, wanted.count / 3)
        let scored = names.compactMap { name -> (distance: Int, name: String)? in
            let candidate = name.lowercased()
            if candidate.contains(wanted) { return (0, name) }
            let distance = EditDistance.between(wanted, candidate)
            return distance <= limit ? (distance, name) : nil
        }
        return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(5).map(\.name)
    }
}
