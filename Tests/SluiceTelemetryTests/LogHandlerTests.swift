import Foundation
import Logging
import Synchronization
import Testing

@testable import SluiceTelemetry

@Suite struct LogHandlerTests {
    @Test func `a JSON line holds level, message and typed metadata`() throws {
        let object = try #require(
            try parsed { logger in
                logger.warning(
                    "settled",
                    metadata: [
                        "count": .stringConvertible(1_234_567), "recipient": "4915112345623",
                        "message_id": "1234567-2-1",
                    ])
            })
        #expect(object["level"] as? String == "warning")
        #expect(object["message"] as? String == "settled")
        #expect(object["logger"] as? String == "test")
        #expect(object["count"] as? Int == 1_234_567)
        #expect(object["recipient"] as? String == "49…23")
        #expect(object["message_id"] as? String == "1234567-2-1")
        let time = try #require(object["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test func `control characters cannot forge a line`() throws {
        let lines = self.lines(asJSON: true) { $0.info("a\nb", metadata: ["x": "\u{1B}[2J\"\\\r\n{}"]) }
        #expect(lines.count == 1)
        #expect(lines[0].filter { $0 == "\n" }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(object?["x"] as? String == "\u{1B}[2J\"\\\r\n{}")

        let text = self.lines(asJSON: false) { $0.info("a\nb", metadata: ["x": "\u{1B}[2J"]) }
        #expect(text[0].filter { $0 == "\n" }.count == 1)
        #expect(!text[0].contains("\u{1B}"))
    }

    @Test func `metadata cannot replace the line's own keys`() throws {
        let object = try #require(try parsed { $0.info("real", metadata: ["message": "other", "time": "now"]) })
        #expect(object["message"] as? String == "real")
        #expect(object["metadata.message"] as? String == "other")
    }

    @Test func `nested metadata and errors are masked too`() throws {
        struct Failure: Error, CustomStringConvertible { var description: String { "refused 4915112345623" } }
        let object = try #require(
            try parsed { logger in
                logger.error(
                    "failed", error: Failure(), metadata: ["list": ["60123456789"], "map": ["phone": "60123456789"]])
            })
        #expect(object["error"] as? String == "refused 49…23")
        #expect(object["list"] as? [String] == ["60…89"])
        #expect((object["map"] as? [String: String])?["phone"] == "60…89")
    }

    @Test func `a huge value is cut and the line stays JSON`() throws {
        var metadata: Logger.Metadata = [:]
        for index in 0..<20 { metadata["k\(index)"] = .string(String(repeating: "x", count: 1_000_000)) }
        let lines = self.lines(asJSON: true) { [metadata] in $0.info("big", metadata: metadata) }
        #expect(lines[0].utf8.count < LogLine.byteLimit + 100)
        let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(object?["truncated"] as? Bool == true)
    }

    @Test func `lines below the level are not written`() {
        #expect(lines(asJSON: false) { $0.debug("hidden") }.isEmpty)
        #expect(lines(asJSON: false) { $0.notice("shown", metadata: ["a": "b c"]) }[0].hasSuffix("shown  a=\"b c\"\n"))
    }

    private func lines(asJSON: Bool, _ body: (Logger) -> Void) -> [String] {
        let written = Written()
        let logger = Logger(label: "test") { label in
            SluiceLogHandler(label: label, asJSON: asJSON, level: .info) { written.append($0) }
        }
        body(logger)
        return written.all
    }

    private func parsed(_ body: (Logger) -> Void) throws -> [String: Any]? {
        let line = try #require(lines(asJSON: true, body).first)
        return try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
}

private final class Written: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
