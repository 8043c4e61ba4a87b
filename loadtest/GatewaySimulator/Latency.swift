internal import Glibc

/// What a gateway is asked to send; each kind has a latency of its own.
public enum MessageKind: String, Sendable, Codable, CaseIterable {
    case text
    case image
}

/// How long a device's lane is busy with one message.
public enum Latency: Sendable, Equatable {
    /// The same time for each message; zero means that the message is accepted at once.
    case fixed(milliseconds: Double)
    /// Lognormal by its median and 99th percentile.
    case lognormal(p50Milliseconds: Double, p99Milliseconds: Double)

    /// The 99th percentile of the standard normal distribution.
    private static let normalP99 = 2.326347874

    /// Longest latency drawn: the lognormal tail has no end, and every wait here has one.
    static let longest: Int64 = 600_000_000_000

    func nanoseconds(_ random: inout RandomSource) -> Int64 {
        switch self {
        case .fixed(let milliseconds):
            return min(Int64(max(milliseconds, 0) * 1e6), Self.longest)
        case .lognormal(let p50, let p99):
            let sigma = log(p99 / p50) / Self.normalP99
            return min(Int64(min(p50 * exp(sigma * random.normal()) * 1e6, 1e15)), Self.longest)
        }
    }
}

extension Latency: Codable {
    private enum Keys: String, CodingKey { case fixedMs, p50Ms, p99Ms }

    /// `{"fixedMs": 200}` or `{"p50Ms": 350, "p99Ms": 3000}`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Keys.self)
        if let fixed = try values.decodeIfPresent(Double.self, forKey: .fixedMs) {
            self = .fixed(milliseconds: fixed)
        } else {
            self = .lognormal(
                p50Milliseconds: try values.decode(Double.self, forKey: .p50Ms),
                p99Milliseconds: try values.decode(Double.self, forKey: .p99Ms))
        }
        guard isValid else {
            let problem = "a latency needs 0 <= fixedMs <= 600000, or 0 < p50Ms <= p99Ms <= 600000"
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: problem))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        switch self {
        case .fixed(let milliseconds): try values.encode(milliseconds, forKey: .fixedMs)
        case .lognormal(let p50, let p99):
            try values.encode(p50, forKey: .p50Ms)
            try values.encode(p99, forKey: .p99Ms)
        }
    }

    private var isValid: Bool {
        switch self {
        case .fixed(let milliseconds): (0...600_000).contains(milliseconds)
        case .lognormal(let p50, let p99): p50 > 0 && p99 >= p50 && p99 <= 600_000
        }
    }

    /// Reads `0`, `200ms`, `1.5s`, `fixed:200ms` or `350ms/3s` (median and 99th percentile).
    public init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let p50 = Self.milliseconds(parts[0]), let p99 = Self.milliseconds(parts[1]) else { return nil }
            self = .lognormal(p50Milliseconds: p50, p99Milliseconds: p99)
        } else {
            let fixed = argument.hasPrefix("fixed:") ? argument.dropFirst("fixed:".count) : argument[...]
            guard let milliseconds = Self.milliseconds(fixed) else { return nil }
            self = .fixed(milliseconds: milliseconds)
        }
        guard isValid else { return nil }
    }

    private static func milliseconds(_ text: Substring) -> Double? {
        if text.hasSuffix("ms") { return Double(text.dropLast(2)) }
        if text.hasSuffix("s") { return Double(text.dropLast()).map { $0 * 1_000 } }
        return text == "0" ? 0 : nil
    }
}

/// The latency of each kind of message.
public struct LatencyProfile: Sendable, Equatable, Codable {
    public var text: Latency
    public var image: Latency

    public init(text: Latency, image: Latency) {
        self.text = text
        self.image = image
    }

    /// A phone linked to WhatsApp web.
    public static let whatsapp = LatencyProfile(
        text: .lognormal(p50Milliseconds: 350, p99Milliseconds: 3_000),
        image: .lognormal(p50Milliseconds: 1_500, p99Milliseconds: 12_000))
    /// A cloud API.
    public static let cloud = LatencyProfile(
        text: .lognormal(p50Milliseconds: 180, p99Milliseconds: 1_200),
        image: .lognormal(p50Milliseconds: 180, p99Milliseconds: 1_200))
    /// No latency at all: measures whoever calls the gateway.
    public static let stress = LatencyProfile(text: .fixed(milliseconds: 0), image: .fixed(milliseconds: 0))

    public static let named: [String: LatencyProfile] = ["whatsapp": whatsapp, "cloud": cloud, "stress": stress]

    func latency(of kind: MessageKind) -> Latency {
        switch kind {
        case .text: text
        case .image: image
        }
    }
}
