/// How far the less urgent of one device was passed by: each turn that passes it by counts its share of one, and when
/// they come to a whole one the turn is the least urgent's. At a tenth, that is the tenth behind nine. So what is urgent
/// now and then waits for nobody.
struct PassedBy: Sendable {
    private var thousandths = 0

    /// Whether this turn is the least urgent's.
    mutating func takesLowest(isLessUrgentWaiting: Bool, floor: FloorShare) -> Bool {
        guard isLessUrgentWaiting else {
            thousandths = 0
            return false
        }
        thousandths += floor.thousandths
        guard thousandths >= 1_000 else { return false }
        thousandths -= 1_000
        return true
    }
}
