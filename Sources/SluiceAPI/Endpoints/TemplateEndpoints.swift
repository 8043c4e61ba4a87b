import Hummingbird
import SluiceOperations

/// Texts with placeholders that a workspace keeps.
enum TemplateEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/templates", for: .read) { call in
            let most = try call.pageLength()
            let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
            let found = try await call.session.templates(
                in: workspace, after: call.optionalQuery("cursor") ?? "", most: most + 1)
            let page = Array(found.prefix(most))
            return try Answer.data(Page(templates: page, nextCursor: found.count > most ? page.last?.name : nil))
        },
        Endpoint(.get, "/api/v1/templates/:name", for: .read) { call in
            let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
            let name = try call.parameter("name")
            return try Answer.data(try await found { try await call.session.template(name, in: workspace) })
        },
        Endpoint(.put, "/api/v1/templates/:name", for: .manage) { call in
            let request = try call.body.decode(TemplateRequest.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try Answer.data(
                try await call.session.saveTemplate(try call.parameter("name"), request, in: workspace))
        },
        Endpoint(.delete, "/api/v1/templates/:name", for: .manage) { call in
            let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
            let name = try call.parameter("name")
            return try Answer.data(try await found { try await call.session.deleteTemplate(name, in: workspace) })
        },
        // Not below the templates, where one may have this name.
        Endpoint(.post, "/api/v1/template-preview", for: .read) { call in
            let request = try call.body.decode(PreviewRequest.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try Answer.data(try await call.session.preview(request, in: workspace))
        },
    ]

    private struct Page: Encodable {
        var templates: [StoredTemplate]
        var nextCursor: String?
    }

    private static func found(_ perform: () async throws -> StoredTemplate) async throws -> StoredTemplate {
        do {
            return try await perform()
        } catch let error as OperationsError {
            guard case .notFound = error else { throw error }
            throw APIError(.notFound, error.code, "\(error)", field: "name")
        }
    }
}
