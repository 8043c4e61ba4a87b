/// A number of rights to one open HTTP request each.
public struct Permits: Hashable, Sendable {
    public let limit: Int
    public private(set) var inUse = 0

    public init(limit: Int) {
        precondition(limit > 0)
        self.limit = limit
    }

    public var free: Int { limit - inUse }

    public mutating func take() {
        precondition(inUse < limit)
        inUse += 1
    }

    public mutating func giveBack() {
        precondition(inUse > 0)
        inUse -= 1
    }
}
