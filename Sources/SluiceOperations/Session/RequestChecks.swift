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
