/// Campaigns as a table.
public enum CampaignText {
    public static func render(_ campaigns: [CampaignLine], width: Int) -> String {
        guard !campaigns.isEmpty else { return "there is no campaign\n" }
        var table = TextTable([
            .init(title: "RUN", isRight: true), .init(title: "WORKSPACE", shrinks: true), .init(title: "STATE"),
            .init(title: "PEOPLE", isRight: true), .init(title: "DONE", isRight: true),
            .init(title: "FAILED", isRight: true), .init(title: "IN FLIGHT", isRight: true),
        ])
        for campaign in campaigns {
            table.add(
                ["\(campaign.id)", campaign.workspace, campaign.status]
                    + [campaign.total, campaign.succeeded, campaign.failed, campaign.inFlight].map { Words.count($0) })
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
