internal import FoundationEssentials
internal import SluiceCore

extension FuzzSubject {
    /// Small languages that users write: flows, patterns of times, times, templates, JSON that is passed on.
    static let texts = [flow, cron, offsetTime, template, json]

    /// A flow that can be used is compiled to steps that lead to one another and wait for no longer than they may.
    private static let flow = FuzzSubject(
        "flow", .text,
        examples: [
            #"{"nodes":[{"id":"a","type":"message","data":{"text":"Hi","mediaUrl":"https://e.example/a.png"}},{"id":"w","type":"wait","data":{"duration":2,"timeUnit":"minutes"}},{"id":"b","type":"message","data":{"text":"Bye"}}],"edges":[{"source":"a","target":"w"},{"source":"w","target":"b"}]}"#,
            #"{"nodes":[{"id":1,"type":"start"},{"id":2,"type":"message","data":{"text":"x"}},{"id":3,"type":"condition","data":{"condition":{"field":"niche","equals":"a"}}}],"edges":[{"source":1,"target":2},{"source":2,"target":3},{"source":3,"target":2,"sourceHandle":"no"}]}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        do {
            let graph = try FlowGraph(document: String(decoding: bytes, as: UTF8.self))
            guard graph.problems.isEmpty else { return false }
            let compiled = try CompiledFlow(graph)
            let nodes = Set(compiled.steps.map(\.node))
            for way in compiled.steps.map(\.next) + [compiled.entry] {
                guard way.node.map(nodes.contains) ?? true else { throw FuzzFinding("a step leads nowhere") }
                // Waits of several nodes one after the other add up.
                guard way.seconds >= 0 else { throw FuzzFinding("a wait of \(way.seconds) s") }
            }
            return true
        } catch let error as FlowCannotBeUsed {
            guard error.problems.allSatisfy({ !$0.message.isEmpty }), !error.problems.isEmpty else {
                throw FuzzFinding("refused without a reason")
            }
            return false
        }
    }

    /// Clocks that change twice a year.
    private struct Seasons: ZoneRules {
        func offset(at instant: Int64) -> Int64 { (instant / 15_768_000).isMultiple(of: 2) ? 3_600 : 7_200 }
    }

    private static let cron = FuzzSubject(
        "cron", .text,
        examples: ["30 8 * * mon-fri", "*/5 0-6,22 1,15 jan-jun 7", "0 9 29 2 *", "@monthly", "59 23 31 12 sun"].map {
            Array($0.utf8)
        }
    ) { bytes in
        guard let pattern = try? CronPattern(String(decoding: bytes, as: UTF8.self)) else { return false }
        let schedule = CronSchedule(pattern: pattern, zone: Seasons())
        for start: Int64 in [0, 1_700_000_000, 1_711_846_799] {
            var time = DatabaseTime(microseconds: start * 1_000_000)
            for _ in 0..<3 {
                guard let next = schedule.next(after: time) else { break }
                guard next > time, next.microseconds.isMultiple(of: 1_000_000) else {
                    throw FuzzFinding("after \(time) comes \(next)")
                }
                time = next
            }
        }
        return true
    }

    /// What is read is written so that it is read as the same.
    private static let offsetTime = FuzzSubject(
        "offset-time", .text,
        examples: [
            "2026-03-29T09:00:00+02:00", "2026-12-31T23:59:59.123456Z", "2026-06-01T09:00-0330",
            "2026-06-01 09:00:00+14",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let time = try? OffsetTime(String(decoding: bytes, as: UTF8.self)) else { return false }
        guard let again = try? OffsetTime("\(time)"), again.offset == time.offset,
            // Milliseconds are written.
            abs(again.time.microseconds - time.time.microseconds) < 1_000
        else { throw FuzzFinding("\(time) is not read again") }
        return true
    }

    private static let template = FuzzSubject(
        "template", .text,
        examples: ["Hi {firstName}, your code is {code}.", "{{literally} {a}{b}", "none"].map { Array($0.utf8) }
    ) { bytes in
        guard let template = try? MessageTemplate(String(decoding: bytes, as: UTF8.self)) else { return false }
        let values = Dictionary(uniqueKeysWithValues: template.placeholders.map { ($0, "{value}") })
        guard (try? template.filled(with: values)) != nil else {
            throw FuzzFinding("what has all values is not filled")
        }
        guard values.isEmpty || (try? template.filled(with: [:])) == nil else {
            throw FuzzFinding("what has no values is filled")
        }
        return true
    }

    /// What is passed on unread says the same to whoever reads it.
    private static let json = FuzzSubject(
        "json", .text,
        examples: [
            #"{"order":17,"tags":["a",null,true,-1.5e3],"who":{"name":"Zoë \"Z\""}}"#, "[]", "12345678901234567",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let value = try? JSONDecoder().decode(RawJSON.self, from: Data(bytes)) else { return false }
        guard let again = try? JSONDecoder().decode(RawJSON.self, from: Data(value.text.utf8)), again == value else {
            throw FuzzFinding("it is not read again")
        }
        return true
    }
}
