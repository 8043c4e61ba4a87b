/// Where a page of a list by id begins: at the `nextCursor` of the one before.
enum PageCursor {
    static let advice = "must be a nextCursor as it was given"

    /// - Throws: ``OperationsError/invalid(field:message:)`` for a text that is none.
    static func id(_ text: String?) throws(OperationsError) -> Int64? {
        guard let text else { return nil }
        guard let id = Int64(text) else { throw .invalid(field: "cursor", message: advice) }
        return id
    }
}
