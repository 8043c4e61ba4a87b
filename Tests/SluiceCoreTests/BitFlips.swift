import SluiceCore

/// Messages of the bus with one bit flipped in one of their numbers.
extension SeededGenerator {
    mutating func flipped(_ value: Int64) -> Int64 { value ^ (1 << Int64.random(in: 0..<63, using: &self)) }

    mutating func flipped(_ report: CreditReport) -> CreditReport {
        var report = report
        switch Int.random(in: 0..<7, using: &self) {
        case 0: report.node.rawValue = flipped(report.node.rawValue)
        case 1: report.term.rawValue = flipped(report.term.rawValue)
        case 2: report.sequence = flipped(report.sequence)
        case 3: report.wholeFrom = flipped(report.wholeFrom)
        default:
            guard let index = report.credits.indices.randomElement(using: &self) else { break }
            switch Int.random(in: 0..<3, using: &self) {
            case 0: report.credits[index].epoch.rawValue = flipped(report.credits[index].epoch.rawValue)
            case 1: report.credits[index].consumed = flipped(report.credits[index].consumed)
            default: report.credits[index].capacity = Int(flipped(Int64(report.credits[index].capacity)) & 0xFFFF_FFFF)
            }
        }
        return report
    }

    mutating func flipped(_ event: ShardEvent) -> ShardEvent {
        switch event {
        case .beacon(var term, var assignment, var control, var isAsked):
            switch Int.random(in: 0..<4, using: &self) {
            case 0: term.rawValue = flipped(term.rawValue)
            case 1: assignment = flipped(assignment)
            case 2: isAsked.toggle()
            default: control = flipped(control)
            }
            return .beacon(
                term: term, assignmentVersion: assignment, controlVersion: control, isAsked: isAsked)
        case .batch(let batch): return .batch(flipped(batch))
        default: return event
        }
    }

    private mutating func flipped(_ batch: DispatchBatch) -> DispatchBatch {
        var batch = batch
        switch Int.random(in: 0..<5, using: &self) {
        case 0: batch.id.rawValue = flipped(batch.id.rawValue)
        case 1: batch.owner.rawValue = flipped(batch.owner.rawValue)
        case 2: batch.expiresAt = DatabaseTime(microseconds: flipped(batch.expiresAt.microseconds))
        default:
            guard let index = batch.claims.indices.randomElement(using: &self) else { break }
            if Bool.random(using: &self) {
                batch.claims[index].epoch.rawValue = flipped(batch.claims[index].epoch.rawValue)
            } else {
                batch.claims[index].batch.rawValue = flipped(batch.claims[index].batch.rawValue)
            }
        }
        return batch
    }
}
