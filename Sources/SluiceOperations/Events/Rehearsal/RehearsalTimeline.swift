internal import SluiceCore

/// When messages of one cap key would start, worked out by the limiter that nodes use, run ahead in virtual time.
///
/// It supposes that nothing else is sent under the key, that a request takes no time, and that the gap between two
/// messages is the middle of what it may be.
struct RehearsalTimeline {
    /// A message that is due, on any axis that begins at zero.
    struct Item {
        var due: Duration
        /// From then on it is not sent any more.
        var expires: Duration?
        var priority: PriorityClass
    }

    var caps: Caps
    var gap: Duration

    /// When each starts; nil for one that would be dropped because it is late.
    func starts(of items: [Item]) -> [Duration?] {
        var starts = [Duration?](repeating: nil, count: items.count)
        let waiting = items.indices.sorted { (items[$0].due, $0) < (items[$1].due, $1) }
        // Due, by class and then by time: those that came first are taken first.
        var lines = [[Int]](repeating: [], count: PriorityClass.count)
        var heads = [Int](repeating: 0, count: PriorityClass.count)
        var next = 0
        var now = Duration.zero
        var limiter = Limiter(caps: caps, at: MonotonicTime(nanoseconds: 0))
        while true {
            while next < waiting.count, items[waiting[next]].due <= now {
                lines[Int(items[waiting[next]].priority.rawValue)].append(waiting[next])
                next += 1
            }
            guard let line = lines.indices.first(where: { heads[$0] < lines[$0].count }) else {
                guard next < waiting.count else { return starts }
                now = items[waiting[next]].due
                continue
            }
            let item = lines[line][heads[line]]
            if let expires = items[item].expires, expires <= now {
                heads[line] += 1
                continue
            }
            let instant = MonotonicTime(nanoseconds: now.wholeNanoseconds)
            let capacity = limiter.capacity(at: instant)
            guard capacity.available > 0, limiter.admit(at: instant) else {
                // Without another instant there is no room at all: caps of zero.
                guard let room = capacity.next else { return starts }
                now = max(.nanoseconds(room.nanoseconds), now + .nanoseconds(1))
                continue
            }
            limiter.finish(at: instant)
            heads[line] += 1
            starts[item] = now
            now += gap
        }
    }

    /// The most of these instants, in order, that lie in any window of this length, and where that window begins.
    static func fullest(_ instants: [Duration], in length: Duration) -> (count: Int, from: Duration)? {
        var fullest: (count: Int, from: Duration)?
        var first = instants.startIndex
        for last in instants.indices {
            while instants[last] - instants[first] >= length { first += 1 }
            let count = last - first + 1
            if count > fullest?.count ?? 0 { fullest = (count, instants[first]) }
        }
        return fullest
    }
}
