internal import RequestLog

/// Counters since the start, answered by `GET /_sim/stats`.
struct Statistics: Sendable, Encodable {
    var requests = 0
    var accepted = 0
    var refused = 0
    var dropped = 0
    var duplicate = 0
    /// Requests received and not yet concluded.
    var open = 0
    /// Open requests whose answer is held by `POST /_sim/hold`.
    var held = 0
    var connections = 0
    /// Devices with at least one open request.
    var busyDevices = 0
    /// Devices that are not connected, by state.
    var devices: [String: Int] = [:]
    /// Replies of recipients that the callback took, and that it did not take however often it was asked.
    var repliesTaken = 0
    var repliesGivenUp = 0
    /// Requests received in the last whole second.
    var perSecond = 0
    var seed: UInt64

    private var second: Int64 = 0
    private var inSecond = 0

    private enum CodingKeys: String, CodingKey {
        case requests, accepted, refused, dropped, duplicate, open, held, connections, busyDevices, devices, perSecond
        case seed, repliesTaken, repliesGivenUp
    }

    init(seed: UInt64) { self.seed = seed }

    mutating func received(at nanoseconds: Int64) {
        requests += 1
        roll(to: nanoseconds)
        inSecond += 1
    }

    /// Closes the second that is over. One without any request leaves a rate of zero.
    mutating func roll(to nanoseconds: Int64) {
        let now = nanoseconds / 1_000_000_000
        guard now != second else { return }
        perSecond = now == second + 1 ? inSecond : 0
        second = now
        inSecond = 0
    }

    mutating func concluded(_ verdict: GatewayVerdict) {
        switch verdict {
        case .accepted: accepted += 1
        case .refused: refused += 1
        case .dropped: dropped += 1
        case .duplicate: duplicate += 1
        }
    }
}
