/// A request that says which fields it has, so that any other is refused: a misspelled one would be passed over, and
/// something else be done than was asked for.
public protocol ClosedRequest: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey & CaseIterable

    /// What its fields may be, where their types do not say it. The API's document has it from here, and so has
    /// ``checkBounds()``.
    static var bounds: [FieldBound<Self>] { get }
}

extension ClosedRequest {
    public static var bounds: [FieldBound<Self>] { [] }

    /// - Throws: ``OperationsError/invalid(field:message:)`` for the first field that is out of its bounds.
    public func checkBounds() throws(OperationsError) {
        for bound in Self.bounds {
            if let problem = bound.problem(self) { throw .invalid(field: bound.field, message: problem) }
        }
    }
}
