/// How much of the time a piece of work may take that gets longer while somebody keeps a snapshot open: it goes past all
/// that has changed since.
public struct DutyCycle: Hashable, Sendable {
    /// Times of what the work took.
    public var rest: Int
    public var longestRest: Duration

    /// The work takes a `rest + 1`th of the time at most, until the rest is the longest.
    public init(rest: Int, longestRest: Duration) {
        self.rest = rest
        self.longestRest = longestRest
    }

    /// How long to rest after work that `took` so long.
    public func rest(after took: Duration) -> Duration { min(took * rest, longestRest) }
}
