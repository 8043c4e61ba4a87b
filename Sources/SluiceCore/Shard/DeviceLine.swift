internal import DequeModule

/// Devices that wait for a turn, by the class of the most urgent claim that each has: the more urgent goes first, and
/// first in, first out within a class. Every tenth turn is the least urgent's, so that a stream of triggers leaves
/// campaigns a tenth of the turns, whatever workspaces they are of.
///
/// A device stands in one place. When something more urgent comes for it, it moves up and its former place is kept for
/// it: that is where it stands again when it next joins that class. So it is in each class's queue at most once.
struct DeviceLine: Sendable {
    private struct Standing {
        /// Where it waits; nil when it only has places that are kept.
        var place: UInt8?
        /// The classes in whose queues it is, a bit each.
        var kept: UInt8 = 0
    }

    private var queues = [Deque<Int>](repeating: Deque(), count: PriorityClass.count)
    private var standings: [Int: Standing] = [:]
    private var turns = 0
    /// Devices that wait.
    private(set) var count = 0
    /// Those of them with an urgent claim.
    private var urgent = 0

    var isEmpty: Bool { count == 0 }

    var hasUrgent: Bool { urgent > 0 }

    /// Devices that wait with an urgent claim, or with none.
    func count(isUrgent: Bool) -> Int { isUrgent ? urgent : count - urgent }

    func contains(_ device: Int) -> Bool { standings[device]?.place != nil }

    /// Joins the line, or moves up in it.
    mutating func add(_ device: Int, _ urgency: PriorityClass) {
        var standing = standings[device] ?? Standing()
        if let place = standing.place, place <= urgency.rawValue { return }
        left(standing.place)
        standing.place = urgency.rawValue
        count += 1
        if urgency.isUrgent { urgent += 1 }
        if standing.kept & urgency.bit == 0 { queues[Int(urgency.rawValue)].append(device) }
        standing.kept |= urgency.bit
        standings[device] = standing
    }

    /// The device whose turn it is.
    mutating func popFirst() -> Int? {
        guard count > 0 else { return nil }
        turns = (turns + 1) % PriorityClass.turnsPerLowest
        return turns == 0 ? first(of: queues.indices.reversed()) : first(of: queues.indices)
    }

    private mutating func first(of order: some Sequence<Int>) -> Int? {
        for queue in order {
            while let device = queues[queue].popFirst() {
                if leave(device, PriorityClass(rawValue: UInt8(queue))!) { return device }
            }
        }
        return nil
    }

    /// Whether the place that was taken out was the one where the device waited.
    private mutating func leave(_ device: Int, _ urgency: PriorityClass) -> Bool {
        guard var standing = standings[device] else { return false }
        standing.kept &= ~urgency.bit
        let waited = standing.place == urgency.rawValue
        if waited {
            left(standing.place)
            standing.place = nil
        }
        standings[device] = standing.kept == 0 ? nil : standing
        return waited
    }

    private mutating func left(_ place: UInt8?) {
        guard let urgency = place.flatMap(PriorityClass.init(rawValue:)) else { return }
        count -= 1
        if urgency.isUrgent { urgent -= 1 }
    }

    mutating func removeAll() { self = DeviceLine() }

    /// Forgets devices, with the places kept for them.
    mutating func remove(_ devices: Set<Int>) {
        guard devices.contains(where: { standings[$0] != nil }) else { return }
        for queue in queues.indices { queues[queue].removeAll { devices.contains($0) } }
        for device in devices { left(standings.removeValue(forKey: device)?.place) }
    }
}

extension PriorityClass {
    fileprivate var bit: UInt8 { 1 << rawValue }
}
