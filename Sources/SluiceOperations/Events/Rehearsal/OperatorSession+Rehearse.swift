internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// Works out what would become of an event's messages: of those that wait, and of those that its plan would add.
    ///
    /// The plan is written in a transaction that is rolled back, so it is what ``planEvent(_:contractors:in:)`` would
    /// write, and nothing is there afterwards. Where no device is named for the event, its messages go to the workspace's
    /// devices in turn.
    /// - Parameter gateway: stands in for those of the devices; nil: each has its own.
    /// - Throws: ``OperationsError`` for an event or a gateway that is not there, or an event with too many messages.
    public func rehearseEvent(
        _ event: EventKey, through gateway: String? = nil, in workspace: String
    ) async throws -> EventRehearsal {
        try await EventLookup.require(event, in: workspace, on: database)
        var devices = try await database.query(RehearsalQuery.devices, [.string(workspace)]).map {
            try RehearsalDevice($0, windows: windows)
        }
        if let gateway {
            let rows = try await database.query(RehearsalQuery.gateway, [.string(gateway)])
            guard let row = rows.first else {
                throw OperationsError.notFound(kind: "gateway", given: gateway, nearest: [])
            }
            for index in devices.indices { try devices[index].route.take(row) }
        }
        var drafts = try await rehearsalDrafts(of: event, in: workspace)
        guard drafts.count <= RehearsalQuery.mostMessages else {
            throw OperationsError.refused(
                code: "too_many_messages",
                message: "the event has more than \(RehearsalQuery.mostMessages) messages to rehearse")
        }
        let conflicts = Self.schedule(&drafts, on: devices)
        let messages = drafts.map(\.message).sorted { left, right in
            (left.start ?? left.due ?? .distantFuture) < (right.start ?? right.due ?? .distantFuture)
        }
        return EventRehearsal(
            eventId: event, messages: messages, conflicts: conflicts,
            late: messages.count { $0.lateness > 1 }, unsent: messages.count { $0.start == nil })
    }

    /// Carries what was read out of a transaction that must not be committed.
    private struct Unwritten: Error {
        var drafts: [RehearsalDraft]
    }

    private func rehearsalDrafts(of event: EventKey, in workspace: String) async throws -> [RehearsalDraft] {
        let place: [PostgresValue] = [.string(event.text), .string(workspace)]
        do {
            try await database.withTransaction(.readCommitted, deadline: .seconds(60)) { transaction in
                let people = try await transaction.query(Self.peopleSQL, place + [.null]).column(String.self, at: 0)
                try await transaction.query(Self.planSQL, place + [.stringArray(people)], deadline: .seconds(30))
                let rows = try await transaction.query(
                    RehearsalQuery.messages, place + [.int64(Int64(RehearsalQuery.mostMessages) + 1)],
                    deadline: .seconds(30))
                throw Unwritten(drafts: try rows.map { try RehearsalDraft($0) })
            }
        } catch let unwritten as Unwritten {
            return unwritten.drafts
        }
        return []
    }

    /// Gives each its device and its time, and says where caps are asked for too much.
    private static func schedule(
        _ drafts: inout [RehearsalDraft], on devices: [RehearsalDevice]
    ) -> [RehearsedConflict] {
        let byID = Dictionary(uniqueKeysWithValues: devices.map { ($0.id, $0) })
        var turn = 0
        var byKey: [String: (device: RehearsalDevice, drafts: [Int])] = [:]
        for index in drafts.indices where drafts[index].message.problem == nil {
            guard let device = drafts[index].sender.flatMap({ byID[$0] }) ?? devices[safely: turn] else {
                drafts[index].message.problem = "no_device"
                continue
            }
            turn = (turn + 1) % devices.count
            drafts[index].message.device = device.name
            drafts[index].message.route = device.route
            byKey[device.capKey, default: (device, [])].drafts.append(index)
        }
        var conflicts: [RehearsedConflict] = []
        for (_, work) in byKey.sorted(by: { $0.key < $1.key }) {
            conflicts += schedule(&drafts, work.drafts, on: work.device)
        }
        return conflicts
    }

    private static func schedule(
        _ drafts: inout [RehearsalDraft], _ indices: [Int], on device: RehearsalDevice
    ) -> [RehearsedConflict] {
        guard let origin = indices.compactMap({ drafts[$0].message.due }).min() else { return [] }
        func offset(_ date: Date) -> Duration { .seconds(date.timeIntervalSince(origin)) }
        let items = indices.map { index in
            RehearsalTimeline.Item(
                due: offset(drafts[index].message.due ?? origin), expires: drafts[index].expires.map(offset),
                priority: drafts[index].priority)
        }
        let starts = RehearsalTimeline(caps: device.caps, gap: device.gap).starts(of: items)
        for (index, start) in zip(indices, starts) {
            drafts[index].message.start = start.map { origin + $0 / .seconds(1) }
            if start == nil { drafts[index].message.problem = "expired" }
        }
        let dues = items.map(\.due).sorted()
        return device.caps.windows.compactMap { window in
            guard let fullest = RehearsalTimeline.fullest(dues, in: window.length), fullest.count > window.limit else {
                return nil
            }
            return RehearsedConflict(
                device: device.name, windowSeconds: Int(window.length / .seconds(1)), limit: window.limit,
                due: fullest.count, from: origin + fullest.from / .seconds(1))
        }
    }
}

/// A message on its way through a rehearsal.
struct RehearsalDraft {
    var message: RehearsedMessage
    var expires: Date?
    var priority: PriorityClass
    /// The device that is named for it.
    var sender: String?

    init(_ row: PostgresRow) throws {
        let missing = try row.decode([String]?.self, "missing") ?? []
        let recipient = try row.decode(String?.self, "recipient")
        let text = try row.decode(String?.self, "body")
        let due = try row.date("due")
        let isMail = try row.decode(Bool.self, "is_mail")
        message = RehearsedMessage(
            messageType: try row.decode(String?.self, "message_type"),
            contractorId: try row.decode(String?.self, "contractor").map { EventKey($0) }, to: recipient, text: text,
            due: due)
        expires = try row.date("expires_at")
        priority = PriorityClass(priority: Int(try row.decode(Int32.self, "priority")))
        sender = try row.decode(UUID?.self, "sender")?.text
        if due == nil {
            message.problem = "no_time"
        } else if isMail {
            message.problem = "mail_is_not_rehearsed"
        } else if recipient == nil {
            message.problem = "no_phone"
        } else if text == nil {
            message.problem = "empty_text"
        } else if !missing.isEmpty {
            message.problem = "missing_value: " + missing.joined(separator: ", ")
        }
    }
}

extension Array {
    fileprivate subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
