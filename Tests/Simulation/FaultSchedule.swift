internal import SluiceCore

/// The faults of one run, in the order they were drawn in. A list, so that one can be left out.
public struct FaultSchedule: Hashable, Sendable {
    public var faults: [Fault]

    public init(faults: [Fault]) { self.faults = faults }

    /// What a seed draws. Up to a third of the run long each, so that two or three overlap.
    public init(seed: UInt64, settings: SimulationSettings) {
        var generator = SeededGenerator(seed: seed ^ 0x5EED_FA17)
        let end = settings.faultPhase
        let pace = Int64(settings.pace)
        let count = Int.random(in: 1...max(1, settings.faults), using: &generator)
        faults = (0..<count).map { _ in
            let kind = Fault.Kind.allCases.randomElement(using: &generator) ?? .busLossy
            let begins = Int64.random(in: 0..<(end - 1_000 * pace), using: &generator)
            // Often shorter than a lease, sometimes longer.
            let longest: Int64 = (Bool.random(using: &generator) ? 4_000 : 13_000) * pace
            let ends = min(end, begins + Int64.random(in: 200 * pace...longest, using: &generator))
            let degrees =
                switch kind {
                case .shardCrash: 0...(Fault.mostEffects + 18)
                case .coordinatorCrash: 0...(Fault.mostEffects + 10)
                default: 20...100
                }
            return Fault(
                kind: kind, begins: begins, ends: ends, target: Int.random(in: 0..<12, using: &generator),
                degree: Int.random(in: degrees, using: &generator))
        }
    }

    /// Drops faults one by one for as long as `fails` says that the rest still fails.
    public func shrunk(while fails: (FaultSchedule) -> Bool) -> FaultSchedule {
        var smallest = self
        var index = 0
        while index < smallest.faults.count {
            var candidate = smallest
            candidate.faults.remove(at: index)
            if fails(candidate) { smallest = candidate } else { index += 1 }
        }
        return smallest
    }
}
