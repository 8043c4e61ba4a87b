internal import NIOCore
internal import NIOHTTP1

/// A request as it is written.
struct OutgoingRequest: Sendable {
    var target: RequestTarget
    var head: HTTPRequestHead
    var body: ByteBuffer?
}
