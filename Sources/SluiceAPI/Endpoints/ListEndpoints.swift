import Hummingbird
import SluiceCore
import SluiceOperations

/// Lists of people, and how far those came who entered something.
enum ListEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/leads/import", for: .send,
            "Adds leads of a CSV file that are not there yet; a dry run counts them.",
            mostBytes: RequestBody.mostListBytes, fails: [.refused("unknown_workspace")]
        ) { (call, request: ListImportRequest) in
            try await call.session.importList(
                .leads, request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            csv: "/api/v1/leads/export", for: .read, "A workspace's leads as the CSV that the import takes.",
            query: [.workspace]
        ) { call in
            try await call.session.exportList(.leads, in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/subscribers/import", for: .send, isClusterWide: true,
            "Adds subscribers of pages of a CSV file that are not there yet; a dry run counts them.",
            mostBytes: RequestBody.mostListBytes, fails: [.refused("unknown_workspace")]
        ) { (call, request: ListImportRequest) in
            try await call.session.importList(
                .subscribers, request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        // Pages are no workspace's.
        Endpoint(
            csv: "/api/v1/subscribers/export", for: .read, isClusterWide: true,
            "All subscribers of all pages as the CSV that the import takes."
        ) { call in
            try await call.session.exportList(.subscribers, in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/sequences/:sequence/funnel", for: .read,
            "How far people came, step by step, by the sequence's id or its name.", query: [.workspace],
            fails: [.notFound("sequence"), .refused("ambiguous")]
        ) { call in
            try await call.session.funnel(ofSequence: try call.parameter("sequence"), in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/flows/:flow/funnel", for: .read,
            "How far people came, node by node: all campaigns and triggers of a flow.", query: [.workspace],
            fails: [.notFound("flow"), .refused("ambiguous")]
        ) { call in
            try await call.session.funnel(ofFlow: try call.parameter("flow"), in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/campaigns/:id/funnel", for: .read, "How far people came, node by node of its flow.",
            query: [.workspace], fails: [.notFound("campaign")]
        ) { call in
            try await call.session.funnel(ofCampaign: try call.runID(of: "campaign"), in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/campaigns/:id/forecast", for: .read,
            "What is left of a campaign, and when the caps let the last of it go.", query: [.workspace],
            fails: [.notFound("campaign"), .refused("flow_not_found")] + CampaignEndpoints.ended
                + FlowEndpoints.unusable
        ) { call in
            try await call.session.forecastCampaign(try call.runID(of: "campaign"), in: try call.workspace())
        },
    ]
}

extension PeopleList: SelfDescribing {
    static func described() -> (schema: JSONValue, value: PeopleList) {
        (["type": "string", "enum": .list(PeopleList.allCases.map { .text($0.rawValue) })], .leads)
    }
}
