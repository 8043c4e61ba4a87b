/// People who come over HTTP, as the CSV that ``OperatorSession/importList(_:in:isDryRun:next:progress:)`` reads. How many
/// is bounded by the size of the request.
public struct ListImportRequest: ClosedRequest, Hashable {
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case csv, dryRun, workspaceId
    }

    public var csv: String
    public var dryRun: Bool?
    /// `default` when it is not given.
    public var workspaceId: String?

    public static let bounds: [FieldBound<ListImportRequest>] = [
        .text(.csv, most: .max) { $0.csv }, .text(.workspaceId) { $0.workspaceId },
    ]
}

extension OperatorSession {
    /// - Throws: ``OperationsError`` when the first line is not one of this list's, naming the request's field.
    public func importList(
        _ list: PeopleList, _ request: ListImportRequest, in workspace: String
    ) async throws -> ListReport {
        var file: [UInt8]? = Array(request.csv.utf8)
        do {
            let report = try await importList(
                list, in: workspace, isDryRun: request.dryRun ?? false, next: { file.take() })
            if !report.dryRun { wakeIntake() }
            return report
        } catch OperationsError.invalid(field: "file", let message) {
            throw OperationsError.invalid(field: "csv", message: message)
        }
    }
}
