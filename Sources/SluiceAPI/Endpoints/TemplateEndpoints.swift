import Hummingbird
import SluiceOperations

/// Texts with placeholders that a workspace keeps.
enum TemplateEndpoints {
    static let all = [
        Endpoint(.get, "/api/v1/templates", for: .read, "Templates, by name.", query: QueryParameter.page) { call in
            let most = call.whole(.limit)
            let found = try await call.session.templates(
                in: try call.workspace(), after: call[.cursor] ?? "", most: most + 1)
            let page = Array(found.prefix(most))
            return Page(templates: page, nextCursor: found.count > most ? page.last?.name : nil)
        },
        Endpoint(
            .get, "/api/v1/templates/:name", for: .read, "One template.", query: [.workspace], fails: [missing]
        ) { call in
            try await call.session.template(try call.parameter("name"), in: try call.workspace())
        },
        Endpoint(
            .put, "/api/v1/templates/:name", for: .manage, "Keeps a text under a name; one that is there is replaced.",
            fails: [.refused("invalid_name"), .refused("unknown_workspace")]
        ) { (call, request: TemplateRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.saveTemplate(try call.parameter("name"), request, in: workspace)
        },
        Endpoint(
            .delete, "/api/v1/templates/:name", for: .manage, "Deletes a template, and answers with it.",
            query: [.workspace], fails: [missing]
        ) { call in
            try await call.session.deleteTemplate(try call.parameter("name"), in: try call.workspace())
        },
        // These two not below the templates, where one may have such a name.
        Endpoint(
            .post, "/api/v1/template-preview", for: .read, "What a template says once it is filled. Sends nothing.",
            fails: [.refused("unknown_template"), .refused("missing_value")]
        ) { (call, request: PreviewRequest) in
            try await call.session.preview(request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .post, "/api/v1/template-test", for: .send, "Sends what a template says to one number, marked as a test.",
            fails: JobEndpoints.unsendable
        ) { (call, request: TemplateTestRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.testTemplate(
                request.template, values: request.values ?? [:], to: request.to, fromNumber: request.fromNumber,
                in: workspace)
        },
    ]

    private static let missing = Failure.notFound("template", field: "name")

    private struct Page: Codable {
        var templates: [StoredTemplate]
        var nextCursor: String?
    }
}
