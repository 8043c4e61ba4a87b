extension String {
    /// Without white space around it.
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        return String(head[..<(head.lastIndex { !$0.isWhitespace }.map(head.index(after:)) ?? head.startIndex)])
    }
}
