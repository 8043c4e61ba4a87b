/// What the leader's machine wants and the term it wants it in, or resigns from.
///
/// The shell takes in several inputs before it acts, and a later one may end the term that an earlier one acted in.
public struct CoordinatorStep: Sendable {
    public let action: CoordinatorAction
    /// Nil: of no term.
    public let term: Term?

    /// Whether it is still to be carried out when the machine leads `present` (nil: nothing). Nobody waits for the
    /// answer of a statement whose term has ended; a batch was claimed and its shard may work on it, and to resign is
    /// what ended the term.
    public func isWanted(leading present: Term?) -> Bool {
        switch action {
        case .dispatch: true
        case .resign: term != nil
        default: term != nil && term == present
        }
    }
}

extension CoordinatorMachine {
    /// Takes one event, like ``handle(_:at:)``, and returns what to do with the term it is to be done in.
    public mutating func steps(after event: CoordinatorEvent, at now: MonotonicTime) -> [CoordinatorStep] {
        let before = term
        let actions = handle(event, at: now)
        let term = term ?? before
        return actions.map { CoordinatorStep(action: $0, term: term) }
    }
}
