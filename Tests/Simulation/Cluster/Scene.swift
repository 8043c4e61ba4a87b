internal import SluiceCore

/// What a run begins with: devices, their sequences, and people at the first step.
enum Scene {
    static func store(
        _ settings: SimulationSettings, start: DatabaseTime, using generator: inout SeededGenerator
    ) -> SimulatedStore {
        var store = SimulatedStore(slots: settings.slots, firstBackoff: settings.firstBackoff)
        for number in 0..<settings.devices {
            // The last two share a key.
            let profile = profile(number, key: min(number, settings.devices - 2), settings)
            store.add(profile)
            for lane in 0..<Int.random(in: 1...2, using: &generator) {
                store.add(sequence(on: profile, lane, of: store.sequences.count, settings, using: &generator))
            }
        }
        for _ in 0..<settings.contacts {
            let sequence = Int.random(in: store.sequences.indices, using: &generator)
            guard let device = store.sequences[sequence].device else { continue }
            let row = store.enroll(
                "", lead: nil, in: sequence, trigger: store.sequences[sequence].steps[0].trigger, on: device,
                due: start + .milliseconds(Int64.random(in: 0...30_000, using: &generator) * Int64(settings.pace)))
            // Most runs have a row or two that the database refuses to write.
            switch Int.random(in: 0..<60, using: &generator) {
            case 0: store.contacts[row].poison = .reserve
            case 1: store.contacts[row].poison = .settle
            default: break
            }
        }
        return store
    }

    private static func sequence(
        on device: DeviceProfile, _ lane: Int, of number: Int, _ settings: SimulationSettings,
        using generator: inout SeededGenerator
    ) -> SequenceRecord {
        let count = Int.random(in: 1...settings.steps, using: &generator)
        let steps = (0..<count).map { step in
            StepRecord(
                trigger: "\(number).\(step)", next: step + 1 < count ? "\(number).\(step + 1)" : nil,
                delay: settings.stepDelay, isEntry: step == 0, text: "")
        }
        return SequenceRecord(
            id: Numbered.uuid(number), workspace: device.workspace, device: device.id,
            priorityClass: PriorityClass(priority: lane * 30 + 1),
            continuesOnUnknown: Bool.random(using: &generator), steps: steps)
    }

    private static func profile(_ number: Int, key: Int, _ settings: SimulationSettings) -> DeviceProfile {
        let windows = settings.windows
        return DeviceProfile(
            id: Numbered.device(number), name: "d\(number)", workspace: "w\(key % 2)", capKey: "key\(key)",
            slot: HashSlot(rawValue: UInt16(key % settings.slots)) ?? HashSlot.all[HashSlot.all.startIndex],
            caps: Caps(
                windows: [
                    .init(length: windows.hour, limit: settings.hourLimit, margin: windows.hourMargin),
                    .init(length: windows.day, limit: settings.dayLimit, margin: windows.dayMargin),
                ], concurrency: 1 + key % 3),
            gap: key % 4 == 1 ? .milliseconds(100) ... .milliseconds(900) : .zero ... .zero,
            gateway: GatewayProfile(
                dialect: number % 3 == 2 ? "webhook" : "gowa", baseURL: "http://h\(number % Hazards.hosts)",
                credentials: [:], httpTimeout: settings.httpTimeout, acceptsLateFor: settings.acceptsLateFor),
            gatewayDevice: "d\(number)", condition: .connected, isPaused: false, historyFrom: nil)
    }
}
