extension OperatorSession {
    /// Sends what a template says to one number at once, at a trigger's priority and marked as a test. Opt-outs and caps
    /// hold as always.
    /// - Parameter fromNumber: which of the workspace's numbers sends; otherwise its own, or any.
    public func testTemplate(
        _ name: String, values: [String: String], to phone: String, fromNumber: String?, in workspace: String
    ) async throws -> JobAnswer {
        let request = JobRequest(
            to: phone, template: name, values: values.isEmpty ? nil : values, fromNumber: fromNumber)
        return try await schedule(request, .now, in: workspace, asTest: true)
    }
}
