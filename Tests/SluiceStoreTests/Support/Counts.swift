import Testing

enum Counts {
    /// The counts that dashboards read are what counting the contacts would give.
    static func expectExact(_ world: any StoreWorld, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wrong = try await world.wrongCounts()
        #expect(wrong.isEmpty, sourceLocation: sourceLocation)
    }
}
