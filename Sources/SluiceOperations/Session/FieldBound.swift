internal import SluiceCore

/// What a field of a request may be, beyond its type.
public enum FieldRange: Hashable, Sendable {
    /// A text without NUL characters, of at most so many UTF-8 bytes.
    case text(mostBytes: Int)
    case phone
    case oneOf([String])
    case number(ClosedRange<Double>)
    /// ISO 8601 with an offset from UTC.
    case instant
    /// A list of so many.
    case count(ClosedRange<Int>)
    /// An object of the user's own, of at most so many UTF-8 bytes.
    case object(mostBytes: Int)
}

/// The bound of one field, and how to find what is wrong with it in a request.
public struct FieldBound<Request>: Sendable {
    public let field: String
    public let range: FieldRange
    /// Nil: nothing is wrong.
    let problem: @Sendable (Request) -> String?

    private init(_ field: some CodingKey, _ range: FieldRange, _ problem: @escaping @Sendable (Request) -> String?) {
        self.field = field.stringValue
        self.range = range
        self.problem = problem
    }
}

extension FieldBound where Request: ClosedRequest {
    /// Far above any honest use of a name or a number, so that no row is made of rubbish.
    public static var mostBytes: Int { 500 }

    static func text(
        _ field: Request.CodingKeys, most: Int = mostBytes, _ value: @escaping @Sendable (Request) -> String?
    ) -> Self {
        Self(field, .text(mostBytes: most)) { value($0).flatMap { Self.problem(of: $0, most: most) } }
    }

    static func phone(_ field: Request.CodingKeys, _ value: @escaping @Sendable (Request) -> String?) -> Self {
        Self(field, .phone) { request in
            guard let text = value(request) else { return nil }
            if let problem = Self.problem(of: text, most: mostBytes) { return problem }
            do {
                _ = try PhoneNumber(text)
                return nil
            } catch { return "\(error)" }
        }
    }

    static func oneOf(
        _ field: Request.CodingKeys, _ values: [String], _ value: @escaping @Sendable (Request) -> String?
    ) -> Self {
        Self(field, .oneOf(values)) { request in
            guard let text = value(request), !values.contains(text) else { return nil }
            return "must be \(values.joined(separator: " or "))"
        }
    }

    static func number(
        _ field: Request.CodingKeys, _ range: ClosedRange<Double>, _ value: @escaping @Sendable (Request) -> Double?
    ) -> Self {
        Self(field, .number(range)) { request in
            guard let number = value(request), !range.contains(number) else { return nil }
            return "must be from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        }
    }

    static func instant(_ field: Request.CodingKeys, _ value: @escaping @Sendable (Request) -> String?) -> Self {
        Self(field, .instant) { request in
            guard let text = value(request) else { return nil }
            do throws(OffsetTime.Problem) {
                _ = try OffsetTime(text)
                return nil
            } catch { return error.advice }
        }
    }

    /// A list of so many elements.
    public static func count(
        _ field: Request.CodingKeys, _ range: ClosedRange<Int>, _ value: @escaping @Sendable (Request) -> Int?
    ) -> Self {
        Self(field, .count(range)) { request in
            guard let count = value(request), !range.contains(count) else { return nil }
            return "must be \(range.lowerBound) to \(range.upperBound)"
        }
    }

    static func object(
        _ field: Request.CodingKeys, most: Int, _ value: @escaping @Sendable (Request) -> RawJSON?
    ) -> Self {
        Self(field, .object(mostBytes: most)) { request in
            guard let json = value(request) else { return nil }
            guard json.isObject else { return "must be an object" }
            // PostgreSQL keeps no NUL character, escaped or not.
            return problem(of: json.text.replacing("\\u0000", with: "\0"), most: most)
        }
    }

    static func problem(of text: String, most: Int) -> String? {
        if text.utf8.contains(0) { return "must not contain a NUL character" }
        return text.utf8.count > most ? "must not be longer than \(most) bytes" : nil
    }
}

extension OffsetTime {
    /// - Throws: ``OperationsError/invalid(field:message:)`` that names the field.
    init(_ text: String, of field: some CodingKey) throws(OperationsError) {
        do {
            try self.init(text)
        } catch {
            throw .invalid(field: field.stringValue, message: error.advice)
        }
    }
}

extension OffsetTime.Problem {
    /// What to say of a time that is none, after the name of its field.
    var advice: String {
        let problem = self == .withoutOffset ? "has no offset from UTC" : "is no time of ISO 8601"
        return "\(problem), as in 2026-03-29T09:00:00+02:00"
    }
}
