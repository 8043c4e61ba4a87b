// What is looked at before a request reaches the database, for tests that send what nobody honest does.
extension JobRequest {
    package func check() throws(OperationsError) { _ = try validated(for: .asGiven) }
}

extension ScheduleRequest {
    package func check() throws(OperationsError) { try validate() }
}

extension EventMessageRequest {
    package func check() throws { _ = try JSONText.compact(try validated()) }
}

extension FlowRequest {
    package func check() throws {
        try checkBounds()
        _ = try FlowCheckRequest(nodes: nodes, edges: edges).texts()
    }
}

extension CampaignRequest {
    package func check() throws(OperationsError) { _ = try validated() }
}

extension TriggerRunRequest {
    package func check() throws(OperationsError) { try validate() }
}

extension SourceChange {
    package func check() throws(OperationsError) { _ = try validated() }
}

extension TemplateRequest {
    package func check() throws(OperationsError) { _ = try validated() }
}

extension PeopleList {
    /// A record's values, of the list's columns in their order; missing fields are empty.
    package func check(_ fields: [String]) throws(OperationsError) -> [String?] {
        var values: [String?] = []
        for (index, column) in table.columns.enumerated() {
            values.append(try column.value(of: index < fields.count ? fields[index] : ""))
        }
        return values
    }
}
