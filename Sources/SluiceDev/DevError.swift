/// Why a private cluster could not start or go on: one line, with what to do.
public struct DevError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
