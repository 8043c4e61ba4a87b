import FoundationEssentials
import SluiceCore
import SluiceWire
import Subprocess
import TestSupport
import Testing

/// `protoc` itself as the judge: what it reads in our bytes, and what we read in its bytes.
@Suite struct ProtocOracleTests {
    /// Tests/SluiceWireTests/<this file>, three levels below the checkout.
    static let checkout = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    private func protoc(_ mode: String, _ message: String, _ input: [UInt8]) async throws -> [UInt8] {
        let result = try await run(
            .name("protoc"),
            arguments: [
                "--proto_path=\(Self.checkout)/proto", "--\(mode)=sluice.v1.\(message)",
                "sluice/v1/dispatch.proto", "sluice/v1/credit.proto", "sluice/v1/leader.proto", "sluice/v1/wake.proto",
                "sluice/v1/status.proto", "sluice/v1/device.proto",
            ],
            input: .array(input), output: .bytes(limit: 1 << 20), error: .string(limit: 1 << 16))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput
    }

    @Test func protocReadsOurBytesAndWeReadProtocs() async throws {
        for message in Sample.all {
            let text = try await protoc("decode", message.name, message.bytes)
            // A number instead of a name is how protoc shows a field it does not know.
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
            #expect(lines.allSatisfy { $0.drop { $0 == " " }.first?.isNumber != true }, "\(message.name)")
            let again = try await protoc("encode", message.name, text)
            #expect(try message.recoded(again) == message.bytes, "\(message.name)")
        }
    }

    @Test func aMessageWrittenByHandIsRead() async throws {
        let text = """
            node: 19 term: 7 sequence: 3 whole_from: 2
            credits { device: "0123456789abcdef" epoch: 2 capacity: 80 consumed: 5 }
            lanes { lane: 12 due_us: 1700000000000000 }
            """
        let report = try CreditReport(decoding: await protoc("encode", "CreditReport", Array(text.utf8)))
        #expect(report.node.rawValue == 19)
        #expect(report.term.rawValue == 7)
        #expect(report.sequence == 3)
        #expect(report.wholeFrom == 2)
        #expect(report.credits.map(\.capacity) == [80])
        #expect(report.credits[0].device.rawValue.uuidString == "30313233-3435-3637-3839-616263646566")
        #expect(report.lanes.map(\.lane.rawValue) == [12])
        #expect(report.lanes.map(\.due.microseconds) == [1_700_000_000_000_000])
    }

    @Test func theCommittedCodeIsWhatTheProtoFilesSay() async throws {
        let result = try await run(
            .name("sh"), arguments: ["\(Self.checkout)/scripts/generate-wire", "--check"], output: .discarded,
            error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "\(result.standardError)")
    }
}
