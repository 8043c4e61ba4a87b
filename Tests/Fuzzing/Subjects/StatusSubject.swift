internal import FoundationEssentials
internal import SluiceOperations
internal import SluiceWire
internal import TestSupport

extension FuzzSubject {
    /// What nodes answer to `sluice status`: any answers make a report, as a page and as JSON.
    static let statusAnswers = FuzzSubject(
        "status", .protobuf,
        examples: [
            [Sample.coordinatorStatus, Sample.shardStatus, Sample.shardStatus, Sample.apiStatus]
                .flatMap { ProtobufFields.field(1, $0.encoded()) }
        ]
    ) { bytes in
        let answers = ProtobufFields(bytes).messages.prefix(64).compactMap { try? NodeStatus(decoding: $0.bytes) }
        let report = StatusReport(answers: answers, at: Date(timeIntervalSince1970: 1_700_000_000))
        guard !StatusText.render(report, width: 100).isEmpty else { throw FuzzFinding("an empty page") }
        _ = try JSONText.compact(report)
        return !answers.isEmpty
    }
}
