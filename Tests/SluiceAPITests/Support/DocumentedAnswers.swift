import Foundation
import SluiceCore
import Testing

@testable import SluiceAPI

/// The API's document as a judge of answers: whatever a test is answered has to be what the document says.
struct DocumentedAnswers: Sendable {
    static let document = Result { try DocumentedAnswers() }

    private let json: JSONValue

    private init() throws {
        json = try JSONDecoder().decode(JSONValue.self, from: Data(try APIServer.document().utf8))
    }

    /// What the answer has that the document does not say, or says otherwise. Nothing is said of paths that the document
    /// does not have.
    func problems(_ method: String, _ path: String, _ status: Int, _ body: String) -> [String] {
        guard let operations = operations(at: path) else { return [] }
        guard case .object(let answers) = operations[method.lowercased()]["responses"], !answers.isEmpty else {
            return status == 405 || method == "HEAD" ? [] : ["\(method) is not documented, and was answered \(status)"]
        }
        guard let answer = answers["\(status)"] else { return ["status \(status) is not documented"] }
        guard case .object(let types) = answer["content"], let schema = types["application/json"]?["schema"] else {
            return []
        }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(body.utf8)) else {
            return types.count > 1 ? [] : ["the body is not JSON"]
        }
        return problems(of: value, schema, at: "body")
    }

    /// The path's own, before the ones of a path with parameters.
    private func operations(at path: String) -> JSONValue? {
        guard case .object(let paths) = json["paths"] else { return nil }
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        let fitting = paths.filter { pattern, _ in
            let pattern = pattern.split(separator: "/")
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return fitting.min { $0.key.count(where: { $0 == "{" }) < $1.key.count(where: { $0 == "{" }) }?.value
    }

    /// The words of JSON Schema that the document uses about answers. Members that it does not name are a problem too:
    /// readers may not count on them.
    private func problems(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        var problems: [String] = []
        if case .text("#/components/schemas/Error") = schema["$ref"] {
            problems += self.problems(of: value, json["components"]["schemas"]["Error"], at: place)
        }
        if !isOfType(value, schema["type"]) { problems.append("\(place) has another type: \(value)") }
        if case .list(let values) = schema["enum"], !values.contains(value) {
            problems.append("\(place) is none of those documented: \(value)")
        }
        if schema["const"] != [:], schema["const"] != value { problems.append("\(place) is \(value)") }
        switch value {
        case .object(let members): problems += self.problems(of: members, schema, at: place)
        case .list(let elements):
            problems += elements.flatMap { self.problems(of: $0, schema["items"], at: place + "[]") }
        default: break
        }
        return problems
    }

    private func problems(of members: [String: JSONValue], _ schema: JSONValue, at place: String) -> [String] {
        var problems: [String] = []
        if case .list(let names) = schema["required"] {
            problems += names.filter { if case .text(let name) = $0 { members[name] == nil } else { true } }
                .map { "\(place) lacks \($0)" }
        }
        guard case .object(let known) = schema["properties"], !known.isEmpty else {
            let others = schema["additionalProperties"]
            return problems + members.flatMap { self.problems(of: $0.value, others, at: "\(place).\($0.key)") }
        }
        for (name, member) in members {
            if let known = known[name] {
                problems += self.problems(of: member, known, at: "\(place).\(name)")
            } else if schema["type"] != [:] {
                problems.append("\(place).\(name) is not documented")
            }
        }
        return problems
    }

    private func isOfType(_ value: JSONValue, _ types: JSONValue) -> Bool {
        switch types {
        case .text(let type): isOfType(value, named: type)
        case .list(let types): types.contains { isOfType(value, $0) }
        default: true
        }
    }

    private func isOfType(_ value: JSONValue, named type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.text, "string"), (.list, "array"), (.object, "object"),
            (.whole, "integer"), (.whole, "number"), (.number, "number"):
            true
        default: false
        }
    }
}
