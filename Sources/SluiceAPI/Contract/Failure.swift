import HTTPTypes

/// How an operation may end other than well, beyond what its parameters and its body say by themselves.
enum Failure: Hashable, Sendable {
    /// What it is about is not there, or another workspace's: 404 `unknown_…`. `field`: what of the request names it.
    case notFound(_ kind: String, field: String? = nil)
    /// 404 by another code.
    case absent(_ code: String)
    /// 409 `conflict`: somebody else does the same just now.
    case conflict
    /// It can be, but not with what is there: 422.
    case refused(_ code: String)

    var status: HTTPResponse.Status {
        switch self {
        case .notFound, .absent: .notFound
        case .conflict: .conflict
        case .refused: .unprocessableContent
        }
    }

    /// Stable, for programs.
    var code: String {
        switch self {
        case .notFound(let kind, _): "unknown_" + kind.replacing(" ", with: "_")
        case .conflict: "conflict"
        case .absent(let code), .refused(let code): code
        }
    }
}
