import Foundation
import GatewaySimulator
import RequestLog
import Testing

@Suite struct LogTests {
    @Test func bothLinesAreInTheFileWhenTheAnswerArrives() async throws {
        try await withSimulator { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            for index in 1...60 {
                try await connection.send(.gowa(key: "k-\(index)"))
                guard case .response = try await connection.receive() else { throw Unanswered() }
                let entries = try simulator.entries()
                #expect(entries.count == 2 * index)
                #expect(entries.suffix(2).map(\.sequence) == [UInt64(index), UInt64(index)])
            }
            let instants = try simulator.entries().map(\.nanoseconds)
            #expect(zip(instants, instants.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test func aRequestThatIsNotReadCompletelyIsNotLogged() async throws {
        try await withSimulator { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            try await connection.send(bytes: TestRequest.gowa().bytes.dropLast())
            connection.hangUp()
            #expect(try await simulator.response(.gowa()).status == 200)
            #expect(try simulator.requests().count == 1)
        }
    }

    @Test func aRestartContinuesTheLog() async throws {
        try await withTemporaryLog { log in
            var configuration = SimulatorConfiguration(logPath: log)
            configuration.scenario.latency = .stress
            try await GatewaySimulator.withRunning(configuration) { simulator async throws in
                _ = try await simulator.response(.webhook(key: "before"))
            }
            // A process that died: one request without a response, and half a line.
            var tail: [UInt8] = []
            let lost = ReceivedRequest(sequence: 2, nanoseconds: 4_000_000_000_000_000_000, device: "d", key: "lost")
            RequestLogEntry.request(lost).append(to: &tail)
            let handle = try FileHandle(forWritingTo: URL(filePath: log))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(tail) + Data(#"{"event":"response","seq":2,"ns"#.utf8))
            try handle.close()

            try await GatewaySimulator.withRunning(configuration) { simulator async throws in
                #expect(try await simulator.response(.webhook(key: "before")).status == 409)
                #expect(try await simulator.response(.webhook(key: "after")).status == 200)
                #expect(try simulator.requests().map(\.sequence) == [1, 2, 3, 4])
                let dropped = try #require(try simulator.outcomes().first { $0.sequence == 2 })
                #expect(dropped.verdict == .dropped && dropped.code == RequestLogFormat.processDied)
                #expect(dropped.nanoseconds > lost.nanoseconds)
            }
            let verdict = try RequestLogJudge.judge(path: log, plan: CapPlan(), deduplicatingDialects: ["webhook"])
            #expect(verdict.isClean)
            #expect(verdict.tornBytes == 0)
            #expect(verdict.unfinished == 0)
        }
    }

    @Test func stoppingConcludesWhatIsOpen() async throws {
        try await withTemporaryLog { log in
            var configuration = SimulatorConfiguration(logPath: log)
            configuration.scenario.latency = LatencyProfile(
                text: .fixed(milliseconds: 60_000), image: .fixed(milliseconds: 0))
            let connections = try await GatewaySimulator.withRunning(configuration) { simulator async throws in
                var connections: [TestConnection] = []
                for phone in ["60123456789", "60123456780"] {
                    connections.append(try TestConnection.open(port: simulator.port))
                    try await connections.last?.send(.gowa(phone: phone))
                }
                try await eventually("received") { try await simulator.statistic("open") == 2 }
                return connections
            }
            #expect(connections.count == 2)
            let verdict = try RequestLogJudge.judge(path: log, plan: CapPlan())
            #expect((verdict.sends, verdict.dropped, verdict.unfinished) == (2, 2, 0))
        }
    }

    @Test func aLogThatCannotBeWrittenStopsTheSimulator() async throws {
        let configuration = SimulatorConfiguration(logPath: "/dev/full")
        await #expect(throws: LogFileError.self) {
            try await GatewaySimulator.withRunning(configuration) { simulator async throws in
                let reception = try await simulator.reception(.gowa(phone: SandboxRecipients.prefix + "400"))
                #expect(reception == .reset || reception == .closed)
                try await simulator.untilStopped()
            }
        }
    }

    @Test func aFolderThatIsNotThereIsAnError() async throws {
        await #expect(throws: LogFileError.self) {
            try await GatewaySimulator.withRunning(SimulatorConfiguration(logPath: "/nowhere/at/all.log")) { _ in }
        }
    }
}
