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
            let distance = distance(Array(wanted.unicodeScalars), Array(candidate.unicodeScalars))
            return distance <= limit ? (distance, name) : nil
        }
        return scored.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(5).map(\.name)
    }

    /// Letters to change, add or drop to get from one to the other (Levenshtein), with one row of the table kept.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
