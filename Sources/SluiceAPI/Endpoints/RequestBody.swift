import FoundationEssentials
import Hummingbird
import NIOCore
import SluiceOperations

/// A request's whole body. It is read as JSON, and what is wrong with it is said.
struct RequestBody: Sendable {
    /// What a body may have that is one thing; a list's endpoint says how much more it takes.
    static let mostBytes = 64 * 1_024
    /// The same of a list: the most messages that one call may ask for, each as long as most are.
    static let mostListBytes = 512 * 1_024
    /// From the request's head on.
    private static let deadline: Duration = .seconds(10)

    /// In lower case, without parameters.
    let mediaType: String?
    private let content: ByteBuffer

    init(of request: Request, atMost mostBytes: Int) async throws {
        mediaType = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        let tooSlow = APIError(
            .requestTimeout, "body_too_slow", "the body did not come within \(Self.deadline)")
        content = try await withDeadline(Self.deadline, else: tooSlow) { try await Self.read(request, mostBytes) }
    }

    var bytes: ByteBufferView { content.readableBytesView }

    func decode<Value: ClosedRequest>(_ type: Value.Type) throws -> Value {
        let value = try decodeOpen(Closed<Value>.self).value
        try value.checkBounds()
        return value
    }

    /// Of somebody else's making, who may add fields: those that are not known are passed over.
    func decodeOpen<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard mediaType == "application/json" else {
            throw APIError(.unsupportedMediaType, "unsupported_media_type", "send Content-Type: application/json")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw UnfittingNumber.field(of: Data(bytes), as: type).map { field in
                APIError(
                    .badRequest, "wrong_type", "\(field) has a number that is too large, or not a whole one",
                    field: field)
            } ?? APIError(error)
        }
    }

    /// Nil when there is no body at all.
    func decodeIfAny<Value: ClosedRequest>(_ type: Value.Type) throws -> Value? {
        content.readableBytes == 0 ? nil : try decode(type)
    }

    /// A body that ends before its end is the client's doing: it closed the connection, and nobody reads the answer.
    private static func read(_ request: Request, _ mostBytes: Int) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: mostBytes)
        } catch is NIOTooManyBytesError {
            throw APIError(.contentTooLarge, "body_too_large", "the body is larger than \(mostBytes) bytes")
        } catch let error as CancellationError {
            throw error
        } catch {
            throw APIError(.badRequest, "body_incomplete", "the connection was closed before the body had come")
        }
    }
}

extension APIError {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            let field = Self.field(context.codingPath + [key])
            self.init(.badRequest, "missing_field", "\(field ?? "a field") is missing", field: field)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let field = Self.field(context.codingPath)
            self.init(.badRequest, "wrong_type", "\(field ?? "the body") has the wrong type", field: field)
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            let field = Self.field(context.codingPath)
            self.init(
                .badRequest, "wrong_type", "\(field ?? "a field") cannot be read: \(context.debugDescription)",
                field: field)
        default:
            self.init(.badRequest, "invalid_json", "the body is not JSON in UTF-8, or has a number beyond all bounds")
        }
    }
}
