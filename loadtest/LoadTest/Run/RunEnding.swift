internal import Glibc

/// Why a run ended. Every ending leaves a result; only the first two leave a whole one.
public enum RunEnding: Sendable, Hashable, Codable {
    /// All that was due at the start was accepted.
    case drained
    case timeUp
    case interrupted
    /// The data folder's disk has no room for the database to go on.
    case diskFull(freeMegabytes: Int)
    case gatewayGone
    case clusterGone
    case failed(String)

    public var isWhole: Bool { self == .drained || self == .timeUp }

    public var words: String {
        switch self {
        case .drained: "all that was due was sent"
        case .timeUp: "the time was up"
        case .interrupted: "interrupted; the figures are of the part that ran"
        case .diskFull(let free):
            "the disk of the data folder is full (\(free) MB free); free some space or name another folder with --data"
        case .gatewayGone: "the gateway simulator did not answer for 10 s; its log in the data folder's logs says why"
        case .clusterGone:
            "for 30 s the database did not answer or no shard node was alive; the nodes' and PostgreSQL's logs say why"
        case .failed(let reason): reason
        }
    }
}

extension RunEnding {
    /// Below this PostgreSQL may stop in mid-write any moment.
    private static let leastFreeBytes: UInt64 = 64 << 20

    /// ``diskFull(freeMegabytes:)`` when there is too little room in a folder; nil when there is enough, or when the file
    /// system does not say.
    static func diskFull(in folder: String) -> RunEnding? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        return free < leastFreeBytes ? .diskFull(freeMegabytes: Int(free >> 20)) : nil
    }
}
