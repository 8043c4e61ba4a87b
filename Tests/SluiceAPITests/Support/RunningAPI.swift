import Foundation
import FoundationNetworking
import Logging
import NATSDriver
import PostgresDriver
import ServiceLifecycle
import SluiceAPI
import SluiceCore
import SluiceOperations
import SluiceStore
import SluiceTelemetry
import SluiceWire
import TestSupport
import Testing

/// An API server on a migrated database of its own, and a NATS that may be away.
struct RunningAPI: Sendable {
    let fixture: StoreFixture
    let port: Int
    private let services: ServiceGroup

    static func with(
        natsURL: String = "nats://127.0.0.1:1", change: @escaping @Sendable (inout APIConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningAPI) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture in
            let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            var configuration = try configuration(fixture.database.configuration, natsURL)
            change(&configuration)
            let server = APIServer(
                configuration: configuration, metrics: PrometheusMetrics(), logger: logger,
                onListening: { found.yield($0) })
            let services = ServiceGroup(services: [server], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // A server that does not start tells no port.
                    defer { found.finish() }
                    try await services.run()
                }
                let port = try #require(await ports.first { _ in true })
                try await body(RunningAPI(fixture: fixture, port: port, services: services))
                group.cancelAll()
            }
        }
    }

    /// As SIGTERM does.
    func stop() async { await services.triggerGracefulShutdown() }

    static func configuration(
        _ database: PostgresConfiguration, _ natsURL: String, host: String = "127.0.0.1"
    ) throws -> APIConfiguration {
        let subjects = try #require(Subjects(cluster: "test"))
        let node = NodeRegistration(
            name: "api-1", role: .api, version: "1.2.3", host: "host-1", lease: Timers().lease)
        return APIConfiguration(
            node: node, host: host, port: 0, database: database, nats: NATSOptions(url: natsURL), subjects: subjects)
    }

    struct Reply: Sendable {
        var status: Int
        var text: String
        var headers: [String: String]
        var json: [String: any Sendable]

        var data: [String: any Sendable] { json["data"] as? [String: any Sendable] ?? [:] }
        var error: [String: any Sendable] { json["error"] as? [String: any Sendable] ?? [:] }
        var code: String? { error["code"] as? String }
        var field: String? { error["field"] as? String }
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send(request(path, headers))
    }

    func post(
        _ body: String, to path: String = "/api/v1/enrollments", type: String? = "application/json",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        try await send("POST", body, to: path, type, headers)
    }

    func put(_ body: String, to path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send("PUT", body, to: path, "application/json", headers)
    }

    func delete(_ path: String, headers: [String: String] = [:]) async throws -> Reply {
        try await send("DELETE", "", to: path, nil, headers)
    }

    func send(
        _ method: String, _ body: String, to path: String, _ type: String?, _ headers: [String: String]
    ) async throws -> Reply {
        var request = try request(path, headers)
        request.httpMethod = method
        request.httpBody = Data(body.utf8)
        if let type { request.setValue(type, forHTTPHeaderField: "Content-Type") }
        return try await send(request)
    }

    func addSequence() async throws -> UUID {
        let id = try await fixture.sql.query("INSERT INTO sequences (name) VALUES ('Welcome') RETURNING id").scalar(
            UUID.self)
        try await fixture.sql.query(
            """
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, is_entry_point, content)
            VALUES ($1, 1, 'welcome', true, 'Hello')
            """, [.uuid(id)])
        return id
    }

    func count(_ what: String) async throws -> Int64 {
        try await fixture.sql.query("SELECT count(*) FROM \(what)").scalar(Int64.self)
    }

    private func request(_ path: String, _ headers: [String: String]) throws -> URLRequest {
        var request = URLRequest(
            url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")), timeoutInterval: 20)
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return request
    }

    /// An operator's session, as `sluice keys` has one.
    var session: OperatorSession {
        get throws {
            OperatorSession(
                database: fixture.sql, nats: nil, subjects: try #require(Subjects(cluster: "test")), actor: "test")
        }
    }

    /// A new key, as a client shows it.
    func key(_ scopes: Set<APIKeyScope>, workspace: String = "default") async throws -> [String: String] {
        let key = try await session.createKey(name: "test", workspace: workspace, scopes: scopes)
        return ["Authorization": "Bearer \(key.secret)"]
    }

    private func send(_ request: URLRequest) async throws -> Reply {
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        let status = http.statusCode
        let headers = Dictionary(
            http.allHeaderFields.map { ("\($0.key)", "\($0.value)") }, uniquingKeysWith: { first, _ in first })
        let problems = try DocumentedAnswers.document.get().problems(
            request.httpMethod ?? "GET", request.url?.path(percentEncoded: true) ?? "", status,
            String(decoding: data, as: UTF8.self))
        for problem in problems { Issue.record("\(request.httpMethod ?? "") \(request.url?.path ?? ""): \(problem)") }
        let object = try? JSONSerialization.jsonObject(with: data)
        return Reply(
            status: status, text: String(decoding: data, as: UTF8.self),
            headers: headers,
            json: object as? [String: any Sendable] ?? [:])
    }
}
