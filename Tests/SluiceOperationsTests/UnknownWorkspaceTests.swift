import SluiceOperations
import TestSupport
import Testing

/// A list of a workspace that is not there is a mistake, and not an empty list.
@Suite struct UnknownWorkspaceTests {
    private static let lists: [(name: String, ask: @Sendable (OperatorSession, String) async throws -> Void)] = [
        ("campaigns", { _ = try await $0.campaigns(in: $1) }),
        ("devices", { _ = try await $0.listDevices(workspace: $1) }),
        ("sequences", { _ = try await $0.listSequences(workspace: $1) }),
        ("sources", { _ = try await $0.listSources(in: $1) }),
        ("flows", { _ = try await $0.flows(in: $1, most: 10) }),
        ("jobs", { _ = try await $0.jobs(.scheduled, in: $1, after: nil, most: 10) }),
        ("schedules", { _ = try await $0.schedules(in: $1, most: 10) }),
        ("templates", { _ = try await $0.templates(in: $1, after: "", most: 10) }),
        ("webhooks", { _ = try await $0.webhooks(in: $1) }),
        ("messages", { _ = try await $0.messages(named: try MessagePattern("run_*"), in: $1, most: 10) }),
        ("event messages", { _ = try await $0.eventMessages(EventMessageFilter(), in: $1) }),
        ("event stats", { _ = try await $0.eventStats(of: nil, in: $1) }),
        ("queue stats", { _ = try await $0.queueStats(in: $1) }),
        ("circuits", { _ = try await $0.openCircuits(in: $1) }),
    ]

    @Test func everyListSaysSo() async throws {
        try await World.with { world in
            for list in Self.lists {
                try await list.ask(world.session, "default")
                let error = await #expect(throws: OperationsError.self, "\(list.name)") {
                    try await list.ask(world.session, "defualt")
                }
                #expect(
                    error == .notFound(kind: "workspace", given: "defualt", nearest: ["default"]), "\(list.name)")
            }
        }
    }
}
