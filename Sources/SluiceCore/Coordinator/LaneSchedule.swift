internal import DequeModule
internal import HeapModule

/// Every lane the leader knows, and which of them are due.
///
/// Costs: a wake-up, an alarm, a turn and an answer are O(log lanes) each; a lane that is paused, or due on a device
/// without credit, costs nothing until that changes.
struct LaneSchedule {
    private struct Alarm: Comparable {
        var due: DatabaseTime
        var lane: LaneID

        static func < (left: Alarm, right: Alarm) -> Bool { (left.due, left.lane) < (right.due, right.lane) }
    }

    private var entries: [LaneID: LaneEntry] = [:]
    private var queues: [DeviceID: DeviceQueue] = [:]
    /// May hold alarms that are not true any more; they are dropped when they ring.
    private var alarms = Heap<Alarm>()
    /// All lanes, the one that was looked at longest ago first.
    private var sweepOrder = Deque<LaneID>()
    private(set) var queued = 0
    private let limits: CoordinatorLimits

    init(limits: CoordinatorLimits) { self.limits = limits }

    var count: Int { entries.count }

    func knows(_ lane: LaneID) -> Bool { entries[lane] != nil }

    func hasDue(_ device: DeviceID) -> Bool { !(queues[device]?.isEmpty ?? true) }

    func hasUrgent(_ device: DeviceID) -> Bool { queues[device]?.hasUrgent ?? false }

    // MARK: What the leader is told. Each returns the device when the lane has just become due there.

    /// A lane as the database has it. Its position only ever lowers the one known: the reading may be older than a
    /// wake-up.
    mutating func load(_ lane: Lane, now: DatabaseTime) -> DeviceID? {
        var entry: LaneEntry
        if let known = entries[lane.id] {
            entry = known
            if entry.place == .queued, entry.device != lane.device || entry.priorityClass != lane.priorityClass {
                leaveQueue(lane.id, &entry)
            }
        } else {
            entry = LaneEntry(device: lane.device, priorityClass: lane.priorityClass, isRunnable: lane.isRunnable)
            sweepOrder.append(lane.id)
        }
        entry.device = lane.device
        entry.priorityClass = lane.priorityClass
        entry.isRunnable = lane.isRunnable
        entry.notePace(lane.ratePerMinute)
        if let next = lane.next { entry.note(next) }
        return place(lane.id, entry, now: now)
    }

    mutating func wake(_ lane: LaneDue, now: DatabaseTime) -> DeviceID? {
        guard var entry = entries[lane.lane] else { return nil }
        entry.note(LanePosition(due: lane.due))
        return place(lane.lane, entry, now: now)
    }

    /// The lane's row is gone.
    mutating func remove(_ lane: LaneID) {
        guard var entry = entries[lane] else { return }
        if entry.place == .inFlight {
            entries[lane]?.isGone = true
        } else {
            if entry.place == .queued { leaveQueue(lane, &entry) }
            entries[lane] = nil
        }
    }

    // MARK: Time

    /// Queues the lanes that are due at `now` and returns their devices.
    mutating func advance(to now: DatabaseTime) -> [DeviceID] {
        var devices: [DeviceID] = []
        while let alarm = alarms.min, alarm.due <= now {
            alarms.removeMin()
            guard let entry = entries[alarm.lane], entry.place == .waiting, entry.alarm == alarm.due else { continue }
            if let device = place(alarm.lane, entry, now: now) { devices.append(device) }
        }
        return devices
    }

    /// When the next lane becomes due.
    mutating func nextAlarm() -> DatabaseTime? {
        while let alarm = alarms.min {
            if let entry = entries[alarm.lane], entry.place == .waiting, entry.alarm == alarm.due { return alarm.due }
            alarms.removeMin()
        }
        return nil
    }

    // MARK: Claims

    struct Turn {
        var lane: LaneID
        var priorityClass: PriorityClass
        var limit: Int
        var from: LanePosition
        var isPaced: Bool
    }

    /// The device's turn: its next lanes, with at most `contacts` contacts between them. They are in flight from here
    /// on.
    mutating func take(_ device: DeviceID, contacts: Int, lanes: Int, floor: FloorShare = .standard) -> [Turn] {
        guard let next = queues[device]?.takeTurn(atMost: lanes, of: contacts, floor: floor) else { return [] }
        let (taken, contacts) = (next.lanes, next.share)
        queued -= taken.count
        var turns: [Turn] = []
        for (index, lane) in taken.enumerated() {
            guard var entry = entries[lane], let next = entry.next else { continue }
            // Equal parts; the first ones take what is left of the division.
            let part = contacts / taken.count + (index < contacts % taken.count ? 1 : 0)
            turns.append(
                Turn(
                    lane: lane, priorityClass: entry.priorityClass, limit: min(part, entry.guess), from: next,
                    isPaced: entry.ratePerMinute != nil))
            entry.place = .inFlight
            entries[lane] = entry
        }
        return turns
    }

    mutating func answer(
        _ lane: LaneID, claimed: Int, limit: Int, next: LanePosition?, pacedUntil: DatabaseTime? = nil,
        now: DatabaseTime
    ) {
        guard var entry = entries[lane], entry.place == .inFlight else { return }
        entry.noteAnswer(
            claimed: claimed, limit: limit, next: next, pacedUntil: pacedUntil, now: now, limits: limits)
        land(lane, entry, now: now)
    }

    /// The claim failed: nothing was learned of the lane.
    mutating func putBack(_ lane: LaneID, now: DatabaseTime) {
        guard let entry = entries[lane], entry.place == .inFlight else { return }
        land(lane, entry, now: now)
    }

    // MARK: Sweep

    /// The lanes that nobody looked at for longest. Those known to be due as well: of what was put back unheard and is due
    /// earlier than all that is known, a claim would see nothing for as long as the lane has work.
    mutating func takeSweep(atMost most: Int) -> [SweptLane] {
        var lanes: [SweptLane] = []
        for _ in 0..<min(most, sweepOrder.count) {
            guard let lane = sweepOrder.popFirst() else { break }
            guard let entry = entries[lane] else { continue }
            sweepOrder.append(lane)
            if entry.place != .inFlight { lanes.append(SweptLane(lane: lane, device: entry.device)) }
        }
        return lanes
    }

    struct SweptLane {
        var lane: LaneID
        var device: DeviceID
    }

    /// Whether the sweep may leave out a lane whose device can take nothing: while it is known to be due, because all
    /// that the database could say is that something of it is due earlier; and only so many times in a row.
    mutating func leavesOut(_ lane: LaneID) -> Bool {
        guard let entry = entries[lane], entry.place == .queued, entry.sweepsLeftOut < limits.sweepsLeftOut else {
            entries[lane]?.sweepsLeftOut = 0
            return false
        }
        entries[lane]?.sweepsLeftOut += 1
        return true
    }

    // MARK: Places

    private mutating func land(_ lane: LaneID, _ entry: LaneEntry, now: DatabaseTime) {
        guard !entry.isGone else {
            entries[lane] = nil
            return
        }
        var entry = entry
        entry.land()
        _ = place(lane, entry, now: now)
    }

    /// Stores `entry` in the place its due time asks for. Returns its device when it has just been queued.
    private mutating func place(_ lane: LaneID, _ entry: LaneEntry, now: DatabaseTime) -> DeviceID? {
        var entry = entry
        defer { entries[lane] = entry }
        guard entry.place != .inFlight else { return nil }
        guard let alarm = entry.alarm else {
            if entry.place == .queued { leaveQueue(lane, &entry) }
            entry.place = .asleep
            return nil
        }
        if alarm <= now {
            guard entry.place != .queued else { return nil }
            queues[entry.device, default: DeviceQueue()].append(lane, entry.priorityClass)
            queued += 1
            entry.place = .queued
            return entry.device
        }
        // A due time never rises outside a claim, so a queued lane stays due; our clock's estimate may fall a little.
        guard entry.place != .queued else { return nil }
        if entry.place != .waiting || entries[lane]?.alarm != alarm { setAlarm(alarm, lane) }
        entry.place = .waiting
        return nil
    }

    private mutating func leaveQueue(_ lane: LaneID, _ entry: inout LaneEntry) {
        queues[entry.device]?.remove(lane, entry.priorityClass)
        queued -= 1
        entry.place = .asleep
    }

    private mutating func setAlarm(_ due: DatabaseTime, _ lane: LaneID) {
        alarms.insert(Alarm(due: due, lane: lane))
        guard alarms.count > 2 * entries.count + 1_024 else { return }
        // Mostly alarms of earlier times: keep the true ones. The heap's order is total, so how it is filled does not
        // matter.
        var kept: Set<LaneID> = []
        alarms = Heap(
            alarms.unordered.filter { alarm in
                guard alarm.lane != lane else { return alarm.due == due && kept.insert(lane).inserted }
                guard let entry = entries[alarm.lane], entry.place == .waiting, entry.alarm == alarm.due else {
                    return false
                }
                return kept.insert(alarm.lane).inserted
            })
    }
}
