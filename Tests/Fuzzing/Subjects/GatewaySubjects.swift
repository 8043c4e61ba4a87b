internal import SluiceCore
internal import SluiceGateways

extension FuzzSubject {
    /// Each dialect's reading of an answer: the status, lines of headers, an empty line, the body.
    static let gateways: [FuzzSubject] = Dialect.allCases.map { dialect in
        let adapter = GatewayAdapters.adapter(of: dialect)
        return FuzzSubject("gateway.\(dialect.rawValue)", .text, examples: answers.map { Array($0.utf8) }) { bytes in
            guard let answer = answer(bytes) else { return false }
            let outcome = adapter.classify(answer)
            try judge(outcome)
            _ = adapter.condition(from: answer)
            if case .unknown = outcome { return false }
            return true
        }
    }

    /// Stands for whatever a gateway says about a person.
    private static let secret = "4915112345678"

    private static let answers = [
        #"200\#n\#n{"code":"SUCCESS","message":"\#(secret)","results":{"message_id":"3EB0","status":"sent"}}"#,
        #"200\#n\#n{"code":"SUCCESS","results":{"is_connected":true,"is_logged_in":true}}"#,
        #"400\#n\#n{"code":"VALIDATION_ERROR","message":"phone \#(secret)"}"#,
        #"401\#n\#n{"code":"AUTHENTICATION_ERROR","message":"you are not connect"}"#,
        "429\nRetry-After: 7\n\n",
        "429\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\nDate: Sun, 06 Nov 1994 08:49:30 GMT\n\n{}",
        #"201\#n\#n{"provider_message_id":"wamid.1","key":{"id":"3EB0"},"sid":"SM1","messages":[{"id":"wamid.2"}]}"#,
        #"400\#n\#n{"error":{"code":131026,"message":"\#(secret)"},"code":21211,"status":400}"#,
        "502\n\n<html>\(secret)</html>", "409\n\n", "504\n\n{\"code\":\"GATEWAY_TIMEOUT\"}",
    ]

    private static func answer(_ bytes: [UInt8]) -> HTTPAnswer? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let status = lines.first.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }), 100...999 ~= status else {
            return nil
        }
        let headers = lines.dropFirst().prefix { !$0.isEmpty }
        let fields = headers.map { line in
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1).map {
                String(decoding: $0, as: UTF8.self)
            }
            return HeaderField(parts.first ?? "", parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        let head = lines.prefix(headers.count + 2).reduce(0) { $0 + $1.count + 1 }
        let body = Array(bytes.dropFirst(head))
        // A longer one is not read to its end, so no dialect sees it.
        guard body.count <= GatewayClient.Configuration().bodyLimit else { return nil }
        return HTTPAnswer(status: status, headers: fields, body: body)
    }

    /// What holds for every answer, whatever it says.
    private static func judge(_ outcome: Outcome) throws {
        switch outcome {
        case .sent(let id):
            guard let id else { return }
            guard id.utf8.count <= 256, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
                throw FuzzFinding("the provider's id cannot stand in a log")
            }
        case .refused(let refusal):
            // The request was written, so its place in the caps' windows is taken.
            guard refusal.isCharged else { throw FuzzFinding("an answered request is not charged") }
            if case .retry(let wait?) = refusal.disposition, wait < .zero || wait > .seconds(86_400) {
                throw FuzzFinding("a wait of \(wait)")
            }
            try judge(refusal.code, refusal.detail)
        case .unknown(let code, let detail): try judge(code, detail)
        case .aborted: throw FuzzFinding("an answered request cannot have been aborted")
        }
    }

    private static func judge(_ code: String, _ detail: String) throws {
        guard !"\(code) \(detail)".contains(secret) else { throw FuzzFinding("the answer's text is in the outcome") }
        guard !code.isEmpty, code.utf8.count <= 64, detail.utf8.count <= 200 else {
            throw FuzzFinding("code or detail is empty or long")
        }
    }
}
