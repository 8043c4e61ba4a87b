import Hummingbird
import Logging

/// Turns whatever a route throws into an answer. What no client can have caused is logged and told without details.
struct ErrorsAsJSON<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            if error is CancellationError { throw error }
            guard let known = APIError(error) else {
                logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
                return try Answer.error(
                    APIError(.internalServerError, "internal", "this should not have happened; see the log")
                ).response
            }
            return try Answer.error(known).response
        }
    }
}
