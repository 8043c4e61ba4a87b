import Foundation
import Synchronization
import Testing

@testable import SluiceFailpoints

@Suite struct ArmedFailpointsTests {
    /// What acted instead of killing the tests.
    private final class Acts: Sendable {
        private let names = Mutex<[String]>([])
        func note(_ failpoint: Failpoint) { names.withLock { $0.append(failpoint.name) } }
        var all: [String] { names.withLock { $0 } }
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-failpoints-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try body(folder.path)
    }

    @Test func `without notes each acts at its time and once`() {
        let acts = Acts()
        let armed = ArmedFailpoints(
            [Failpoint(.before, .claim, .kill, time: 3), Failpoint(.after, .claim, .stop)], notes: nil, act: acts.note)
        for _ in 0..<6 {
            armed.reach(.before, .claim)
            armed.reach(.before, .reserve)
            armed.reach(.after, .claim)
        }
        #expect(acts.all == ["after-claim=stop", "before-claim=kill"])
    }

    @Test func `a note keeps every process from acting again until it is taken away`() throws {
        try Self.withFolder { folder in
            let acts = Acts()
            let processes = ["a", "b"].map { node in
                ArmedFailpoints(
                    [Failpoint(.before, .settle, .kill, time: 2)], notes: FailpointNotes(folder: folder, node: node),
                    act: acts.note)
            }
            func reachAll() { for process in processes { for _ in 0..<4 { process.reach(.before, .settle) } } }
            reachAll()
            #expect(acts.all == ["before-settle=kill"])
            let note = try String(contentsOfFile: folder + "/before-settle=kill", encoding: .utf8)
            #expect(note.hasPrefix(#"{"node":"a","pid":\#(getpid()),"at":"#))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["before-settle=kill"])
            try FileManager.default.removeItem(atPath: folder + "/before-settle=kill")
            reachAll()
            #expect(acts.all.count == 2)
        }
    }

    @Test func `without a place for its note a failpoint does not act`() {
        let acts = Acts()
        let armed = ArmedFailpoints(
            [Failpoint(.before, .settle, .kill)], notes: FailpointNotes(folder: "/nonexistent", node: "a"),
            act: acts.note)
        armed.reach(.before, .settle)
        #expect(acts.all.isEmpty)
    }
}
