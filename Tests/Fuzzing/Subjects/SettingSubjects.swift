internal import FoundationEssentials
internal import SluiceConfig
internal import SluiceCore
internal import SluiceOperations

extension FuzzSubject {
    /// An environment: settings that load are consistent, and loading and inspecting agree.
    static let settings: FuzzSubject = {
        let keys = Settings.inspect([], hostName: "host").rows.map { "\($0.name)=\($0.defaultValue)" }
        let more = [
            "DATABASE_URL=postgresql://sluice:pass@db:5432/sluice", "SLUICE_NATS_URL=nats://a:4222,tls://b:4222",
        ]
        let examples = [keys.joined(separator: "\n"), (keys + more).shuffledByLength.joined(separator: "\n")]
        return FuzzSubject("settings", .text, examples: examples.map { Array($0.utf8) }) { bytes in
            var values: [String: String] = [:]
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(2_000) {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, !parts[0].isEmpty { values[String(parts[0])] = String(parts[1]) }
            }
            let layer = SettingsLayer(name: "environment", values: values)
            let (_, problems) = Settings.inspect([layer], hostName: "host")
            guard let settings = try? Settings.load(from: [layer], hostName: "host") else {
                guard !problems.isEmpty else { throw FuzzFinding("refused without a reason") }
                return false
            }
            let timers = settings.timers
            guard timers.selfFence < timers.lease, timers.sendWithin < timers.selfFence else {
                throw FuzzFinding("a node that sends after its lease")
            }
            return true
        }
    }()

    /// A gateway's base URL: what is accepted makes URLs that an HTTP head can hold.
    static let baseURL = FuzzSubject(
        "base-url", .text,
        examples: [
            "https://gateway.example:3000/base/?a=b", "http://127.0.0.1", "http://[::1]:80/x y", "https://ü.example/",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let address = try? GatewayAddress(String(decoding: bytes, as: UTF8.self)) else { return false }
        let url = address.url(for: "/send/message")
        guard url.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { throw FuzzFinding("not a URL: \(url)") }
        return true
    }

    /// The body of `POST /api/v1/enrollments`.
    static let enrollment = FuzzSubject(
        "enrollment", .text,
        examples: [
            #"{"phone": "+49 151 2345678", "trigger": "fitness_start", "externalId": "order-17", "name": "Aisyah"}"#,
            #"{"phone":"4915123456","sequenceId":"00000000-0000-4000-8000-00000000000A","deviceId":null,"workspaceId":"w"}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let request = try? JSONDecoder().decode(EnrollmentRequest.self, from: Data(bytes)) else { return false }
        guard let phone = try? request.validated() else { return false }
        guard 7...15 ~= phone.digits.utf8.count, phone.digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw FuzzFinding("not a number: \(phone.digits)")
        }
        return true
    }
}

extension [String] {
    /// Another order, the same each time.
    fileprivate var shuffledByLength: [String] { sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) } }
}
