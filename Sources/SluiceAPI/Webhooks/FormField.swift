import Foundation
import HTTPTypes
import NIOCore

/// One parameter of a body of type `application/x-www-form-urlencoded` (WHATWG URL, 5.1).
struct FormField: Hashable, Sendable {
    var name: String
    var value: String
}

extension FormField: Comparable {
    /// By name and then by value, as bytes.
    static func < (left: FormField, right: FormField) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8)
            ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
            : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

extension RequestBody {
    /// The body as a form's parameters, in their order.
    func form() throws(APIError) -> [FormField] {
        guard mediaType == "application/x-www-form-urlencoded" else {
            throw APIError(
                .unsupportedMediaType, "unsupported_media_type",
                "send Content-Type: application/x-www-form-urlencoded")
        }
        guard let fields = FormField.fields(of: bytes) else {
            throw APIError(.badRequest, "invalid_form", "the body is not an encoded form")
        }
        return fields
    }
}

extension FormField {
    /// Nil when an escape is none, or when what it stands for is not UTF-8.
    static func fields(of body: some Collection<UInt8>) -> [FormField]? {
        var fields: [FormField] = []
        for part in body.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(sides[0]), let value = sides.count == 2 ? decoded(sides[1]) : "" else {
                return nil
            }
            fields.append(FormField(name: name, value: value))
        }
        return fields
    }

    private static func decoded(_ encoded: some Collection<UInt8>) -> String? {
        let blanks = encoded.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return String(validating: blanks, as: UTF8.self)?.removingPercentEncoding
    }
}
