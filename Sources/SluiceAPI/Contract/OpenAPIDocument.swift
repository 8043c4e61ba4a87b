import HTTPTypes
import SluiceCore
import SluiceOperations

/// The document of OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1) about operations.
struct OpenAPIDocument {
    let operations: [APIOperation]

    func json() throws -> JSONValue {
        var paths: JSONValue = [:]
        for operation in operations {
            let path = operation.path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : $0 }
            paths["/" + path.joined(separator: "/")][operation.method.rawValue.lowercased()] = try describe(operation)
        }
        return [
            "openapi": "3.1.1",
            "info": [
                "title": "Sluice", "version": .text(SluiceCore.version),
                "description": "Scheduled, triggered and bulk messages through many devices.",
            ],
            "paths": paths,
            "components": [
                "schemas": ["Error": Self.error],
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "header": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                ],
            ],
        ]
    }

    private static let error: JSONValue = [
        "type": "object", "required": ["success", "error"],
        "properties": [
            "success": ["const": false],
            "error": [
                "type": "object", "required": ["code", "message"],
                "properties": [
                    "code": ["type": "string"], "message": ["type": "string"], "field": ["type": "string"],
                ],
            ],
        ],
    ]

    private func describe(_ operation: APIOperation) throws -> JSONValue {
        let words = operation.path.split(separator: "/").filter { !["api", "v1"].contains($0) }
        let names = [Substring(operation.method.rawValue.lowercased())] + words.flatMap { $0.split(separator: "-") }
        var document: JSONValue = [
            "operationId": .text(
                names.map { $0.filter { $0 != ":" && $0 != "." } }.enumerated().map { index, name in
                    index == 0 ? name : name.prefix(1).uppercased() + name.dropFirst()
                }.joined()),
            "summary": .text(operation.summary), "tags": [.text(words.first.map(String.init) ?? "")],
            "parameters": .list(parameters(of: operation)),
        ]
        switch operation.access {
        case .everybody, .signature: document["security"] = []
        case .key(let scope, let isClusterWide):
            document["security"] = [["bearer": [.text(scope.rawValue)]], ["header": [.text(scope.rawValue)]]]
            if isClusterWide { document["description"] = "For keys of all workspaces." }
        }
        let body = try body(of: operation)
        if let body { document["requestBody"] = body.json }
        document["responses"] = try answers(of: operation, fields: body?.fields ?? [])
        return document
    }

    private func parameters(of operation: APIOperation) -> [JSONValue] {
        let path: [JSONValue] = operation.pathParameters.map {
            ["name": .text($0), "in": "path", "required": true, "schema": ["type": "string", "minLength": 1]]
        }
        let once: [JSONValue] =
            operation.isRepeatable
            ? [
                [
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "Does what is asked once: the first answer is given again for a day.",
                    "schema": ["type": "string", "pattern": "^[!-~]{1,255}$"],
                ]
            ] : []
        return path + operation.query.map(\.document) + once
    }

    /// The body, and the names of all its fields.
    private func body(of operation: APIOperation) throws -> (json: JSONValue, fields: [String])? {
        switch operation.body {
        case .none: return nil
        case .json(let isRequired, let schema):
            let schema = try schema()
            let json: JSONValue = [
                "required": .bool(isRequired), "content": ["application/json": ["schema": schema]],
            ]
            return (json, fields(of: schema))
        case .ofGateway:
            let content: JSONValue = [
                "application/json": ["schema": ["type": "object"]],
                "application/x-www-form-urlencoded": ["schema": ["type": "object"]],
            ]
            return (["required": true, "content": content], [])
        }
    }

    /// Of a request and of the requests within it.
    private func fields(of schema: JSONValue) -> [String] {
        guard schema["additionalProperties"] == false, case .object(let members) = schema["properties"] else {
            return []
        }
        return members.flatMap { [$0.key] + fields(of: $0.value["items"]) }
    }

    // MARK: Answers

    private func answers(of operation: APIOperation, fields: [String]) throws -> JSONValue {
        var answers: JSONValue = [:]
        let success = try success(of: operation)
        let statuses = if case .other(_, let statuses) = operation.answer { statuses } else { [200] }
        for status in statuses { answers["\(status)"] = success }
        let codes = ErrorCodes(of: operation, fields: fields)
        for (status, codes) in codes.byStatus {
            var answer: JSONValue = [
                "description": .text(HTTPResponse.Status(code: status).reasonPhrase),
                "content": [
                    "application/json": [
                        "schema": [
                            "$ref": "#/components/schemas/Error",
                            "properties": [
                                "error": [
                                    "properties": ["code": ["enum": .list(codes.sorted().map { .text($0) })]]
                                ]
                            ],
                        ]
                    ]
                ],
            ]
            if status == 429 { answer["headers"] = ["Retry-After": ["schema": ["type": "string"]]] }
            answers["\(status)"] = answer
        }
        return answers
    }

    private func success(of operation: APIOperation) throws -> JSONValue {
        var content: JSONValue = [:]
        switch operation.answer {
        case .data(let schema):
            content["application/json"] = [
                "schema": [
                    "type": "object", "required": ["success", "data"],
                    "properties": ["success": ["const": true], "data": try schema()],
                ]
            ]
        case .bare(let schema): content["application/json"] = ["schema": try schema()]
        case .other(let types, _):
            for (type, schema) in types { content[type] = ["schema": schema] }
        }
        return ["description": "Done.", "content": content]
    }
}
