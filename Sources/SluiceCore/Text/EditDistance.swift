/// How far one text is from another, for "did you mean".
public enum EditDistance {
    /// Letters (Unicode scalars) to add, drop or change to get from `left` to `right`: Levenshtein, "Binary codes
    /// capable of correcting deletions, insertions and reversals" (1966), with one row of the table kept.
    public static func between(_ left: String, _ right: String) -> Int {
        let rightLetters = Array(right.unicodeScalars)
        var row = Array(0...rightLetters.count)
        for (i, letter) in left.unicodeScalars.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in rightLetters.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, letter == other ? diagonal : diagonal + 1)
                diagonal = above
            }
        }
        return row[rightLetters.count]
    }
}
