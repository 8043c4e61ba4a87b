import HTTPTypes
import Hummingbird
import SluiceOperations

/// An answer, in the one shape that all of the API's have.
struct Answer: Sendable {
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

    let status: HTTPResponse.Status
    /// Empty when it is a file instead, which nothing answers that may be repeated.
    let json: String
    private let headers: HTTPFields
    private let file: AnswerFile?

    init(status: HTTPResponse.Status, json: String, headers: HTTPFields = [:]) {
        (self.status, self.json, self.headers, file) = (status, json, headers, nil)
    }

    init(_ file: AnswerFile) {
        (status, json, headers, self.file) = (.ok, "", [:], file)
    }

    static func data(_ value: some Encodable) throws -> Answer {
        Answer(status: .ok, json: try JSONText.compact(Success(data: value)))
    }

    /// What users' programs read as it is.
    static func bare(_ value: some Encodable) throws -> Answer {
        Answer(status: .ok, json: try JSONText.compact(value))
    }

    static func error(_ error: APIError) throws -> Answer {
        let details = Failure.Details(code: error.code, message: error.message, field: error.field)
        return Answer(
            status: error.status, json: try JSONText.compact(Failure(error: details)), headers: error.headers)
    }

    var response: Response {
        if let file { return file.response }
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: json + "\n")))
    }
}
