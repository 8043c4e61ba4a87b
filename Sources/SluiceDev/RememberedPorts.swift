/// The ports a folder's servers used last, so that a connection string stays good over restarts. It gives none away
/// twice.
struct RememberedPorts: Sendable {
    private var ports: [String: Int] = [:]
    private var given: Set<Int> = []

    init(_ folder: DataFolder) {
        for line in (folder.read(folder.ports) ?? "").split(separator: "\n") {
            let parts = line.split(separator: "=")
            if parts.count == 2, let port = Int(parts[1]), (1...65_535).contains(port) {
                ports[String(parts[0])] = port
            }
        }
    }

    /// The port for `name`: the one used last when it is free, else `first`, else any.
    mutating func take(_ name: String, first: Int? = nil) throws(DevError) -> Int {
        let port = try give(preferring: ports[name] ?? first)
        ports[name] = port
        return port
    }

    /// Any, for what nobody writes down.
    mutating func takeAny() throws(DevError) -> Int { try give(preferring: nil) }

    private mutating func give(preferring wanted: Int?) throws(DevError) -> Int {
        let port = try LocalPort.free(preferring: wanted, except: given)
        given.insert(port)
        return port
    }

    func save(_ folder: DataFolder) throws(DevError) {
        let lines = ports.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        try folder.write(lines.joined(separator: "\n") + "\n", to: folder.ports)
    }
}
