/// How often in a row the less urgent of one device was passed by: behind nine that were, the tenth turn is the least
/// urgent's. So what is urgent now and then waits for nobody.
struct PassedBy: Sendable {
    private var count = 0

    /// Whether this turn is the least urgent's.
    mutating func takesLowest(isLessUrgentWaiting: Bool) -> Bool {
        guard isLessUrgentWaiting else {
            count = 0
            return false
        }
        count = (count + 1) % PriorityClass.turnsPerLowest
        return count == 0
    }
}
