import Hummingbird
import SluiceOperations

/// Scheduled messages, by the paths and names that their callers use.
enum JobEndpoints {
    /// - Parameter creating: whether a workspace or a sender that is not there is made.
    static func all(creating: Bool) -> [Endpoint] {
        [
            schedule("/api/trigger/send-sms", .now, creating),
            schedule("/api/trigger/schedule-delay", .afterDelay, creating),
            schedule("/api/trigger/schedule-until", .atTime, creating),
            Endpoint(.post, "/api/trigger/cancel-job", for: .send) { call in
                let request = try call.body.decode(Cancellation.self)
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                let job = try await found { try await call.session.cancelJob(request.jobId, in: workspace) }
                return try Answer.data(Ended(jobId: job.jobId, status: job.status))
            },
            Endpoint(.get, "/api/trigger/job-status", for: .read) { call in
                let id = try call.query("jobId")
                let workspace = try call.caller.workspace(asked: try call.query("workspaceId"))
                return try Answer.data(Status(try await found { try await call.session.job(id, in: workspace) }))
            },
            Endpoint(.get, "/api/v1/jobs", for: .read) { call in try Answer.data(try await page(call)) },
            Endpoint(.post, "/api/v1/jobs", for: .send, mostBytes: RequestBody.mostListBytes) { call in
                let request = try call.body.decode(Batch.self)
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                let jobs = try await call.session.scheduleAll(
                    request.messages.map(\.value), in: workspace, creating: creating)
                return try Answer.data(["jobs": jobs])
            },
        ]
    }

    private static func schedule(_ path: String, _ time: JobRequest.Time, _ creating: Bool) -> Endpoint {
        Endpoint(.post, path, for: .send) { call in
            let request = try call.body.decode(JobRequest.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            let job = try await call.session.schedule(request, time, in: workspace, creating: creating)
            return time == .now
                ? try Answer.data(Sent(jobId: job.jobId, status: job.status, messageId: job.messageId))
                : try Answer.data(Planned(jobId: job.jobId, status: "scheduled", scheduledTime: job.scheduledTime))
        }
    }

    private static func page(_ call: Call) async throws -> JobPage {
        let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
        guard let status = JobStatus(rawValue: call.optionalQuery("status") ?? "scheduled") else {
            throw APIError(
                .unprocessableContent, "invalid_status",
                "status must be one of \(JobStatus.allCases.map(\.rawValue).joined(separator: ", "))", field: "status")
        }
        let cursor = try call.optionalQuery("cursor").map { text in
            guard let cursor = JobCursor(text) else {
                throw APIError(
                    .unprocessableContent, "invalid_cursor", "cursor must be a nextCursor as it was given",
                    field: "cursor")
            }
            return cursor
        }
        return try await call.session.jobs(status, in: workspace, after: cursor, most: try call.pageLength())
    }

    /// What is not there, and what is another workspace's, is not found.
    private static func found(_ perform: () async throws -> JobAnswer) async throws -> JobAnswer {
        do {
            return try await perform()
        } catch let error as OperationsError {
            guard case .notFound = error else { throw error }
            throw APIError(.notFound, error.code, "\(error)", field: "jobId")
        }
    }

    private struct Cancellation: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case jobId, workspaceId }

        var jobId: String
        var workspaceId: String?
    }

    private struct Batch: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case messages, workspaceId }

        var messages: [Closed<JobRequest>]
        var workspaceId: String?
    }

    private struct Sent: Encodable { var jobId: String, status: String, messageId: String? }

    private struct Planned: Encodable { var jobId: String, status: String, scheduledTime: String? }

    private struct Ended: Encodable { var jobId: String, status: String }

    /// With its nulls: callers read `messageStatus` of every answer.
    private struct Status: Encodable {
        var job: JobAnswer

        init(_ job: JobAnswer) { self.job = job }

        private enum Key: CodingKey { case jobId, status, scheduledTime, completedTime, messageStatus, reason }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(job.jobId, forKey: .jobId)
            try container.encode(job.status, forKey: .status)
            try container.encode(job.scheduledTime, forKey: .scheduledTime)
            try container.encode(job.completedTime, forKey: .completedTime)
            try container.encode(job.messageStatus, forKey: .messageStatus)
            try container.encodeIfPresent(job.reason, forKey: .reason)
        }
    }
}
