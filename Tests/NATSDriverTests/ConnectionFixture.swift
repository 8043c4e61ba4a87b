import NATSDriver
import TestSupport

/// Runs `body` with a server of its own and one connection to it.
func withServer(
    _ adjust: (inout NATSOptions) -> Void = { _ in },
    _ body: (EphemeralNATS, NATSConnection) async throws -> Void
) async throws {
    let server = try await EphemeralNATS.start()
    defer { server.stop() }
    var options = NATSOptions(url: server.url)
    adjust(&options)
    try await NATSConnection.withConnection(options) { try await body(server, $0) }
}

extension NATSMessage {
    var text: String { String(decoding: payload, as: UTF8.self) }
}

extension NATSMessages {
    /// The texts of the next messages; fewer when the sequence ends.
    func texts(_ count: Int) async -> [String] {
        var texts: [String] = []
        if count == 0 { return texts }
        for await message in self {
            texts.append(message.text)
            if texts.count == count { break }
        }
        return texts
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The error that `body` throws, nil if it throws none or another.
func error(_ body: () async throws -> Void) async -> NATSError? {
    do { try await body() } catch { return error as? NATSError }
    return nil
}
