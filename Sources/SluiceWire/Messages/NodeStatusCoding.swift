internal import CSluiceProto
internal import SluiceCore

extension NodeStatus: WireMessage {
    public func encoded() -> [UInt8] {
        Sluice__V1__NodeStatus.packed { message, arena in
            message.name = arena.text(name)
            message.incarnation = incarnation.rawValue
            message.role = role.wire
            message.version = arena.text(version)
            message.host = arena.text(host)
            message.started_at_us = startedAt.microseconds
            message.renewal_age_ms = renewalAge.wireMilliseconds
            message.messages_dropped = messagesDropped
            message.messages_ignored = messagesIgnored
            message.n_problems = problems.count
            message.problems = arena.texts(problems)
            if let coordinator {
                message.coordinator = arena.message { message, _ in coordinator.pack(into: &message) }
            }
            if let shard {
                message.shard = arena.message { message, arena in shard.pack(into: &message, arena: &arena) }
            }
            if let api {
                message.api = arena.message { message, _ in message.requests_served = api.requestsServed }
            }
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__NodeStatus.unpacked(bytes) { (message) throws(WireError) in
            var status = NodeStatus(
                name: try decodeText(message.name, "NodeStatus.name"),
                incarnation: Incarnation(rawValue: try decodePositive(message.incarnation, "NodeStatus.incarnation")),
                role: try NodeRole(wire: message.role),
                version: try decodeText(message.version, "NodeStatus.version"),
                host: try decodeText(message.host, "NodeStatus.host"),
                startedAt: DatabaseTime(microseconds: message.started_at_us))
            status.renewalAge = Duration(wireMilliseconds: message.renewal_age_ms)
            status.messagesDropped = message.messages_dropped
            status.messagesIgnored = message.messages_ignored
            status.problems = try decodeList(message.problems, count: message.n_problems, "NodeStatus.problems") {
                (code) throws(WireError) in try decodeText(code, "NodeStatus.problems")
            }
            status.coordinator = try message.coordinator.map { (part) throws(WireError) in
                try CoordinatorStatus(wire: part.pointee)
            }
            status.shard = try message.shard.map { (part) throws(WireError) in try ShardStatus(wire: part.pointee) }
            status.api = message.api.map { APIStatus(requestsServed: $0.pointee.requests_served) }
            return status
        }
    }
}

extension NodeRole {
    fileprivate var wire: Sluice__V1__NodeRole {
        switch self {
        case .coordinator: SLUICE__V1__NODE_ROLE__NODE_ROLE_COORDINATOR
        case .shard: SLUICE__V1__NODE_ROLE__NODE_ROLE_SHARD
        case .api: SLUICE__V1__NODE_ROLE__NODE_ROLE_API
        }
    }

    fileprivate init(wire: Sluice__V1__NodeRole) throws(WireError) {
        switch wire {
        case SLUICE__V1__NODE_ROLE__NODE_ROLE_COORDINATOR: self = .coordinator
        case SLUICE__V1__NODE_ROLE__NODE_ROLE_SHARD: self = .shard
        case SLUICE__V1__NODE_ROLE__NODE_ROLE_API: self = .api
        case SLUICE__V1__NODE_ROLE__NODE_ROLE_UNSPECIFIED: throw .missing(field: "NodeStatus.role")
        default: throw .unknownValue(field: "NodeStatus.role", value: wire.rawValue)
        }
    }
}

extension CoordinatorStatus {
    fileprivate func pack(into message: inout Sluice__V1__CoordinatorStatus) {
        message.term = term?.rawValue ?? 0
        message.lanes_known = lanesKnown
        message.lanes_due = lanesDue
        message.oldest_due_ms = oldestDue.wireMilliseconds
        message.intake_backlog = intakeBacklog
    }

    fileprivate init(wire: Sluice__V1__CoordinatorStatus) throws(WireError) {
        let term = try decodeCount(wire.term, "CoordinatorStatus.term")
        self.init(term: term == 0 ? nil : Term(rawValue: term))
        lanesKnown = wire.lanes_known
        lanesDue = wire.lanes_due
        oldestDue = Duration(wireMilliseconds: wire.oldest_due_ms)
        intakeBacklog = wire.intake_backlog
    }
}

extension Duration {
    fileprivate var wireMilliseconds: UInt64 { UInt64(clamping: wholeMicroseconds / 1_000) }

    /// Ages beyond a year are nonsense from elsewhere and would overflow a duration's arithmetic.
    fileprivate init(wireMilliseconds: UInt64) {
        self = .milliseconds(min(wireMilliseconds, 366 * 86_400_000))
    }
}
