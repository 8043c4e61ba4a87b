extension Scenario {
    /// Takes every key that there is; what is wrong is left in the reader.
    init(_ reader: inout ScenarioReader, name: String) {
        self.name = reader.text("name", default: name)
        about = reader.text("about", default: "")
        regime = reader.choice("regime", default: .fidelity)
        duration = reader.seconds("duration", in: 1...43_200, default: 60)
        measureAfter = reader.seconds("measure.after", in: 0...43_200, default: 0)
        hasFloors = reader.flag("measure.floors", default: false)
        if hasFloors, regime != .stress {
            reader.report("measure.floors", "needs regime = \"stress\": a gateway that takes its time has no floor")
        }
        peers = reader.texts("measure.peers")
        if !peers.isEmpty, !hasFloors {
            reader.report("measure.peers", "needs measure.floors = true: a request's time is left out")
        }
        fanOut = reader.whole("measure.fan_out", in: 0...10_000_000, default: 0)
        readCluster(&reader)
        readCaps(&reader)
        readGateway(&reader)
        readWork(&reader)
        readIncidents(&reader)
        readSeries(&reader)
        targets = reader.section("targets").compactMap { Target($0, &reader) }
        readExplanations(&reader)
        _ = reader.section("short")
        reader.reportUnknownKeys()
        // Beside values that could not be read it would compare what nobody wrote.
        if reader.problems.isEmpty { checkTogether(&reader) }
    }

    private mutating func readCluster(_ reader: inout ScenarioReader) {
        cluster.shards = reader.whole("cluster.shards", in: 1...20, default: 3)
        cluster.coordinators = reader.whole("cluster.coordinators", in: 1...5, default: 2)
        cluster.devices = reader.whole("cluster.devices", in: 1...1_000_000, default: 3_000)
        cluster.hasGap = reader.flag("cluster.gap", default: false)
    }

    private mutating func readCaps(_ reader: inout ScenarioReader) {
        let standard = regime == .stress ? Caps.lifted : nil
        if regime == .stress {
            for key in ["caps.hourly", "caps.daily", "caps.hour", "caps.day"] where reader.has(key) {
                reader.report(key, "has no place in a stress run, which lifts the caps; write regime = \"fidelity\"")
            }
        }
        caps.hourly = reader.whole("caps.hourly", in: 1...Caps.lifted, default: standard ?? 80)
        caps.daily = reader.whole("caps.daily", in: 1...Caps.lifted, default: standard ?? 800)
        caps.concurrent = reader.whole("caps.concurrent", in: 1...10_000, default: regime == .stress ? 50 : 2)
        caps.hour = reader.seconds("caps.hour", in: 1...3_600, default: 3_600)
        caps.day = reader.seconds("caps.day", in: 1...86_400, default: 86_400)
        if caps.hour > caps.day { reader.report("caps.day", "is not shorter than caps.hour") }
    }

    private mutating func readGateway(_ reader: inout ScenarioReader) {
        gateway.latency = reader.text("gateway.latency", default: regime == .stress ? "0" : "350ms/3s")
        gateway.timeout = reader.seconds("gateway.timeout", in: 0.1...600, default: 10)
        gateway.lateAccept = reader.seconds("gateway.late_accept", in: 0...600, default: 5)
        gateway.faults = reader.texts("gateway.faults")
        if regime == .stress, !gateway.faults.isEmpty {
            reader.report("gateway.faults", "have no place in a stress run; write regime = \"fidelity\"")
        }
        for fault in gateway.faults {
            let parts = fault.split(separator: "=")
            guard parts.count == 2, let share = Double(parts[1]), (0...1).contains(share) else {
                reader.report("gateway.faults", #"are names and shares from 0 to 1, such as ["refuse-429=0.01"]"#)
                break
            }
        }
    }

    private mutating func readWork(_ reader: inout ScenarioReader) {
        let most = 100_000_000
        backlog.contacts = reader.whole("backlog.contacts", in: 0...most, default: 0)
        backlog.hot = reader.whole("backlog.hot", in: 0...most, default: 0)
        backlog.later = reader.whole("backlog.later", in: 0...most, default: 0)
        backlog.pausedPerDevice = reader.whole("backlog.paused_per_device", in: 0...100_000, default: 0)
        backlog.history = reader.whole("backlog.history", in: 0...most, default: 0)
        triggers.by = reader.choice("triggers.by", default: .lead)
        triggers.rate = reader.number("triggers.rate", in: 0...100_000, default: 0)
        triggers.devices = reader.whole("triggers.devices", in: 0...1_000_000, default: 0)
    }

    private mutating func readIncidents(_ reader: inout ScenarioReader) {
        let node = reader.text("incidents.kill", default: "")
        incidents.kill = node.isEmpty ? nil : node
        incidents.killAt = reader.seconds("incidents.kill_at", in: 0...43_200, default: 0)
        incidents.holdAt = reader.seconds("incidents.hold_at", in: 0...43_200, default: 0)
        incidents.holdFor = reader.seconds("incidents.hold_for", in: 0...43_200, default: 0)
        let nodes =
            (1...cluster.shards).map { "shard-\($0)" } + (1...cluster.coordinators).map { "coordinator-\($0)" }
        if let kill = incidents.kill, !nodes.contains(kill) {
            reader.report("incidents.kill", "names no node of this cluster, which has \(nodes.joined(separator: ", "))")
        }
    }

    private mutating func readSeries(_ reader: inout ScenarioReader) {
        let key = reader.text("series.key", default: "")
        let values = reader.list("series.values").map(ScenarioText.words)
        if !key.isEmpty, !values.isEmpty { series = Series(key: key, values: values) }
        if key.isEmpty != values.isEmpty {
            reader.report(key.isEmpty ? "series.values" : "series.key", "needs both: series.key and series.values")
        }
    }

    private mutating func readExplanations(_ reader: inout ScenarioReader) {
        for entry in reader.section("explain") {
            let figure = String(entry.key.dropFirst("explain.".count))
            guard let place = targets.firstIndex(where: { $0.figure == figure }) else {
                reader.report(entry, "explains no figure of [targets]")
                continue
            }
            guard case .text(let text) = entry.value else {
                reader.report(entry, "is a text in double quotes")
                continue
            }
            targets[place].explanation = text
        }
    }

    /// What is right by itself and wrong beside the rest.
    private func checkTogether(_ reader: inout ScenarioReader) {
        if triggers.devices >= cluster.devices, triggers.devices > 0 {
            reader.report("triggers.devices", "leaves no device of cluster.devices = \(cluster.devices) to the backlog")
        }
        if triggers.rate > 0, triggers.devices == 0 {
            reader.report("triggers.rate", "needs triggers.devices, the devices that the triggers go to")
        }
        if triggers.rate == 0, dueAtStart == 0 {
            reader.report("backlog.contacts", "or triggers.rate has to be above 0: there is nothing to send")
        }
        if measureAfter >= duration {
            reader.report("measure.after", "is shorter than duration, or nothing is measured")
        }
        for (key, at) in [("incidents.kill_at", incidents.killAt), ("incidents.hold_at", incidents.holdAt)]
        where at >= duration {
            reader.report(key, "is within the run's duration")
        }
    }
}

extension Target {
    fileprivate init?(_ entry: ScenarioText.Entry, _ reader: inout ScenarioReader) {
        let name = String(entry.key.dropFirst("targets.".count))
        guard FigureName.isKnown(name) else {
            let near = ScenarioReader.nearest(name, of: FigureName.all.map(\.name))
            reader.report(entry, "is no figure" + (near.map { "; did you mean \($0)?" } ?? ""))
            return nil
        }
        guard case .text(let text) = entry.value, let bound = Bound(rawValue: String(text.prefix(2))),
            let value = Double(text.dropFirst(2).drop { $0 == " " })
        else {
            reader.report(entry, #"is a bound in quotes, such as ">= 0.8" or "<= 50""#)
            return nil
        }
        self.init(figure: name, bound: bound, value: value)
    }
}
