import Hummingbird
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore

/// An error as a client sees it.
struct APIError: Error {
    var status: HTTPResponse.Status
    /// Stable, for programs.
    var code: String
    var message: String
    /// What was wrong in the request, as the client named it.
    var field: String?
    var headers: HTTPFields

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, field: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
    }

    /// - Returns: nil for what no client can have caused.
    init?(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as OperationsError:
            self.init(
                error.code == "conflict" ? .conflict : .unprocessableContent, error.code, "\(error)", field: error.field
            )
        case let error as PostgresError: self.init(error)
        case let error as HTTPError:
            self.init(error.status, Self.code(of: error.status), error.body ?? error.status.reasonPhrase)
        case let error as any HTTPResponseError:
            self.init(error.status, Self.code(of: error.status), error.status.reasonPhrase)
        default: return nil
        }
    }

    private init?(_ error: PostgresError) {
        if error.kind == .invalidParameter || error.sqlState?.hasPrefix("22") == true {
            // SQLSTATE class 22: a value that does not fit its column.
            self.init(.unprocessableContent, "invalid_value", "a value is too long or not text")
        } else if let fault = RowFault(error) {
            // A constraint or a trigger, most likely of the user's own.
            self.init(.unprocessableContent, "refused_by_database", fault.text)
        } else if error.isRetriable || error.kind == .poolClosed {
            self.init(.serviceUnavailable, "database_unavailable", "the database does not answer; ask again")
        } else {
            return nil
        }
    }

    private static func code(of status: HTTPResponse.Status) -> String {
        status.reasonPhrase.lowercased().replacing(" ", with: "_")
    }
}
