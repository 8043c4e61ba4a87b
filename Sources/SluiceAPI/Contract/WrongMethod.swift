import HTTPTypes
import Hummingbird

/// Answers 405, and says which methods there are, where a path is known and its method is not.
struct WrongMethod<Context: RequestContext>: RouterMiddleware {
    let operations: [APIOperation]

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let methods = methods(at: request.uri.path)
            guard !methods.isEmpty, !methods.contains(request.method.rawValue) else { throw error }
            throw APIError(
                .methodNotAllowed, "method_not_allowed", "this takes \(methods.joined(separator: ", "))",
                headers: [.allow: methods.joined(separator: ", ")])
        }
    }

    private func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/")
        let fitting = operations.filter { operation in
            let pattern = operation.path.split(separator: "/")
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
        }
        // As the router has it: a word comes before a parameter that could be it.
        guard let path = fitting.min(by: { $0.pathParameters.count < $1.pathParameters.count })?.path else { return [] }
        let found = fitting.filter { $0.path == path }.map(\.method)
        return (found.contains(.get) ? found + [.head] : found).map(\.rawValue).sorted()
    }
}
