internal import Foundation

/// Where results are kept: `NAME-TIME.json`, and the page beside it.
public struct ResultFiles: Sendable {
    private let folder: String

    public init(folder: String) { self.folder = folder }

    /// Writes a result, whole or not at all, and returns the paths of its JSON file and its page.
    ///
    /// - Throws: ``LoadTestError`` that says what to do.
    public func write(_ result: RunResult) throws -> (json: String, page: String) {
        let point = result.point.map { "-" + $0.map { $0.isLetter || $0.isNumber ? $0 : "-" } } ?? ""
        return try write(result, named: result.name + point, result.started) { try ReportPage.html(of: result) }
    }

    /// Writes what came of a suite so far, in place of what was written of it before.
    ///
    /// - Throws: ``LoadTestError`` that says what to do.
    public func write(_ suite: SuiteResult) throws -> (json: String, page: String) {
        try write(suite, named: "suite", suite.started) { SuitePage.html(of: suite) }
    }

    private func write(
        _ content: some Encodable, named name: String, _ started: Date, page: () throws -> String
    ) throws -> (json: String, page: String) {
        let stamp = DateFormatter()
        stamp.dateFormat = "yyyyMMdd-HHmmss"
        stamp.timeZone = TimeZone(identifier: "UTC")
        let base = "\(folder)/\(name)-\(stamp.string(from: started))"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let json = try Self.encoder.encode(content)
            try json.write(to: URL(fileURLWithPath: base + ".json"), options: .atomic)
            try Data(page().utf8).write(to: URL(fileURLWithPath: base + ".html"), options: .atomic)
        } catch {
            throw LoadTestError(
                "the result cannot be written to \(folder): \(error.localizedDescription); free some space or name another folder with --results"
            )
        }
        return (base + ".json", base + ".html")
    }

    /// - Throws: ``LoadTestError`` for what is no result.
    public static func read(_ path: String) throws -> RunResult {
        do {
            let result = try decoder.decode(RunResult.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
            guard result.format == RunResult.currentFormat else {
                throw LoadTestError(
                    "\(path) is of format \(result.format); this program reads \(RunResult.currentFormat)")
            }
            return result
        } catch let error as LoadTestError {
            throw error
        } catch let error as DecodingError {
            throw LoadTestError("\(path) is no result of sluice-loadtest run: \(error)")
        } catch {
            throw LoadTestError("\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
