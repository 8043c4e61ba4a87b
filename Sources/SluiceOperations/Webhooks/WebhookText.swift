/// Webhooks, and what they were told, as tables.
public enum WebhookText {
    public static func render(_ webhooks: [WebhookLine], width: Int) -> String {
        guard !webhooks.isEmpty else { return "there is no webhook\n" }
        var table = TextTable([
            .init(title: "WEBHOOK"), .init(title: "URL", shrinks: true), .init(title: "EVENTS", shrinks: true),
            .init(title: "PENDING", isRight: true), .init(title: "STATE", shrinks: true),
        ])
        for webhook in webhooks {
            let pending = webhook.pending < WebhookLine.mostPending ? "\(webhook.pending)" : "\(webhook.pending)+"
            table.add([
                webhook.webhookId, webhook.url, webhook.events.joined(separator: " "), pending, state(of: webhook),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ page: WebhookDeliveryPage, width: Int) -> String {
        guard !page.deliveries.isEmpty else { return "it was told nothing\n" }
        var table = TextTable([
            .init(title: "EVENT"), .init(title: "TYPE"), .init(title: "STATE"), .init(title: "TRIES", isRight: true),
            .init(title: "PROBLEM", shrinks: true), .init(title: "NEXT"), .init(title: "CREATED"),
        ])
        for delivery in page.deliveries {
            table.add([
                delivery.eventId, delivery.type, delivery.state, "\(delivery.attempts)", delivery.problem ?? "",
                delivery.nextAt.map(Words.time) ?? "", Words.time(delivery.createdAt),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
            + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
    }

    private static func state(of webhook: WebhookLine) -> String {
        guard webhook.isActive else { return "off: \(webhook.problem ?? "")" }
        return webhook.failingSince.map { "failing since \(Words.time($0))" } ?? "active"
    }
}
