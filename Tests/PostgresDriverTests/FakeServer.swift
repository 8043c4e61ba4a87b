import Foundation
import Glibc

/// A TCP server that speaks just enough of the protocol to misbehave. Serves one client after another on a thread of
/// its own.
final class FakeServer: Sendable {
    enum Behavior: CaseIterable, Sendable {
        case closesAtOnce
        case sendsGarbage
        case neverAnswersTheStartup
        case announcesAHugeMessage
        case closesWithinAStartupMessage
        case sendsGarbageForAResult
        case closesWithinARow
        case claimsMoreColumnsThanItSends
        case neverAnswersAStatement

        var allowsConnecting: Bool {
            switch self {
            case .sendsGarbageForAResult, .closesWithinARow, .claimsMoreColumnsThanItSends, .neverAnswersAStatement:
                true
            default: false
            }
        }
    }

    let port: Int
    private let listener: Int32

    init(_ behavior: Behavior) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 8) == 0
                    ? getsockname(listener, generic, &length) : -1
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { return }
                Thread.detachNewThread {
                    Self.serve(client, behavior)
                    close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ client: Int32, _ behavior: Behavior) {
        switch behavior {
        case .closesAtOnce: return
        case .sendsGarbage: send(client, [UInt8](repeating: 0x2A, count: 4_096))
        case .announcesAHugeMessage: send(client, message("R", length: 0x7FFF_FFFF, []))
        case .closesWithinAStartupMessage: send(client, Array(message("R", [0, 0, 0, 0]).prefix(6)))
        case .neverAnswersTheStartup: untilClientLeaves(client)
        default:
            receive(client)
            send(client, message("R", [0, 0, 0, 0]) + message("Z", Array("I".utf8)))
            receive(client)
            send(client, reply(behavior))
            if behavior == .neverAnswersAStatement { untilClientLeaves(client) }
        }
    }

    private static func reply(_ behavior: Behavior) -> [UInt8] {
        let column: [UInt8] = Array("n\0".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 4, 255, 255, 255, 255, 0, 0]
        switch behavior {
        case .sendsGarbageForAResult: return [UInt8](repeating: 0xFF, count: 512)
        case .closesWithinARow: return message("T", [0, 1] + column) + message("D", length: 400, [0, 1, 0, 0])
        case .claimsMoreColumnsThanItSends: return message("T", [0x7F, 0xFF] + column) + message("Z", Array("I".utf8))
        default: return []
        }
    }

    private static func message(_ type: Character, length: UInt32? = nil, _ body: [UInt8]) -> [UInt8] {
        let size = length ?? UInt32(body.count + 4)
        return [type.asciiValue ?? 0] + withUnsafeBytes(of: size.bigEndian, Array.init) + body
    }

    private static func send(_ client: Int32, _ bytes: [UInt8]) {
        _ = Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func receive(_ client: Int32) {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        _ = recv(client, &bytes, bytes.count, 0)
    }

    private static func untilClientLeaves(_ client: Int32) {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while recv(client, &bytes, bytes.count, 0) > 0 {}
    }
}
