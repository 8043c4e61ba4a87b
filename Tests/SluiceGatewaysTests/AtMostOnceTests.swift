import FoundationEssentials
import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// Many sends against a server that fails at random, with random deadlines and cancellations, through too few
/// connections: what the server received and what the client concluded must agree for every single message.
@Suite struct AtMostOnceTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    private static let sends = 600

    /// What happens to one send, drawn before the run so that only the seed and the scheduler matter.
    private struct Plan: Sendable {
        var contact: UUID
        var startWithin: Duration
        var httpTimeout: Duration
        var cancelAfter: Duration?

        init(index: Int, random: inout SeededGenerator) {
            contact = makeContact(index)
            startWithin = .milliseconds(Int.random(in: 0...60, using: &random))
            httpTimeout = .milliseconds(Int.random(in: 10...120, using: &random))
            cancelAfter = Bool.random(using: &random) ? nil : .milliseconds(Int.random(in: 0...60, using: &random))
        }
    }

    private static func script(_ random: inout SeededGenerator) -> [ScriptedServer.Step] {
        var steps: [ScriptedServer.Step] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            steps += [.awaitRequest, .pause(.milliseconds(Int.random(in: 0...20, using: &random)))]
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return steps + [.close]
            case 1: return steps + [.send(String(ok.prefix(25))), .close]
            case 2: return steps + [.stall]
            default: steps.append(.send(ok))
            }
        }
        return steps + [.close]
    }

    @Test(arguments: [TestSeed.base, 1])
    func conclusionsAgreeWithTheServer(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let scripts = (0..<2_000).map { _ in Self.script(&random) }
        let plans = (0..<Self.sends).map { Plan(index: $0, random: &random) }
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = 4
        configuration.connectTimeout = .milliseconds(200)
        try await ScriptedServer.with(scripts: scripts) { server in
            let outcomes = try await withClient(configuration) { client in
                await run(plans, client: client, baseURL: server.baseURL)
            }
            try await eventually("all connections end") { server.endings.count == server.connections }
            let arrivals = Dictionary(grouping: server.requests.compactMap(Self.key), by: \.self).mapValues(\.count)
            var classes: Set<String> = []
            var disagreements: [String] = []
            for (plan, outcome) in zip(plans, outcomes) {
                let key = MessageID(contact: ContactID(rawValue: plan.contact), generation: 2, moves: 1).description
                let (name, allowed) = Self.allowedArrivals(outcome)
                classes.insert(name)
                if !allowed.contains(arrivals[key] ?? 0) {
                    disagreements.append("\(key): \(outcome.summary), but arrived \(arrivals[key] ?? 0) times")
                }
            }
            #expect(disagreements == [], "\(TestSeed.name)")
            // A run in which a class never occurs proves nothing about it.
            #expect(classes == ["sent", "unwritten", "unknown"], "\(TestSeed.name)")
        }
    }

    /// How often a message with this outcome may have reached the server.
    private static func allowedArrivals(_ outcome: Outcome) -> (class: String, count: ClosedRange<Int>) {
        switch outcome {
        case .sent: ("sent", 1...1)
        case .aborted, .refused: ("unwritten", 0...0)
        case .unknown: ("unknown", 0...1)
        }
    }

    private func run(_ plans: [Plan], client: GatewayClient, baseURL: String) async -> [Outcome] {
        await withTaskGroup(of: (Int, Outcome).self) { workers in
            var outcomes = [Outcome?](repeating: nil, count: plans.count)
            var next = 0
            for _ in 0..<24 {
                let index = next
                next += 1
                workers.addTask { (index, await send(plans[index], client: client, baseURL: baseURL)) }
            }
            for await (index, outcome) in workers {
                outcomes[index] = outcome
                guard next < plans.count else { continue }
                let index = next
                next += 1
                workers.addTask { (index, await send(plans[index], client: client, baseURL: baseURL)) }
            }
            return outcomes.compactMap { $0 }
        }
    }

    private func send(_ plan: Plan, client: GatewayClient, baseURL: String) async -> Outcome {
        let device = makeDevice("webhook", baseURL: baseURL, httpTimeout: plan.httpTimeout)
        return await withTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                await client.send(
                    makeReservation(contact: plan.contact), on: device, latestStart: monotonicNow() + plan.startWithin)
            }
            if let delay = plan.cancelAfter {
                group.addTask {
                    // Woken early by the group's own cancellation, which is the end it waits for.
                    try? await Task.sleep(for: delay)
                    return nil
                }
            }
            var outcome: Outcome?
            for await result in group {
                if let result { outcome = result }
                group.cancelAll()
            }
            return outcome ?? .aborted(code: "no outcome")
        }
    }

    private static func key(_ request: String) -> String? {
        request.split(separator: "\r\n").first { $0.hasPrefix("Idempotency-Key: ") }.map { String($0.dropFirst(17)) }
    }
}
