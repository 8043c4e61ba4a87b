import Hummingbird
import SluiceOperations

/// Scheduled messages, by the paths and names that their callers use.
enum JobEndpoints {
    /// - Parameter creating: whether a workspace or a sender that is not there is made.
    static func all(creating: Bool) -> [Endpoint] {
        [
            Endpoint(
                .post, "/api/trigger/send-sms", for: .send, "Sends a message at once.", fails: unsendable
            ) { (call, request: JobRequest) in
                let job = try await schedule(request, .now, call, creating)
                return Sent(jobId: job.jobId, status: job.status, messageId: job.messageId)
            },
            planned("/api/trigger/schedule-delay", .afterDelay, "Sends a message after a delay.", creating),
            planned("/api/trigger/schedule-until", .atTime, "Sends a message at a time.", creating),
            Endpoint(
                .post, "/api/trigger/cancel-job", for: .send, "Cancels a message for good.",
                fails: [missing] + JobStatus.allCases.map { .refused("job_\($0.rawValue)") }
            ) { (call, request: Cancellation) in
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                let job = try await call.session.cancelJob(request.jobId, in: workspace)
                return Ended(jobId: job.jobId, status: job.status)
            },
            Endpoint(
                .get, "/api/trigger/job-status", for: .read, "How far a message is.",
                query: [jobID, workspaceID], fails: [missing]
            ) { call in
                let workspace = try call.caller.workspace(asked: call[workspaceID])
                return Status(try await call.session.job(call[jobID] ?? "", in: workspace))
            },
        ] + lists(creating: creating)
    }

    private static func lists(creating: Bool) -> [Endpoint] {
        [
            Endpoint(
                .get, "/api/v1/jobs", for: .read, "Messages of one status, by time.",
                query: QueryParameter.page + [status]
            ) { call in
                try await call.session.jobs(
                    call[status].flatMap(JobStatus.init) ?? .scheduled, in: try call.workspace(),
                    after: call[.cursor], most: call.whole(.limit))
            },
            Endpoint(
                .post, "/api/v1/jobs", for: .send, "Schedules many messages, all of them or none.",
                mostBytes: RequestBody.mostListBytes, fails: unsendable
            ) { (call, request: Batch) in
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                return Scheduled(
                    jobs: try await call.session.scheduleAll(
                        request.messages.map(\.value), in: workspace, creating: creating))
            },
        ]
    }

    private static func planned(
        _ path: String, _ time: JobRequest.Time, _ summary: String, _ creating: Bool
    ) -> Endpoint {
        Endpoint(.post, path, for: .send, summary, fails: unsendable) { (call, request: JobRequest) in
            let job = try await schedule(request, time, call, creating)
            return Planned(jobId: job.jobId, status: "scheduled", scheduledTime: job.scheduledTime)
        }
    }

    private static func schedule(
        _ request: JobRequest, _ time: JobRequest.Time, _ call: Call, _ creating: Bool
    ) async throws -> JobAnswer {
        let workspace = try call.caller.workspace(asked: request.workspaceId)
        return try await call.session.schedule(request, time, in: workspace, creating: creating)
    }

    /// Why a message is not taken that can be.
    static let unsendable: [Failure] = [
        .refused("unknown_workspace"), .refused("unknown_sender"), .refused("unknown_template"),
        .refused("missing_value"),
    ]

    private static let missing = Failure.notFound("job", field: "jobId")
    private static let jobID = QueryParameter("jobId", isRequired: true)
    private static let workspaceID = QueryParameter("workspaceId", isRequired: true)
    private static let status = QueryParameter(
        "status", .oneOf(JobStatus.allCases.map(\.rawValue)), standard: JobStatus.scheduled.rawValue)

    private struct Cancellation: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case jobId, workspaceId }

        var jobId: String
        var workspaceId: String?
    }

    private struct Batch: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case messages, workspaceId }

        var messages: [Closed<JobRequest>]
        var workspaceId: String?

        static let bounds: [FieldBound<Batch>] = [.count(.messages, 1...OperatorSession.mostJobs) { $0.messages.count }]
    }

    private struct Sent: Codable { var jobId: String, status: String, messageId: String? }

    private struct Planned: Codable { var jobId: String, status: String, scheduledTime: String? }

    private struct Ended: Codable { var jobId: String, status: String }

    private struct Scheduled: Codable { var jobs: [JobAnswer] }

    /// With its nulls: callers read `messageStatus` of every answer.
    private struct Status: Codable {
        private enum CodingKeys: CodingKey { case jobId, status, scheduledTime, completedTime, messageStatus, reason }

        var jobId: String, status: String
        var scheduledTime: String?, completedTime: String?, messageStatus: String?, reason: String?

        init(_ job: JobAnswer) {
            (jobId, status, reason) = (job.jobId, job.status, job.reason)
            (scheduledTime, completedTime, messageStatus) = (job.scheduledTime, job.completedTime, job.messageStatus)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(jobId, forKey: .jobId)
            try container.encode(status, forKey: .status)
            try container.encode(scheduledTime, forKey: .scheduledTime)
            try container.encode(completedTime, forKey: .completedTime)
            try container.encode(messageStatus, forKey: .messageStatus)
            try container.encodeIfPresent(reason, forKey: .reason)
        }
    }
}
