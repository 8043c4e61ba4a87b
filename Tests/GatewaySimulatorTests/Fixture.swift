import Foundation
import GatewaySimulator
import RequestLog
import Testing

typealias ConfigurationChange = (inout SimulatorConfiguration) -> Void

/// A simulator without latency, its log in a folder of its own, for the length of one test.
func withSimulator<Result: Sendable>(
    _ change: ConfigurationChange = { _ in },
    _ body: (RunningSimulator) async throws -> Result
) async throws -> Result {
    try await withTemporaryLog { log in
        var configuration = SimulatorConfiguration(logPath: log)
        configuration.scenario.latency = .stress
        change(&configuration)
        return try await GatewaySimulator.withRunning(configuration, body)
    }
}

func withTemporaryLog<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
        // Left behind in the temporary folder at worst.
        try? FileManager.default.removeItem(at: folder)
    }
    return try await body(folder.appending(path: "requests.log").path())
}

extension RunningSimulator {
    /// One request on a connection of its own.
    func reception(_ request: TestRequest, milliseconds: Int32 = 10_000) async throws -> TestConnection.Reception {
        let connection = try TestConnection.open(port: port)
        try await connection.send(request)
        return try await connection.receive(milliseconds: milliseconds)
    }

    func response(_ request: TestRequest) async throws -> TestResponse {
        guard case .response(let response) = try await reception(request) else {
            throw Unanswered()
        }
        return response
    }

    func entries() throws -> [RequestLogEntry] { try RequestLogReader(path: logPath).entries() }

    func requests() throws -> [ReceivedRequest] {
        try entries().compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    func outcomes() throws -> [RequestOutcome] {
        try entries().compactMap { if case .response(let outcome) = $0 { outcome } else { nil } }
    }

    func statistic(_ name: String) async throws -> Int {
        try await response(.get("/_sim/stats")).json[name] as? Int ?? -1
    }
}

struct Unanswered: Error {}

/// Polls until `condition` holds; records an issue when it does not in time.
func eventually(
    within limit: Duration = .seconds(10), _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}
