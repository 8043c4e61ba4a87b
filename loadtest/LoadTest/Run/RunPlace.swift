internal import Foundation
internal import SluiceDev

/// Where a run takes place: whom it talks to, and what there is its own.
struct RunPlace: Sendable {
    var databaseURL: String
    /// As the shards reach it.
    var gatewayURL: String
    /// As this program reaches its controls.
    var controlURL: String
    /// The simulator's request log.
    var requestLog: String
    /// Every row that the run makes belongs to it.
    var workspace: String
    /// What the run pauses: its workspace, or everything where everything is its own.
    var pauseScope: String
    /// What the names of its devices begin with.
    var devicePrefix: String
    /// Where the nodes answer `/metrics`, by whatever tells them apart.
    var nodeURLs: [String: String]
    /// The private cluster's folder; nil where the run started nothing: processes and disks are somebody else's then.
    var dataPath: String?

    /// A cluster that was started for the run.
    init(_ environment: DevEnvironment, dataPath: String) {
        databaseURL = environment.databaseURL
        gatewayURL = environment.gatewayURL
        controlURL = environment.gatewayURL
        requestLog = Self.requestLog(in: dataPath)
        workspace = "default"
        pauseScope = "*"
        devicePrefix = ""
        nodeURLs = environment.healthPorts.mapValues { "http://127.0.0.1:\($0)" }
        self.dataPath = dataPath
    }

    /// A cluster that runs already.
    ///
    /// - Parameter token: of this run alone, so that the request log tells it from the ones before.
    init(_ cluster: NamedCluster, token: String) {
        databaseURL = cluster.databaseURL
        gatewayURL = cluster.gatewayURL
        controlURL = cluster.controlURL
        requestLog = cluster.requestLog
        workspace = OwnRows.workspace
        pauseScope = OwnRows.workspace
        devicePrefix = "loadtest-\(token)-"
        nodeURLs = Dictionary(cluster.nodeURLs.map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func requestLog(in dataPath: String) -> String { dataPath + "/gateway-requests.jsonl" }
}
