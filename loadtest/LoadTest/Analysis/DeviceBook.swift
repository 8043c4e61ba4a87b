internal import SluiceCore

/// Each device's past in the request log: what its caps' use was, and how soon a freed cap unit was used again.
struct DeviceBook {
    private struct Device {
        var open = 0
        /// When requests ended, ascending: what a cap counts from.
        var finished: [Int64] = []
        var accepted: [Int64] = []
        var lastOpened: Int64 = 0
        /// When its concurrency last had room again.
        var lastBelow: Int64 = 0
        /// Something else than an acceptance happened: what its limiter counts is not known here any more.
        var isClear = true
        /// It had contacts due since the release.
        var hasBacklog = false
    }

    private struct Window {
        var length: Int64
        var limit: Int
    }

    private let concurrency: Int
    private let hour: Int64
    private let hourlyCap: Int
    private let windows: [Window]
    private let hasGap: Bool
    private let release: Int64
    private var devices: [Device] = []
    private var places: [String: Int] = [:]

    init(_ caps: Scenario.Caps, hasGap: Bool, release: Int64) {
        concurrency = caps.concurrent
        hour = Int64(caps.hour * 1e9)
        hourlyCap = caps.hourly
        // With the limiter's own margins: until they are over, a unit is not free.
        let lengths = CapWindows(hour: .seconds(caps.hour), day: .seconds(caps.day))
        windows = [
            Window(length: Self.nanoseconds(lengths.hour + lengths.hourMargin), limit: caps.hourly),
            Window(length: Self.nanoseconds(lengths.day + lengths.dayMargin), limit: caps.daily),
        ]
        self.hasGap = hasGap
        self.release = release
    }

    static func nanoseconds(_ duration: Duration) -> Int64 { Int64(duration / .nanoseconds(1)) }

    /// - Parameter isDueSinceRelease: nothing but its device's caps can have kept it.
    /// - Returns: nanoseconds from the instant at which a full window let this request go, to its arrival; nil when
    ///   something else was what it waited for.
    mutating func opened(_ name: String, at now: Int64, isDueSinceRelease: Bool) -> Int64? {
        let place = place(of: name)
        defer {
            devices[place].open += 1
            devices[place].lastOpened = now
        }
        if isDueSinceRelease { devices[place].hasBacklog = true }
        let device = devices[place]
        guard isDueSinceRelease, !hasGap, device.isClear else { return nil }
        let freed = windows.compactMap { window -> Int64? in
            let needed = window.limit - device.open
            guard needed > 0, device.finished.count >= needed else { return nil }
            return device.finished[device.finished.count - needed] + window.length
        }.max()
        guard let freed, freed <= now, freed > max(device.lastOpened, device.lastBelow, release) else { return nil }
        return now - freed
    }

    mutating func closed(_ name: String, at now: Int64, accepted: Int64?) {
        let place = place(of: name)
        if devices[place].open == concurrency { devices[place].lastBelow = now }
        devices[place].open -= 1
        devices[place].finished.append(now)
        if let accepted { devices[place].accepted.append(accepted) } else { devices[place].isClear = false }
    }

    private mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = devices.count
        devices.append(Device())
        return devices.count - 1
    }

    private func accepted(_ name: String) -> [Int64] { places[name].map { devices[$0].accepted.sorted() } ?? [] }

    /// Names in order.
    var names: [String] { places.keys.sorted() }

    /// Those that had contacts due since the release.
    var namesWithBacklog: [String] { names.filter { devices[places[$0]!].hasBacklog } }

    /// The fullest rolling hour of a device ÷ its cap.
    func fullestHour(_ name: String) -> Double {
        let instants = accepted(name)
        var (best, first) = (0, 0)
        for (index, end) in instants.enumerated() {
            while instants[first] <= end - hour { first += 1 }
            best = max(best, index - first + 1)
        }
        return Double(best) / Double(hourlyCap)
    }

    /// The use of the hourly cap at each of these instants.
    func use(_ name: String, at instants: [Int64]) -> [Double] {
        let accepted = accepted(name)
        var (first, next) = (0, 0)
        return instants.map { instant in
            while next < accepted.count, accepted[next] <= instant { next += 1 }
            while first < next, accepted[first] <= instant - hour { first += 1 }
            return Double(next - first) / Double(hourlyCap)
        }
    }
}
