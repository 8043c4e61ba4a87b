import RequestLog

/// How long devices stood still, by what the gateway saw.
enum DevicePauses {
    /// For each device that the log has, the longest time without an open request, from the end of its last one to the
    /// next.
    ///
    /// - Parameters:
    ///   - start: by the gateway's clock, in nanoseconds: from when on every device had work all the time.
    ///   - end: until when; a pause that is not over then counts too. Without it, to the last request of each device.
    static func longest(
        in path: String, since start: Int64, until end: Int64? = nil
    ) throws -> [String: Duration] {
        var deviceOf: [UInt64: String] = [:]
        var open: [String: Int] = [:]
        var idleSince: [String: Int64] = [:]
        var longest: [String: Int64] = [:]
        func note(_ device: String, idleFrom: Int64, to next: Int64) {
            let pause = min(next, end ?? .max) - max(idleFrom, start)
            if next > start { longest[device] = max(longest[device] ?? 0, pause) }
        }
        _ = try RequestLogReader(path: path).read { entry in
            switch entry {
            case .request(let request):
                guard let device = request.device else { return }
                deviceOf[request.sequence] = device
                open[device, default: 0] += 1
                note(device, idleFrom: idleSince[device] ?? request.nanoseconds, to: request.nanoseconds)
                idleSince[device] = nil
            case .response(let outcome):
                guard let device = deviceOf[outcome.sequence] else { return }
                open[device, default: 0] -= 1
                if open[device] == 0 { idleSince[device] = outcome.nanoseconds }
            }
        }
        if let end {
            for (device, idle) in idleSince { note(device, idleFrom: idle, to: end) }
        }
        return longest.mapValues { .nanoseconds($0) }
    }
}
