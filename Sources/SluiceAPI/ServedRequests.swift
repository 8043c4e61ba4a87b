import Hummingbird
import Synchronization

/// How many calls of the API were answered since the process started.
final class ServedRequests: Sendable {
    private let counter = Atomic<UInt64>(0)

    var count: UInt64 { counter.load(ordering: .relaxed) }

    fileprivate func increment() { counter.add(1, ordering: .relaxed) }
}

/// Counts what passes, answers and errors alike.
struct CountServed<Context: RequestContext>: RouterMiddleware {
    let served: ServedRequests

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        defer { served.increment() }
        return try await next(request, context)
    }
}
