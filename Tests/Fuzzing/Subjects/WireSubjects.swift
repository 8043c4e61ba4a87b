internal import SluiceWire
internal import TestSupport

extension FuzzSubject {
    /// Each message of the bus: what decodes must come back the same once more, so that nothing half-read passes.
    static let wire: [FuzzSubject] = {
        let names = Set(Sample.all.map(\.name)).sorted()
        return names.map { name in
            let samples = Sample.all.filter { $0.name == name }
            let recoded = samples[0].recoded
            return FuzzSubject("wire.\(name)", .protobuf, examples: samples.map(\.bytes)) { bytes in
                let once: [UInt8]
                do {
                    once = try recoded(bytes)
                } catch is WireError {
                    return false
                }
                guard try recoded(once) == once else { throw FuzzFinding("it differs when it is encoded again") }
                return true
            }
        }
    }()
}
