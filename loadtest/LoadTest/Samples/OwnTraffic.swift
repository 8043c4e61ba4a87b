internal import Foundation
internal import RequestLog

/// What the request log has of the devices whose names begin alike, from where it ended at the beginning on.
///
/// In a cluster with others the simulator's own counters are of everybody's messages.
struct OwnTraffic {
    private let reader: RequestLogReader
    private let devicePrefix: String
    private var offset: Int64
    private var open: Set<UInt64> = []
    private(set) var counters = Sample.Gateway()

    init(path: String, devicePrefix: String) throws {
        reader = RequestLogReader(path: path)
        self.devicePrefix = devicePrefix
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        offset = size?.int64Value ?? 0
    }

    mutating func readOn() throws {
        var (open, counters) = (open, counters)
        let pass = try reader.read(from: offset) { entry in
            switch entry {
            case .request(let request):
                guard request.device?.hasPrefix(devicePrefix) == true else { return }
                open.insert(request.sequence)
                counters.requests += 1
            case .response(let outcome):
                guard open.remove(outcome.sequence) != nil else { return }
                switch outcome.verdict {
                case .accepted: counters.accepted += 1
                case .refused: counters.refused += 1
                case .dropped: counters.dropped += 1
                case .duplicate: break
                }
            }
        }
        counters.open = open.count
        offset = pass.nextOffset
        (self.open, self.counters) = (open, counters)
    }
}
