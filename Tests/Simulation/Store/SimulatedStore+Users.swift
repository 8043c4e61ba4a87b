internal import SluiceCore

/// What users and the intake do: devices, sequences and leads come, leads enter, and what ends leaves its lead.
extension SimulatedStore {
    mutating func add(_ profile: DeviceProfile) { profiles.append(profile) }

    /// Leads that have one of its triggers already enter it too.
    mutating func add(_ sequence: SequenceRecord) {
        sequences.append(sequence)
        intake += leads.indices
    }

    mutating func add(_ lead: LeadRecord) {
        leads.append(lead)
        intake.append(leads.count - 1)
    }

    /// The lane of a device and a sequence, which is made when there is none.
    mutating func lane(_ device: DeviceID, _ sequence: Int) -> LaneID {
        if let known = lanes.first(where: { $0.device == device && $0.sequence == sequence }) { return known.id }
        let id = LaneID(rawValue: Int64(lanes.count) + 1)
        lanes.append(LaneRecord(id: id, device: device, sequence: sequence))
        return id
    }

    /// Enrolls somebody on a device.
    @discardableResult
    mutating func enroll(
        _ recipient: String, lead: Int?, in sequence: Int, trigger: String, on device: DeviceID, due: DatabaseTime
    ) -> Int {
        contacts.append(
            ContactRecord(
                id: Numbered.contact(contacts.count), workspace: sequences[sequence].workspace, sequence: sequence,
                lead: lead, recipient: recipient, trigger: trigger, device: device, lane: lane(device, sequence),
                due: due))
        attempts.append([])
        return contacts.count - 1
    }

    // MARK: Intake

    /// One chunk. Returns the lanes of whom it enrolled or placed, and how many rows it worked off.
    mutating func enroll(limit: Int, at now: DatabaseTime) -> (lanes: [LaneDue], processed: Int, more: Bool) {
        var dues: [LaneDue] = []
        let taken = intake.prefix(limit)
        intake.removeFirst(taken.count)
        for lead in taken {
            cancelLost(lead)
            for trigger in leads[lead].triggerList {
                if let contact = enter(lead, trigger, at: now) { dues.append(due(contact)) }
            }
        }
        let placed = misplaced
        misplaced = []
        for contact in placed where !contacts[contact].isDeleted && contacts[contact].lane == nil {
            contacts[contact].lane = lane(contacts[contact].device, contacts[contact].sequence)
            dues.append(due(contact))
        }
        return (dues, taken.count + placed.count, taken.count == limit)
    }

    private func due(_ contact: Int) -> LaneDue {
        LaneDue(lane: contacts[contact].lane ?? LaneID(rawValue: 0), due: contacts[contact].due)
    }

    private mutating func cancelLost(_ lead: Int) {
        let triggers = leads[lead].triggerList
        for contact in contacts.indices
        where contacts[contact].lead == lead && !contacts[contact].isOver && contacts[contact].status != .unknown
            && !triggers.contains(contacts[contact].entryTrigger)
        {
            contacts[contact].status = .cancelled
            contacts[contact].lastError = "trigger_removed"
        }
    }

    private mutating func enter(_ lead: Int, _ trigger: String, at now: DatabaseTime) -> Int? {
        let workspace = leads[lead].workspace
        guard let phone = leads[lead].phone,
            let sequence = sequences.firstIndex(where: {
                $0.workspace == workspace && $0.isActive && $0.step(trigger)?.isEntry ?? false
            }), let device = sequences[sequence].device ?? leastLoaded(workspace)
        else { return nil }
        let recipient = phone.filter(\.isNumber)
        guard
            let known = contacts.firstIndex(where: {
                $0.sequence == sequence && $0.recipient == recipient && !$0.isDeleted
            })
        else { return enroll(recipient, lead: lead, in: sequence, trigger: trigger, on: device, due: now) }
        guard contacts[known].isOver, contacts[known].state == .idle else { return nil }
        contacts[known].generation += 1
        contacts[known].status = .active
        contacts[known].moves = 0
        contacts[known].retries = 0
        contacts[known].trigger = trigger
        contacts[known].due = now
        return known
    }

    private func leastLoaded(_ workspace: String) -> DeviceID? {
        profiles.filter { $0.workspace == workspace }.min { left, right in
            load(left.id) < load(right.id)
        }?.id
    }

    private func load(_ device: DeviceID) -> Int {
        contacts.count { $0.device == device && $0.status == .active && !$0.isDeleted }
    }

    /// Takes the triggers of what ended off their leads, except those that somebody holds locked.
    mutating func complete(limit: Int) -> (processed: Int, more: Bool) {
        let chunk = completions.filter { !lockedLeads.contains($0.lead) }.prefix(limit)
        for (lead, trigger) in chunk {
            let rest = leads[lead].triggerList.filter { $0 != trigger }
            leads[lead].triggers = rest.isEmpty ? nil : rest.joined(separator: ",")
        }
        completions.removeAll { completion in chunk.contains { $0 == completion } }
        return (chunk.count, chunk.count == limit)
    }
}
