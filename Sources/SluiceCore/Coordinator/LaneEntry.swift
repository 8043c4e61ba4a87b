/// A lane in the leader's memory.
///
/// Places and what may follow:
/// - `asleep`: paused, or nothing is due ever → any
/// - `waiting`: an alarm is set for `alarm` → any
/// - `queued`: due, in its device's queue → any
/// - `inFlight`: in the claim under way; only the claim's answer moves it on
struct LaneEntry {
    enum Place { case asleep, waiting, queued, inFlight }

    var device: DeviceID
    var priorityClass: PriorityClass
    var isRunnable: Bool
    /// Never later than the truth: where the next probe starts.
    var next: LanePosition?
    /// After a probe that gave nothing although the lane was due: not before this.
    var retryAt: DatabaseTime?
    /// What its source may have claimed of it in a minute, with the other lanes; nil: any number.
    var ratePerMinute: Int?
    /// The rate is used up: not before this, whatever wakes it.
    var pacedUntil: DatabaseTime?
    /// Empty probes in a row.
    var emptyProbes = 0
    /// The earliest wake-up that came while a claim was in flight: the claim's snapshot may not have seen what it was
    /// about.
    var aside: LanePosition?
    /// How many contacts the next probe may ask for: a guess that grows while answers come back full. Without it,
    /// either a claim's bound on contacts would let few shallow lanes in, or many deep lanes would break it.
    var guess = 4
    var place = Place.asleep
    /// Sweeps in a row that left it out.
    var sweepsLeftOut = 0
    /// Its row was found gone while it was in flight.
    var isGone = false

    /// When to probe it; nil when there is nothing to probe for.
    var alarm: DatabaseTime? {
        guard isRunnable, let next else { return nil }
        return [retryAt, pacedUntil].reduce(next.due) { max($0, $1 ?? $0) }
    }

    /// Something lies at `position`.
    mutating func note(_ position: LanePosition) {
        if place == .inFlight {
            aside = aside.map { min($0, position) } ?? position
        } else if next.map({ position < $0 }) ?? true {
            next = position
            // Something new: it does not wait for what an empty probe asked for.
            retryAt = nil
        }
    }

    /// As the database has it now. Another rate leaves another room.
    mutating func notePace(_ ratePerMinute: Int?) {
        guard ratePerMinute != self.ratePerMinute else { return }
        self.ratePerMinute = ratePerMinute
        pacedUntil = nil
    }

    /// The claim's answer: `claimed` of `limit` contacts, the next unclaimed one at `next`.
    mutating func noteAnswer(
        claimed: Int, limit: Int, next: LanePosition?, pacedUntil: DatabaseTime?, now: DatabaseTime,
        limits: CoordinatorLimits
    ) {
        self.pacedUntil = pacedUntil
        if claimed >= limit {
            if limit >= guess { guess = min(guess * 4, limits.claimPerLane) }
        } else {
            guess = max(1, min(guess, claimed * 2))
        }
        if claimed == 0, pacedUntil == nil, let next, next.due <= now {
            emptyProbes += 1
            retryAt = now + limits.emptyProbeBackoff.delay(afterFailures: emptyProbes)
        } else {
            emptyProbes = 0
            retryAt = nil
        }
        self.next = next
    }

    /// Leaves the claim: what was kept aside counts now.
    mutating func land() {
        place = .asleep
        if let aside {
            self.aside = nil
            note(aside)
        }
    }
}
