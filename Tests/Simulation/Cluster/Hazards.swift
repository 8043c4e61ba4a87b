internal import SluiceCore

/// What is wrong at the moment.
struct Hazards {
    static let hosts = 3

    /// Faults that have begun and not ended, in the order they began in.
    var active: [Fault] = []
    /// Before the heal a few things go wrong without any fault's help.
    var isHealed = false

    /// The chance of the strongest active fault of a kind, in percent; 0 without one.
    func degree(_ kind: Fault.Kind) -> Int {
        active.reduce(0) { $1.kind == kind ? max($0, $1.degree) : $0 }
    }

    /// Whether a fault of this kind strikes a host now.
    func happens(_ kind: Fault.Kind, to host: Int, using generator: inout SeededGenerator) -> Bool {
        let percent = active.reduce(isHealed ? 0 : 1) {
            $1.kind == kind && $1.target % Self.hosts == host ? max($0, $1.degree) : $0
        }
        return percent > 0 && Int.random(in: 0..<100, using: &generator) < percent
    }

    func happens(_ kind: Fault.Kind, using generator: inout SeededGenerator) -> Bool {
        let percent = max(isHealed ? 0 : 1, degree(kind))
        return percent > 0 && Int.random(in: 0..<100, using: &generator) < percent
    }

    func isActive(_ kind: Fault.Kind) -> Bool { active.contains { $0.kind == kind } }

    func isActive(_ kind: Fault.Kind, on node: Int, of count: Int) -> Bool {
        active.contains { $0.kind == kind && $0.target % count == node }
    }
}
