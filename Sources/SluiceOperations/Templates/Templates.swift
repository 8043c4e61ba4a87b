internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// Keeps a text under this name; one that is there is replaced. Messages that were asked for before stay as they
    /// are.
    public func saveTemplate(
        _ name: String, _ request: TemplateRequest, in workspace: String
    ) async throws -> StoredTemplate {
        guard (1...Templates.longestName).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw OperationsError.invalid(field: "name", message: "must have 1 to \(Templates.longestName) bytes")
        }
        let template = try request.validated()
        try await change { transaction in
            try await WorkspaceLookup.require(workspace, on: transaction.transaction)
            try await transaction.query(
                """
                INSERT INTO message_templates (workspace_id, name, body, media_url) VALUES ($1, $2, $3, $4)
                ON CONFLICT (workspace_id, name) DO UPDATE SET body = excluded.body, media_url = excluded.media_url,
                    updated_at = now()
                """, [.string(workspace), .string(name), .string(request.body), .string(request.mediaUrl)])
            try await transaction.record("templates.save", target: "\(workspace)/\(name)", after: request.body)
        }
        return StoredTemplate(
            name: name, body: request.body, mediaUrl: request.mediaUrl, placeholders: template.placeholders)
    }

    public func template(_ name: String, in workspace: String) async throws -> StoredTemplate {
        guard let found = try await Templates.named([name], in: workspace, on: database)[name] else {
            throw OperationsError.notFound(kind: "template", given: name, nearest: [])
        }
        return found
    }

    /// Those after this name, by name.
    public func templates(in workspace: String, after name: String, most: Int) async throws -> [StoredTemplate] {
        try await WorkspaceLookup.require(workspace, on: database)
        return try await database.query(
            "\(Templates.sql) AND name > $2 ORDER BY name LIMIT $3",
            [.string(workspace), .string(name), .int64(Int64(most))]
        ).map(Templates.stored)
    }

    public func deleteTemplate(_ name: String, in workspace: String) async throws -> StoredTemplate {
        let template = try await template(name, in: workspace)
        try await change { transaction in
            try await transaction.query(
                "DELETE FROM message_templates WHERE workspace_id = $1 AND name = $2",
                [.string(workspace), .string(name)])
            try await transaction.record("templates.delete", target: "\(workspace)/\(name)", before: template.body)
        }
        return template
    }

    /// Sends nothing.
    public func preview(_ request: PreviewRequest, in workspace: String) async throws -> FilledText {
        if let name = request.template {
            guard request.body == nil else {
                throw OperationsError.invalid(field: "body", message: "must not be given with template")
            }
            return try Templates.fill(
                try await template(name, in: workspace), mediaURL: request.mediaUrl, values: request.values ?? [:])
        }
        guard let body = request.body else { throw OperationsError.invalid(field: "body", message: "is missing") }
        let text = TemplateRequest(body: body, mediaUrl: request.mediaUrl)
        let template = StoredTemplate(
            name: "", body: body, mediaUrl: request.mediaUrl, placeholders: try text.validated().placeholders)
        return try Templates.fill(template, mediaURL: nil, values: request.values ?? [:])
    }
}

/// Texts by name, as messages use them.
enum Templates {
    static let longestName = 200

    static let sql = "SELECT name, body, media_url FROM message_templates WHERE workspace_id = $1"

    /// What each request says: its own text, or its template's with its values.
    static func filled(
        _ requests: [JobRequest], in workspace: String, on transaction: PostgresTransaction,
        _ located: (Int, OperationsError) -> OperationsError
    ) async throws -> [FilledText] {
        let names = Set(requests.compactMap(\.template))
        let known = names.isEmpty ? [:] : try await named(names.sorted(), in: workspace, on: transaction)
        return try requests.enumerated().map { index, request throws(OperationsError) in
            guard let name = request.template else { return FilledText(body: request.body, mediaUrl: request.mediaUrl) }
            guard let template = known[name] else {
                throw located(index, .notFound(kind: "template", given: name, nearest: []))
            }
            do throws(OperationsError) {
                return try fill(template, mediaURL: request.mediaUrl, values: request.values ?? [:])
            } catch {
                throw located(index, error)
            }
        }
    }

    static func named(
        _ names: [String], in workspace: String, on database: any PostgresExecutor
    ) async throws -> [String: StoredTemplate] {
        let rows = try await database.query("\(sql) AND name = ANY ($2)", [.string(workspace), .stringArray(names)])
        return Dictionary(uniqueKeysWithValues: try rows.map(stored).map { ($0.name, $0) })
    }

    static func stored(_ row: PostgresRow) throws -> StoredTemplate {
        let body = try row.decode(String.self, "body")
        return StoredTemplate(
            name: try row.decode(String.self, "name"), body: body,
            mediaUrl: try row.decode(String?.self, "media_url"),
            // One that was written in SQL may not be one: whoever uses it is told.
            placeholders: (try? MessageTemplate(body))?.placeholders ?? [])
    }

    static func fill(
        _ template: StoredTemplate, mediaURL: String?, values: [String: String]
    ) throws(OperationsError) -> FilledText {
        let text: String
        do {
            text = try MessageTemplate(template.body).filled(with: values)
        } catch {
            guard case .missingValue(let name) = error else { throw .invalid(field: "template", message: "\(error)") }
            throw .refused(code: "missing_value", message: "\(error)", field: "values.\(name)")
        }
        let media = mediaURL ?? template.mediaUrl
        if text.allSatisfy(\.isWhitespace), (media ?? "").isEmpty {
            throw .invalid(field: "values", message: "must not leave the text empty")
        }
        return FilledText(body: text, mediaUrl: media)
    }
}
