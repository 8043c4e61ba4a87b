internal import CSluiceProto

extension ShardStatus {
    func pack(into message: inout Sluice__V1__ShardStatus, arena: inout PackingArena) {
        message.slots_owned = slotsOwned
        message.slots_ready = slotsReady
        message.open_requests = openRequests
        message.queued_claims = queuedClaims
        message.unsettled = unsettled
        message.unknown_open = unknownOpen
        message.devices = arena.message { message, _ in devices.pack(into: &message) }
        message.devices_at_hourly_cap = devicesAtHourlyCap
        message.devices_at_daily_cap = devicesAtDailyCap
        message.devices_at_concurrency_cap = devicesAtConcurrencyCap
        message.last_minute = arena.message { message, _ in
            message.sent = lastMinute.sent
            message.failed = lastMinute.failed
            message.unknown = lastMinute.unknown
        }
        message.permits_used = permitsUsed
        message.permits_limit = permitsLimit
        message.n_open_breakers = openBreakers.count
        message.open_breakers = arena.messages(openBreakers) { message, host, arena in
            message.host = arena.text(host)
        }
    }

    init(wire: Sluice__V1__ShardStatus) throws(WireError) {
        self.init()
        slotsOwned = wire.slots_owned
        slotsReady = wire.slots_ready
        openRequests = wire.open_requests
        queuedClaims = wire.queued_claims
        unsettled = wire.unsettled
        unknownOpen = wire.unknown_open
        if let part = wire.devices { devices = Devices(wire: part.pointee) }
        devicesAtHourlyCap = wire.devices_at_hourly_cap
        devicesAtDailyCap = wire.devices_at_daily_cap
        devicesAtConcurrencyCap = wire.devices_at_concurrency_cap
        if let part = wire.last_minute {
            lastMinute.sent = part.pointee.sent
            lastMinute.failed = part.pointee.failed
            lastMinute.unknown = part.pointee.unknown
        }
        permitsUsed = wire.permits_used
        permitsLimit = wire.permits_limit
        openBreakers = try decodeList(
            wire.open_breakers, count: wire.n_open_breakers, "ShardStatus.open_breakers"
        ) { (breaker) throws(WireError) in
            try decodeText(breaker.pointee.host, "OpenBreaker.host")
        }
    }
}

extension ShardStatus.Devices {
    fileprivate func pack(into message: inout Sluice__V1__DevicesByCondition) {
        message.connected = connected
        message.disconnected = disconnected
        message.logged_out = loggedOut
        message.not_found = notFound
        message.credentials_refused = credentialsRefused
        message.banned = banned
        message.paused = paused
    }

    fileprivate init(wire: Sluice__V1__DevicesByCondition) {
        self.init()
        connected = wire.connected
        disconnected = wire.disconnected
        loggedOut = wire.logged_out
        notFound = wire.not_found
        credentialsRefused = wire.credentials_refused
        banned = wire.banned
        paused = wire.paused
    }
}
