internal import DequeModule

/// The lanes of one device that are due and runnable, by priority class; within a class in the order of their turns.
struct DeviceQueue {
    private var classes: [Deque<LaneID>] = []
    private(set) var count = 0
    private var passedBy = PassedBy()

    var isEmpty: Bool { count == 0 }

    /// Whether anybody waits for one of them.
    var hasUrgent: Bool {
        classes.indices.contains { !classes[$0].isEmpty && PriorityClass(rawValue: UInt8($0))!.isUrgent }
    }

    mutating func append(_ lane: LaneID, _ priorityClass: PriorityClass) {
        // Most devices have lanes of one or two classes; those above need no queue.
        while classes.count <= Int(priorityClass.rawValue) { classes.append([]) }
        classes[Int(priorityClass.rawValue)].append(lane)
        count += 1
    }

    mutating func remove(_ lane: LaneID, _ priorityClass: PriorityClass) {
        let index = Int(priorityClass.rawValue)
        guard index < classes.count, let position = classes[index].firstIndex(of: lane) else { return }
        classes[index].remove(at: position)
        count -= 1
    }

    /// Whose turn it is.
    struct Turn {
        var lanes: [LaneID]
        /// The share of what the device may take that goes to them; less than all of it in a turn that others gave up.
        var share: Int
    }

    /// The next lanes of the lowest class that has any: lower classes go first, so a class is touched only when those
    /// before it have nothing due. A `floor` of the turns that would pass somebody by are the least urgent's, for that share of
    /// `contacts`: a device that takes one at a time, or whose cap frees one at a time, would leave campaigns nothing.
    mutating func takeTurn(atMost limit: Int, of contacts: Int, floor: FloorShare) -> Turn? {
        guard let first = classes.firstIndex(where: { !$0.isEmpty }),
            let last = classes.lastIndex(where: { !$0.isEmpty })
        else { return nil }
        let isLowests = passedBy.takesLowest(isLessUrgentWaiting: last > first, floor: floor)
        let index = isLowests ? last : first
        let share = isLowests ? floor.part(of: contacts) : contacts
        let lanes = Array(classes[index].prefix(min(limit, share)))
        classes[index].removeFirst(lanes.count)
        count -= lanes.count
        return Turn(lanes: lanes, share: share)
    }
}
