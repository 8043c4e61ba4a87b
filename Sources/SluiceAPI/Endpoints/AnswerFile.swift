import HTTPTypes
import Hummingbird
import NIOCore

/// A file that is read while it is sent, and so is never held as a whole. Of an error on the way nothing can be said any
/// more: the connection is closed before the file's end, which its reader notices.
struct AnswerFile: Sendable {
    let mediaType: String
    /// How long its reader may leave a piece lying.
    let deadline: Duration
    /// Is given what takes the pieces.
    let write: @Sendable (_ take: (String) async throws -> Void) async throws -> Void

    var response: Response {
        let body = ResponseBody { writer in
            let outlet = Outlet(writer)
            try await write { try await outlet.send($0, within: deadline) }
            try await outlet.finish()
        }
        return Response(status: .ok, headers: [.contentType: mediaType], body: body)
    }

    /// The connection's writer. `@unchecked`: whoever sends waits for its end, so there is never more than one at it.
    private final class Outlet: @unchecked Sendable {
        private var writer: any ResponseBodyWriter

        init(_ writer: any ResponseBodyWriter) { self.writer = writer }

        func send(_ text: String, within deadline: Duration) async throws {
            let tooSlow = APIError(.requestTimeout, "reader_too_slow", "nothing was read within \(deadline)")
            try await withDeadline(deadline, else: tooSlow) { try await self.writer.write(ByteBuffer(string: text)) }
        }

        func finish() async throws { try await writer.finish(nil) }
    }
}
