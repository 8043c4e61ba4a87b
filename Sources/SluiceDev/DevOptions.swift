public import PostgresDriver

/// What a private cluster consists of.
public struct DevOptions: Sendable {
    /// Everything of the cluster is in this folder.
    public var dataPath: String
    public var coordinators = 2
    public var shards = 3
    /// At least so many devices exist, named `device-0001` and on.
    public var devices = 3_000
    /// False: new devices get no pause between two sends. True: the schema's 5 to 15 s.
    public var hasGap = true
    /// A gateway that runs elsewhere; nil starts the simulator.
    public var gatewayURL: String?
    /// How to speak to that gateway, as in `gateways.dialect`; the simulator is spoken to as GOWA.
    public var gatewayDialect = "gowa"
    /// The API's port, when it is free; else any other.
    public var apiPort = 3_000
    /// Handed on to the gateway simulator, after what it needs to find its port and log.
    public var simulatorArguments: [String] = []
    /// Set for every node, beside what this process has: shortened windows in a test, for instance.
    public var nodeEnvironment: [String: String] = [:]
    /// Changes the database before the first node starts, as a cap has to be that holds from the first message on.
    public var beforeNodes: @Sendable (PostgresConnection) async throws -> Void = { _ in }
    public var programs: DevPrograms

    public init(dataPath: String, programs: DevPrograms) {
        self.dataPath = dataPath
        self.programs = programs
    }
}

/// Paths of Sluice's own programs.
public struct DevPrograms: Sendable {
    public var sluice: String
    public var simulator: String

    public init(sluice: String, simulator: String) {
        self.sluice = sluice
        self.simulator = simulator
    }

    /// The programs in one build folder.
    public init(folder: String) {
        self.init(sluice: folder + "/sluice", simulator: folder + "/sluice-gateway-simulator")
    }
}
