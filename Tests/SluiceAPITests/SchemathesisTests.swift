import Foundation
import SluiceAPI
import SluiceOperations
import Subprocess
import Testing

/// What schemathesis finds when it asks the API what its document allows, and what it does not. `Tests/Contract` says
/// how it is had; without a package index there is nothing to ask with, and the test says so and ends. `make contract`
/// asks more.
@Suite struct SchemathesisTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Contract").standardizedFileURL.path
    /// As sysexits.h has it.
    private static let unavailable = 75

    @Test func `schemathesis finds nothing`() async throws {
        try await RunningAPI.with {
            $0.requestsPerSecond = 100_000
            $0.createsSenders = true
        } _: { api in
            let key = try await api.session.createKey(name: "all", workspace: "*", scopes: [.admin])
            let environment = ProcessInfo.processInfo.environment
            let answer = try await run(
                .name("python3"),
                arguments: [
                    Self.script, "http://127.0.0.1:\(api.port)", key.secret, "--examples",
                    environment["EXAMPLES"] ?? "5", "--seed", environment["SEED"] ?? "1",
                ], output: .string(limit: 4_000_000), error: .string(limit: 1_000_000))
            if case .exited(Int32(Self.unavailable)) = answer.terminationStatus {
                try Test.cancel("\(answer.standardError)")
            }
            #expect(
                answer.terminationStatus.isSuccess, "\(answer.standardOutput)\n\(answer.standardError)")
        }
    }
}
