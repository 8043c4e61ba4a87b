import Hummingbird
import SluiceOperations

/// Answers in the one shape that all of the API's have.
enum Answer {
    private struct Success<Value: Encodable>: Encodable {
        var success = true
        var data: Value
    }

    private struct Failure: Encodable {
        struct Details: Encodable {
            var code: String
            var message: String
            var field: String?
        }

        var success = false
        var error: Details
    }

    static func data(_ value: some Encodable) throws -> Response {
        json(try JSONText.compact(Success(data: value)), .ok)
    }

    static func error(_ error: APIError) throws -> Response {
        let details = Failure.Details(code: error.code, message: error.message, field: error.field)
        return json(try JSONText.compact(Failure(error: details)), error.status)
    }

    private static func json(_ text: String, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
