/// What the simulator was sent by this run since its release.
struct GatewayMeter {
    private let http: LocalHTTP
    private let url: String
    private let before: Sample.Gateway
    /// Nil where every message is the run's.
    private var own: OwnTraffic?

    init(_ http: LocalHTTP, _ place: RunPlace) async throws {
        (self.http, url) = (http, place.controlURL)
        before = try await http.gatewayStatistics(place.controlURL)
        if place.dataPath == nil { own = try OwnTraffic(path: place.requestLog, devicePrefix: place.devicePrefix) }
    }

    /// - Throws: when the simulator does not answer.
    mutating func read() async throws -> Sample.Gateway {
        let counters = try await http.gatewayStatistics(url)
        guard var traffic = own else { return counters.since(before) }
        try traffic.readOn()
        own = traffic
        return traffic.counters
    }
}
