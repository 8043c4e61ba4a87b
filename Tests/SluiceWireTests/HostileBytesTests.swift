import FoundationEssentials
import SluiceCore
import SluiceWire
import TestSupport
import Testing

/// Bytes that no Sluice of this version wrote.
@Suite struct HostileBytesTests {
    @Test func cutShortAtEveryByteItIsAnErrorOrAShorterMessage() {
        for message in Sample.all {
            for length in 0..<message.bytes.count {
                // A cut between two fields leaves a valid, shorter message: then only missing fields can be noticed.
                let cut = Array(message.bytes[..<length])
                if let recoded = try? message.recoded(cut) { #expect(recoded.count <= message.bytes.count) }
            }
        }
    }

    @Test func aCutInsideAFieldIsUndecodable() {
        let bytes = Sample.beacon.encoded()
        #expect(throws: WireError.undecodable(message: "LeaderBeacon")) {
            try LeaderBeacon(decoding: Array(bytes.dropLast()))
        }
    }

    @Test func fieldsOfANewerVersionAreIgnored() throws {
        // Field 1000: a varint, a text, 4 and 8 fixed bytes.
        let unknown: [[UInt8]] = [
            [0xC0, 0x3E, 0x96, 0x01], [0xC2, 0x3E, 3, 1, 2, 3], [0xC5, 0x3E, 1, 2, 3, 4],
            [0xC1, 0x3E, 1, 2, 3, 4, 5, 6, 7, 8],
        ]
        for message in Sample.all {
            for field in unknown {
                #expect(try message.recoded(message.bytes + field) == message.bytes, "\(message.name)")
                #expect(try message.recoded(field + message.bytes) == message.bytes, "\(message.name)")
            }
        }
    }

    @Test func anUnknownEnumValueIsHeld() {
        #expect(throws: WireError.unknownValue(field: "Wake.reason", value: 9)) { try Wake(decoding: [0x08, 9]) }
        #expect(throws: WireError.missing(field: "Wake.reason")) { try Wake(decoding: []) }
        // The last value of an enum wins: 3 (role), varint 77.
        #expect(throws: WireError.unknownValue(field: "NodeStatus.role", value: 77)) {
            try NodeStatus(decoding: Sample.shardStatus.encoded() + [0x18, 77])
        }
        #expect(throws: WireError.unknownValue(field: "DeviceState.condition", value: 99)) {
            try DeviceState(decoding: Sample.deviceState.encoded() + [0x18, 99])
        }
    }

    @Test func anIDOfAnotherLengthIsRefused() {
        let bytes: [UInt8] = [0x0A, 15] + Array(repeating: 7, count: 15)
        #expect(throws: WireError.wrongLength(field: "DeviceStateRequest.device", bytes: 15)) {
            try DeviceStateRequest(decoding: bytes)
        }
        #expect(throws: WireError.missing(field: "DeviceStateRequest.device")) { try DeviceStateRequest(decoding: []) }
    }

    @Test func aNumberOutOfRangeIsRefused() throws {
        var beacon = Sample.beacon
        beacon.term = Term(rawValue: -1)
        #expect(throws: WireError.outOfRange(field: "LeaderBeacon.term", value: -1)) {
            try LeaderBeacon(decoding: beacon.encoded())
        }
        var report = Sample.report
        report.credits[0].consumed = -5
        #expect(throws: WireError.outOfRange(field: "DeviceCredit.consumed", value: -5)) {
            try CreditReport(decoding: report.encoded())
        }
        // A slot of 4096 in a device's claims: field 4 of the batch, field 2 within.
        let claims: [UInt8] = [0x0A, 16] + Array(repeating: 1, count: 16) + [0x10, 0x80, 0x20, 0x18, 1]
        let batch: [UInt8] = [0x08, 1, 0x10, 1, 0x18, 1, 0x22, UInt8(claims.count)] + claims
        #expect(throws: WireError.outOfRange(field: "DeviceClaims.slot", value: 4096)) {
            try DispatchBatch(decoding: batch)
        }
    }

    @Test func whatIsTooLargeIsRefusedUnread() {
        #expect(throws: WireError.tooLarge(bytes: 1_048_577)) {
            try Wake(decoding: Array(repeating: 0, count: 1_048_577))
        }
        let lanes = Array(repeating: [UInt8](arrayLiteral: 0x12, 0), count: 20_001).flatMap { $0 }
        #expect(throws: WireError.tooMany(field: "Wake.lanes", count: 20_001)) {
            try Wake(decoding: [0x08, 1] + lanes)
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator(seed: TestSeed.base)
        let samples = Sample.all
        for _ in 0..<20_000 {
            let message = samples.randomElement(using: &random)!
            var bytes = message.bytes
            if Bool.random(using: &random) || bytes.isEmpty {
                bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            } else {
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            // What decodes must come back the same once more: nothing half-read passes as a message.
            guard let once = try? message.recoded(bytes) else { continue }
            #expect((try? message.recoded(once)) == once, "\(TestSeed.name)")
        }
    }

    @Test func packingAndUnpackingLeakNothing() throws {
        func round() {
            for message in Sample.all {
                for _ in 0..<2_000 {
                    _ = try? message.recoded(message.bytes)
                    _ = try? message.recoded(message.bytes + [0xFF])
                }
            }
        }
        round()
        // 40,000 messages of about 200 bytes: a leak of one each is 8 MB in every round. Other tests of this process
        // allocate meanwhile, but not that much in each of five rounds.
        let growth = try (1...5).map { _ in
            let before = try residentKilobytes()
            round()
            return try residentKilobytes() - before
        }
        #expect(growth.min()! < 3_000, "\(growth)")
    }

    private func residentKilobytes() throws -> Int {
        let text = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.split(whereSeparator: { " \t".contains($0) })[1]))
    }
}
