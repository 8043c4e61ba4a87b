internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// Gathers one answer, up to a limit.
///
/// Of the HTTP client's two interfaces the delegate one is used because its deadline spans the whole exchange; that
/// of the other ends with the answer's head.
final class AnswerCollector: HTTPClientResponseDelegate {
    typealias Response = HTTPAnswer

    private struct Parts {
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    private let bodyLimit: Int
    private let parts = Mutex(Parts())

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    func didReceiveHead(task: HTTPClient.Task<HTTPAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        parts.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPAnswer>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = parts.withLock { parts in
            guard parts.body.readableBytes + part.readableBytes <= bodyLimit else { return false }
            parts.body.writeImmutableBuffer(part)
            return true
        }
        // The failure makes the HTTP client abandon the exchange and its connection.
        return fits
            ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(AnswerTooLarge())
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPAnswer>) throws -> HTTPAnswer {
        let parts = self.parts.withLock { $0 }
        guard let head = parts.head else { throw HTTPParserError.invalidEOFState }
        return HTTPAnswer(
            status: Int(head.status.code), headers: head.headers.map { HeaderField($0.name, $0.value) },
            body: Array(parts.body.readableBytesView))
    }
}

/// The body exceeded the limit.
struct AnswerTooLarge: Error {}
