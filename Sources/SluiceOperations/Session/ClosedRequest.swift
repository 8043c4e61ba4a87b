/// A request that says which fields it has, so that any other is refused: a misspelled one would be passed over, and
/// something else be done than was asked for.
public protocol ClosedRequest: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable
}
