/// An outcome other than plain success that the simulator can be told to produce, by the name that options, scenario
/// files, sandbox recipients and the request log's `fault` field use.
public enum Fault: String, Sendable, Codable, CaseIterable {
    // The message goes out, and the client does not learn it.
    case acceptThenTimeout = "accept-then-timeout"
    /// The connection is reset before the log holds the acceptance.
    case acceptThenResetBeforeCommit = "accept-then-reset-before-commit"
    /// The connection is reset after the log holds the acceptance.
    case acceptThenResetAfterCommit = "accept-then-reset-after-commit"
    case acceptThenServerError = "accept-then-500"
    case acceptThenGatewayTimeout = "accept-then-504"
    case acceptThenHTML = "accept-then-html-502"
    case acceptThenEmptyBody = "accept-then-empty-201"
    /// A good answer, some bytes at a time.
    case acceptThenSlowDrip = "accept-then-slow-drip"

    // The message does not go out, and the client cannot know.
    case dropThenTimeout = "drop-then-timeout"
    case dropThenReset = "drop-then-reset"
    /// The connection is closed as an idle one is, after the request was read, if it has carried a request before: the
    /// moment at which many clients send the request again by themselves. The first of a connection is accepted.
    case dropThenCloseReused = "drop-then-close-reused"
    case dropThenServerError = "drop-then-500"
    case dropThenHTML = "drop-then-html-502"
    /// HTTP 200 whose body says `"status":false`.
    case dropThenStatusFalse = "drop-then-status-false"

    // The message does not go out, and the client is told.
    case refuseValidation = "refuse-validation"
    case refuseInvalidRecipient = "refuse-invalid-recipient"
    case refuseRateLimited = "refuse-429"
    case refuseRateLimitedRetryAfter = "refuse-429-retry-after"
    /// 429 for the first attempt of a message, success for the next.
    case refuseFirstAttempt = "refuse-first-attempt"
    case refuseUnavailable = "refuse-503"
    /// GOWA's 500 that says the message was not sent; on the webhook a plain 500.
    case refuseUpload = "refuse-upload"
    case refuseDisconnected = "refuse-disconnected"
    case refuseLoggedOut = "refuse-logged-out"
}

/// How often each fault happens. The rates are shares of all messages and may add up to 1 at most.
public struct FaultRates: Sendable, Equatable {
    /// In the order of `Fault.allCases`, so that a draw does not depend on the order of a dictionary.
    private let rates: [(fault: Fault, rate: Double)]

    public static let none = FaultRates(ordered: [])

    private init(ordered: [(fault: Fault, rate: Double)]) { rates = ordered }

    /// - Throws: `ConfigurationError` for a rate outside 0...1 or a sum above 1.
    public init(_ rates: [Fault: Double]) throws(ConfigurationError) {
        for (fault, rate) in rates where !(0...1).contains(rate) {
            throw ConfigurationError("the rate of \(fault.rawValue) must be between 0 and 1, not \(rate)")
        }
        let sum = rates.values.reduce(0, +)
        guard sum <= 1.000_000_1 else { throw ConfigurationError("fault rates add up to \(sum), more than 1") }
        self.rates = Fault.allCases.compactMap { fault in
            guard let rate = rates[fault], rate > 0 else { return nil }
            return (fault, rate)
        }
    }

    /// The fault of one message, or nil. Always takes one draw, so that rates do not shift later draws.
    func draw(_ random: inout RandomSource) -> Fault? {
        var rest = random.unit()
        for (fault, rate) in rates {
            if rest < rate { return fault }
            rest -= rate
        }
        return nil
    }

    public static func == (left: FaultRates, right: FaultRates) -> Bool {
        left.rates.elementsEqual(right.rates) { $0.fault == $1.fault && $0.rate == $1.rate }
    }
}

extension FaultRates: Codable {
    /// `{"accept-then-timeout": 0.002, "refuse-429": 0.01}`
    public init(from decoder: any Decoder) throws {
        let named = try [String: Double](from: decoder)
        var rates: [Fault: Double] = [:]
        for (name, rate) in named {
            guard let fault = Fault(rawValue: name) else { throw ConfigurationError("unknown fault \(name)") }
            rates[fault] = rate
        }
        self = try FaultRates(rates)
    }

    public func encode(to encoder: any Encoder) throws {
        try Dictionary(uniqueKeysWithValues: rates.map { ($0.fault.rawValue, $0.rate) }).encode(to: encoder)
    }
}
