internal import SluiceCore

/// Why a statement gave no result.
enum StatementError: Error {
    /// The incarnation is over.
    case leaseLost
    /// Somebody else leads.
    case termLost
    /// A live node has this name.
    case nameInUse(String, lapsesIn: Duration)
    /// The database refuses to write a row of it, and so the whole statement.
    case refusedRow(RowFault)
    /// Not reached, or the answer was lost.
    case uncertain
}
