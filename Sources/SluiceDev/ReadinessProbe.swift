import FoundationEssentials
import Glibc

/// Asks a node for its `/readyz`, which answers 200 when the node can do its work and else says why not.
enum ReadinessProbe {
    /// Longer than any readiness takes to find out.
    private static let answerWithin: Duration = .seconds(2)
    private static let mostBytes = 16_384
    private static let request = Array("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8)

    /// Why the node with this health port is not ready; nil when it is.
    static func problem(port: Int) async -> String? {
        guard let socket = LocalPort.connection(to: port) else {
            return "nobody listens on its health port \(port) yet"
        }
        defer { close(socket) }
        let sent = send(socket, request, request.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        guard sent == request.count else { return "its health port \(port) hung up" }
        guard let answer = await read(socket) else { return "its /readyz did not answer within \(answerWithin)" }
        return problem(in: answer)
    }

    /// What a whole HTTP answer of `/readyz` says.
    static func problem(in answer: String) -> String? {
        let status = answer.prefix { $0 != "\r\n" }.split(separator: " ").dropFirst().first ?? "nothing"
        if status == "200" { return nil }
        struct Body: Decodable {
            struct Reason: Decodable {
                var code: String
                var detail: String
            }
            var reasons: [Reason]
        }
        let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
        // Something else may listen there; then its status is all there is to say.
        guard let reasons = (try? JSONDecoder().decode(Body.self, from: Data(body.utf8)))?.reasons, !reasons.isEmpty
        else { return "its /readyz answers \(status)" }
        return reasons.map { "\($0.code), \($0.detail)" }.joined(separator: "; ")
    }

    /// Until the other side closes; nil when it did not in time. Never blocks.
    private static func read(_ socket: Int32) async -> String? {
        let deadline = ContinuousClock.now + answerWithin
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while ContinuousClock.now < deadline, answer.count < mostBytes {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return String(decoding: answer, as: UTF8.self) }
            if count > 0 {
                answer += buffer[..<count]
            } else {
                guard errno == EAGAIN || errno == EINTR else { return nil }
                // Cancellation ends the sleep early; the deadline ends the loop.
                try? await Task.sleep(for: .milliseconds(5))
                if Task.isCancelled { return nil }
            }
        }
        return nil
    }
}
