internal import SluiceCore
internal import SluiceWire

extension ShardStatus {
    /// What a machine says of itself, as the wire has it.
    init(_ view: ShardView, lastMinute: Outcomes) {
        self.init()
        slotsOwned = UInt32(view.slotsOwned)
        slotsReady = UInt32(view.slotsReady)
        openRequests = UInt32(view.openRequests)
        queuedClaims = UInt32(view.queuedClaims)
        unsettled = UInt32(view.unsettled)
        unknownOpen = UInt32(view.unknownOpen)
        devices.connected = UInt32(view.devices["connected"] ?? 0)
        devices.disconnected = UInt32(view.devices["disconnected"] ?? 0)
        devices.loggedOut = UInt32(view.devices["logged_out"] ?? 0)
        devices.notFound = UInt32(view.devices["not_found"] ?? 0)
        devices.credentialsRefused = UInt32(view.devices["credentials_refused"] ?? 0)
        devices.banned = UInt32(view.devices["banned"] ?? 0)
        devices.paused = UInt32(view.devices["paused"] ?? 0)
        devicesAtHourlyCap = UInt32(view.devicesAtWindow[0] ?? 0)
        devicesAtDailyCap = UInt32(view.devicesAtWindow[1] ?? 0)
        devicesAtConcurrencyCap = UInt32(view.devicesAtConcurrency)
        self.lastMinute = lastMinute
        permitsUsed = UInt32(view.permitsUsed)
        permitsLimit = UInt32(view.permitsLimit)
        openBreakers = view.openBreakers.map(Self.hostAndPort)
    }

    /// The part of a base URL that names no path and no credentials.
    private static func hostAndPort(of baseURL: String) -> String {
        let afterScheme = baseURL.firstRange(of: "://").map { baseURL[$0.upperBound...] } ?? baseURL[...]
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(authority.split(separator: "@").last ?? authority)
    }
}

extension DeviceState {
    /// What a machine says of one device, as the wire has it. `reading` turns our instants into the database's.
    init(_ view: DeviceView, reading: ClockReading?) {
        func database(_ time: MonotonicTime?) -> DatabaseTime? {
            guard let time, let reading else { return nil }
            return reading.latestDatabaseTime(at: time)
        }
        self.init(device: view.device, condition: view.condition)
        isReady = view.hold != .slot
        isPaused = view.isPaused
        capacity = UInt32(view.capacity)
        windows = view.windows.map { use in
            Window(
                length: use.window.length, limit: UInt32(clamping: use.window.limit), used: UInt32(clamping: use.used),
                nextFreeAt: use.used >= use.window.limit ? database(view.nextRoom) : nil)
        }
        open = UInt32(view.open + view.unknowns)
        concurrency = UInt32(clamping: view.concurrency)
        gapUntil = database(view.gapUntil)
        queuedClaims = UInt32(view.queuedClaims)
        isBreakerOpen = view.isBreakerOpen
    }
}
