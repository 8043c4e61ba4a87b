internal import Foundation
internal import PostgresDriver
internal import RequestLog

/// A request log judged against caps: by a person, of any run.
public struct LogJudgment: Sendable {
    /// What the log is judged by.
    public enum Caps: Sendable {
        /// The same for every device.
        case stated(StatedCaps)
        /// Those of `device_caps` as they are now, in the database of this URL.
        case database(String)
    }

    private let verdict: Verdict

    /// Reads the whole log.
    ///
    /// - Parameter deduplicating: dialects whose gateway sends a repeated key once.
    /// - Throws: when the log cannot be read, or the database not reached.
    public init(logPath: String, caps: Caps, deduplicating: Set<String> = []) async throws {
        verdict = try RequestLogJudge.judge(
            path: logPath, plan: try await Self.plan(caps), deduplicatingDialects: deduplicating)
    }

    private static func plan(_ caps: Caps) async throws -> CapPlan {
        switch caps {
        case .stated(let stated): return CapPlan(standard: stated.rules)
        case .database(let url):
            let configuration = try PostgresConfiguration(url, applicationName: "sluice judge")
            return try await PostgresConnection.withConnection(configuration) { connection in
                try await Tables(connection: connection, workspace: nil).capPlan()
            }
        }
    }

    /// No violation, and every line was evidence.
    public var isClean: Bool { verdict.isClean }

    /// The whole verdict, for programs.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return String(decoding: try encoder.encode(Report(isClean: isClean, verdict: verdict)), as: UTF8.self)
    }

    private struct Report: Encodable {
        var isClean: Bool
        var verdict: Verdict
    }

    /// A line for each violation that is listed, then the verdict in one line.
    public var text: String {
        var lines = verdict.duplicates.map {
            "duplicate: \($0.key) was sent \($0.notRefused) times without a refusal and accepted \($0.accepted) times"
        }
        lines += verdict.overlaps.map { "overlap: attempts of \($0.key) were open at the same time" }
        lines += verdict.overCap.map { "over cap: \(Self.words($0)), up to \(Self.time($0.endNanoseconds))" }
        lines += verdict.overOpen.map {
            "over concurrency: \($0.capKey) had \($0.count) open, \($0.cap ?? 0) allowed, at \(Self.time($0.nanoseconds))"
        }
        lines += verdict.fullestWindow.map { "fullest window: \(Self.words($0))" }
        lines.append("judge: \(isClean ? "clean" : "violated") \(verdict)")
        return lines.joined(separator: "\n")
    }

    private static func words(_ use: Verdict.WindowUse) -> String {
        let seconds = String(format: "%g", Double(use.window.nanoseconds) / 1e9)
        return "\(use.capKey) sent \(use.count) of \(use.window.cap) in \(seconds) s"
    }

    private static func time(_ nanoseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).formatted(.iso8601)
    }
}
