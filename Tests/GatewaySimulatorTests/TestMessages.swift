import Foundation

/// An HTTP request as bytes.
struct TestRequest {
    var method = "POST"
    var path: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []

    var bytes: [UInt8] {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.count)\r\n"
            + headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
        return Array(head.utf8) + body
    }

    static func get(_ path: String) -> TestRequest { TestRequest(method: "GET", path: path) }

    static func control(_ path: String, _ json: String) -> TestRequest {
        TestRequest(path: "/_sim/\(path)", body: Array(json.utf8))
    }

    static func gowa(
        device: String? = "dev-1", phone: String = "60123456789", key: String? = nil, attempt: Int = 1,
        json: String? = nil
    ) -> TestRequest {
        var request = TestRequest(
            path: "/send/message", body: Array((json ?? #"{"phone":"\#(phone)","message":"hello"}"#).utf8))
        if let device { request.headers.append(("X-Device-Id", device)) }
        if let key {
            request.headers += [("X-Sluice-Key", key), ("X-Sluice-Attempt", "\(attempt)"), ("X-Sluice-Epoch", "7")]
        }
        return request
    }

    static func webhook(
        device: String = "dev-1", to: String = "+60123456789", key: String = "k-1", attempt: Int = 1
    ) -> TestRequest {
        let json = """
            {"message_id":"\(key)","device":"\(device)","to":"\(to)","type":"text","channel":"whatsapp",\
            "text":"hello \\"there\\"","media_url":null,"campaign":"c","contact":"1","attempt":\(attempt),\
            "metadata":{"a":[1,{"b":"}"}]}}
            """
        return TestRequest(path: "/webhook", headers: [("Idempotency-Key", key)], body: Array(json.utf8))
    }
}

/// A whole HTTP answer.
struct TestResponse: Equatable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: String

    /// nil while `bytes` is not a whole answer yet.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        guard let status = Int(lines[0].split(separator: " ")[1]) else { return nil }
        self.status = status
        headers = [:]
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":")!
            let value = line[line.index(after: colon)...]
            headers[line[..<colon].lowercased()] = value.trimmingCharacters(in: .whitespaces)
        }
        body = String(text[end.upperBound...])
        guard body.utf8.count >= Int(headers["content-length"] ?? "0")! else { return nil }
    }

    var json: [String: Any] {
        get throws { try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:] }
    }
}
