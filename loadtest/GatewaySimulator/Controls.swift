internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The `/_sim/…` endpoints: what a test tells the gateway to do, and what it asks it. Effective when answered.
final class Controls {
    private let gateway: Gateway

    init(gateway: Gateway) { self.gateway = gateway }

    private struct DeviceOrder: Decodable {
        var state: DeviceState
        var forSeconds: Double?
    }

    private struct LatencyOrder: Decodable {
        var profile: String?
        var text: Latency?
        var image: Latency?
    }

    private struct HoldOrder: Decodable {
        var hold: Bool
    }

    private struct WebhookOrder: Decodable {
        var authorization: String?
    }

    private struct CallbackOrder: Decodable {
        var url: String?
        var secret: String?
    }

    private struct HostOrder: Decodable {
        var mode: Gateway.HostMode
        var forSeconds: Double?
    }

    func reply(method: HTTPMethod, path: String, body: ByteBuffer) -> Reply {
        do {
            switch (method, path) {
            case (.GET, "healthz"): return .json(#"{"status":"ok"}"#)
            case (.GET, "stats"): return try statistics()
            case (.POST, "latency"): try setLatency(decode(body))
            case (.POST, "faults"): gateway.scenario.faults = try decode(body)
            case (.POST, "hold"): gateway.hold(try decode(body, as: HoldOrder.self).hold)
            case (.POST, "webhook"):
                gateway.webhookAuthorization = try decode(body, as: WebhookOrder.self).authorization
            case (.POST, "callback"):
                let order: CallbackOrder = try decode(body)
                gateway.callback.target = try order.url.map {
                    try Callback.Target(url: $0, secret: order.secret ?? "")
                }
            case (.POST, "host"):
                let order: HostOrder = try decode(body)
                gateway.setHost(order.mode, forSeconds: order.forSeconds)
            case (.POST, _) where path.hasPrefix("devices/"):
                let order: DeviceOrder = try decode(body)
                guard let device = Route.percentDecoded(path.dropFirst("devices/".count)), !device.isEmpty else {
                    return .plain(400, "the path must name a device")
                }
                gateway.devices.set(
                    device, to: order.state, forSeconds: order.forSeconds, now: gateway.clock.now())
            default: return .plain(404, "no such control")
            }
            return .json(#"{"status":"ok"}"#)
        } catch {
            return .plain(400, "\(error)")
        }
    }

    private func setLatency(_ order: LatencyOrder) throws {
        if let name = order.profile {
            guard let profile = LatencyProfile.named[name] else { throw ConfigurationError("unknown profile \(name)") }
            gateway.scenario.latency = profile
        }
        if let text = order.text { gateway.scenario.latency.text = text }
        if let image = order.image { gateway.scenario.latency.image = image }
    }

    private func statistics() throws -> Reply {
        let now = gateway.clock.now()
        gateway.statistics.roll(to: now)
        var statistics = gateway.statistics
        statistics.open = gateway.open.count
        statistics.held = gateway.held?.count { !$0.isConcluded } ?? 0
        statistics.connections = gateway.connections.count
        statistics.busyDevices = gateway.lanes.count
        statistics.repliesTaken = gateway.callback.taken
        statistics.repliesGivenUp = gateway.callback.givenUp
        for (state, count) in gateway.devices.counts(now: now) { statistics.devices[state.rawValue] = count }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return .json(String(decoding: try encoder.encode(statistics), as: UTF8.self))
    }

    private func decode<Order: Decodable>(_ body: ByteBuffer, as type: Order.Type = Order.self) throws -> Order {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }
}
