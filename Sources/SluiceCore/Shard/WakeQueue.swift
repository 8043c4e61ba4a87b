/// The instants at which something of a device or a host changes by itself.
///
/// An entry that was superseded stays until its instant and then costs one look, which is cheaper than finding it:
/// whoever is woken decides anew what it waits for. Only the earliest wish of each target is kept, so entries stay few.
struct WakeQueue: Sendable {
    enum Target: Hashable, Sendable {
        case device(Int)
        case host(Int)
    }

    private var wishes = InstantQueue<Target>()
    private var earliest: [Target: MonotonicTime] = [:]

    var first: MonotonicTime? { wishes.first }

    /// Wakes `target` at `instant`, unless it is woken earlier anyway.
    mutating func schedule(_ target: Target, at instant: MonotonicTime) {
        if let known = earliest[target], known <= instant { return }
        earliest[target] = instant
        wishes.insert(target, at: instant)
    }

    /// The next target whose instant has come.
    mutating func popDue(at now: MonotonicTime) -> Target? {
        while let (instant, target) = wishes.popFirst(dueBy: now) {
            guard earliest[target] == instant else { continue }
            earliest[target] = nil
            return target
        }
        return nil
    }
}
