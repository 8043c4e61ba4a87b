import SluiceCore
import SluiceWire
import Synchronization

/// The beacons heard, in order.
final class BeaconLog: Sendable {
    private let heard = Mutex<[LeaderBeacon]>([])

    func add(_ beacon: LeaderBeacon) { heard.withLock { $0.append(beacon) } }

    var count: Int { heard.withLock(\.count) }
    var last: LeaderBeacon? { heard.withLock(\.last) }

    /// The reigns, one for each change of leader or term.
    var reigns: [Reign] {
        heard.withLock { beacons in
            beacons.map { Reign(leader: $0.leader, term: $0.term.rawValue) }
                .reduce(into: []) { if $0.last != $1 { $0.append($1) } }
        }
    }

    struct Reign: Hashable {
        var leader: String
        var term: Int64
    }
}
