import Foundation
import HTTPTypes
import Hummingbird
import Logging
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceTelemetry
import TestSupport
import Testing

@testable import SluiceAPI

/// The API's document and the API are one.
@Suite struct ContractTests {
    @Test func `every route is documented, and every documented operation is a route`() async throws {
        try await RunningAPI.with { api in
            let configuration = try RunningAPI.configuration(
                api.fixture.database.configuration, "nats://127.0.0.1:1")
            let server = APIServer(configuration: configuration, metrics: PrometheusMetrics(), logger: Self.logger)
            let routes = try server.router(try api.session, ServedRequests()).routes
            let served = Set(routes.map { "\($0.method.rawValue) \($0.path)" })
            let declared = Set(Contract().operations.map { "\($0.method.rawValue) \(RouterPath($0.path))" })
            #expect(served == declared)
        }
    }

    @Test func `the document is served to everybody, and every operation has an id of its own`() async throws {
        try await RunningAPI.with { api in
            _ = try await api.key([.read])
            let reply = try await api.get("/openapi.json")
            #expect(reply.status == 200)
            #expect(reply.text == (try APIServer.document()))
            #expect(reply.json["openapi"] as? String == "3.1.1")
            let paths = try #require(reply.json["paths"] as? [String: [String: [String: Any]]])
            let ids = paths.values.flatMap(\.values).compactMap { $0["operationId"] as? String }
            #expect(ids.count == Contract().operations.count)
            #expect(Set(ids).count == ids.count, "\(ids.sorted())")
            #expect(ids.contains("postTriggerSendSms"))
        }
    }

    @Test func `a request's schema is its type's, with its bounds`() throws {
        let schema = try JSONSchema.of(EnrollmentRequest.self)
        #expect(schema["required"] == ["phone"])
        #expect(schema["additionalProperties"] == false)
        #expect(schema["properties"]["trigger"]["type"] == ["string", "null"])
        #expect(schema["properties"]["trigger"]["maxLength"] == 500)
        #expect(schema["properties"]["sequenceId"]["format"] == "uuid")
        let job = try JSONSchema.of(JobRequest.self)
        #expect(job["properties"]["delayMinutes"]["minimum"] == .number(0))
        #expect(job["properties"]["values"]["additionalProperties"]["type"] == "string")
        #expect(job["properties"]["scheduledTime"]["format"] == "date-time")
        let schedule = try JSONSchema.of(ScheduleRequest.self)
        #expect(schedule["properties"]["missed"]["enum"] == ["skip", "once", .null])
    }

    @Test func `an answer's schema is its type's`() throws {
        let answer = try JSONSchema.of(EnrollmentAnswer.self)
        #expect(answer["properties"]["status"]["enum"] == ["enrolled", "triggered"])
        #expect(answer["properties"]["repeated"]["type"] == "boolean")
        let status = try JSONSchema.of(StatusReport.self)
        #expect(status["properties"]["findings"]["items"]["properties"]["message"]["type"] == "string")
        #expect(status["properties"]["devices"]["properties"]["byState"]["additionalProperties"]["type"] == "integer")
        #expect(status["properties"]["at"]["format"] == "date-time")
    }

    @Test func `a method that a path does not have is answered with those that it has`() async throws {
        try await RunningAPI.with { api in
            let cases = [
                ("DELETE", "/api/v1/jobs", "GET, HEAD, POST"), ("GET", "/api/v1/enrollments", "POST"),
                ("PATCH", "/api/v1/templates/a", "DELETE, GET, HEAD, PUT"), ("PUT", "/healthz", "GET, HEAD"),
            ]
            for (method, path, allowed) in cases {
                let reply = try await api.send(method, "", to: path, nil, [:])
                #expect(reply.status == 405 && reply.code == "method_not_allowed", "\(reply.text)")
                #expect(reply.headers["Allow"] == allowed)
            }
            #expect(try await api.send("HEAD", "", to: "/api/v1/jobs", nil, [:]).status == 200)
            #expect(try await api.send("DELETE", "", to: "/api/v1/nothing", nil, [:]).status == 404)
        }
    }

    @Test func `a parameter that there is not is refused`() async throws {
        try await RunningAPI.with { api in
            let reply = try await api.get("/api/v1/jobs?staus=failed")
            #expect(reply.status == 400 && reply.code == "unknown_field" && reply.field == "staus", "\(reply.text)")
        }
    }

    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
