import FoundationEssentials
import SluiceOperations
import TestSupport
import Testing

@Suite struct TextTests {
    @Test(arguments: [40, 60, 80, 200])
    func aStatusFitsTheTerminal(_ width: Int) async throws {
        try await World.with { world in
            try await world.populate(leads: 2)
            try await world.session.pause(.workspace("default"), reason: nil)
            var reader = StatusReader(
                world.session, natsError: String(repeating: "no route to the server, ", count: 10))
            let text = StatusText.render(await reader.read(), width: width)
            let tooLong = text.split(separator: "\n").filter { $0.count > max(width, 70) }
            #expect(tooLong.isEmpty)
            #expect(text.contains("SLU-502"))
        }
    }

    @Test func namesCannotMoveTheCursor() async throws {
        try await World.with { world in
            try await world.addDevice("no\u{1B}[2Jrth\n")
            let text = DeviceText.render(try await world.session.listDevices(), width: 200)
            #expect(!text.contains("\u{1B}"))
            #expect(text.split(separator: "\n").count == 2)
        }
    }

    @Test func aNarrowTableCutsWhatMayBeCut() async throws {
        try await World.with { world in
            try await world.addDevice("a-device-with-a-very-long-name-indeed")
            let lines = DeviceText.render(try await world.session.listDevices(), width: 90).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 90 })
            #expect(lines.last?.contains("…") == true)
        }
    }

    @Test func theJSONReadsBack() async throws {
        try await World.with { world in
            try await world.populate()
            var reader = StatusReader(world.session, natsError: "off")
            let report = await reader.read()
            let text = try JSONText.pretty(report)
            let back = try JSONText.decoder().decode(StatusReport.self, from: Data(text.utf8))
            #expect(back.findings == report.findings)
            #expect(back.contacts == report.contacts)
            #expect(text.contains("\"code\" : \"SLU-002\""))
        }
    }
}
