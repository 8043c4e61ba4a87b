import Foundation
import Hummingbird
import SluiceOperations

/// The API's routes.
struct Routes: Sendable {
    let session: OperatorSession
    private let served: ServedRequests
    private let status: StatusDesk

    /// - Parameter served: counts the calls that are answered here.
    init(session: OperatorSession, served: ServedRequests) {
        self.session = session
        self.served = served
        status = StatusDesk(session)
    }

    func add(to router: Router<BasicRequestContext>) {
        let api = router.group("/api/v1").add(middleware: CountServed(served: served))
        api.get("status") { _, _ in try Answer.data(await status.report()) }
        api.get("contacts/:contact/why") { _, context in
            // A plus sign stays one in a path; a client that encodes it is decoded here.
            let subject = try context.parameters.require("contact")
            return try Answer.data(try await why(subject.removingPercentEncoding ?? subject))
        }
        api.post("enrollments") { request, _ in
            let body = try await RequestBody.decode(EnrollmentRequest.self, from: request)
            return try Answer.data(try await session.enroll(body))
        }
    }

    private func why(_ subject: String) async throws -> WhyReport {
        do {
            let report = try await session.why(subject)
            guard report.isKnown else { throw APIError(.notFound, "lead_unknown", "nobody with this number is known") }
            return report
        } catch let error as OperationsError {
            guard case .notFound = error else { throw error }
            throw APIError(.notFound, error.code, "\(error)")
        }
    }
}

/// Keeps the last status for a second, so that dashboards cost one look at the cluster however many there are.
private actor StatusDesk {
    private static let kept: Duration = .seconds(1)
    private var reader: StatusReader
    private var last: (report: StatusReport, at: ContinuousClock.Instant)?

    init(_ session: OperatorSession) { reader = StatusReader(session) }

    func report() async -> StatusReport {
        if let last, ContinuousClock.now - last.at < Self.kept { return last.report }
        // A copy, because another request may come in while this one waits; whichever ends last is kept.
        var reader = reader
        let report = await reader.read()
        self.reader = reader
        last = (report, .now)
        return report
    }
}
