/// Something that a scenario let happen to the cluster, for the charts to mark.
public struct RunIncident: Sendable, Codable, Hashable {
    /// Since the release of the work.
    public var seconds: Double
    /// A few words.
    public var words: String

    init(_ nanoseconds: Int64, since release: Int64, _ words: String) {
        seconds = Double(nanoseconds - release) / 1e9
        self.words = words
    }
}

extension RunRecord.State {
    /// In order of time.
    func incidents(since release: Int64) -> [RunIncident] {
        var found: [RunIncident] = []
        if let loss {
            found.append(RunIncident(loss.killed, since: release, "\(loss.node) killed"))
            found.append(RunIncident(loss.leaseEnds, since: release, "its lease ends"))
        }
        if let snapshotHeld {
            found.append(RunIncident(snapshotHeld.lowerBound, since: release, "snapshot held"))
            found.append(RunIncident(snapshotHeld.upperBound, since: release, "let go"))
        }
        return found.sorted { $0.seconds < $1.seconds }
    }
}
