internal import FoundationEssentials

// The forms that a scenario's parts have on a command line.

extension FaultRates {
    /// Reads `accept-then-timeout=0.002`, each fault once.
    public init(arguments: [String]) throws(ConfigurationError) {
        var rates: [Fault: Double] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let rate = Double(parts[1]) else {
                throw ConfigurationError("a fault is NAME=RATE, not \(argument)")
            }
            guard let fault = Fault(rawValue: String(parts[0])) else {
                let names = Fault.allCases.map(\.rawValue).joined(separator: ", ")
                throw ConfigurationError("unknown fault \(parts[0]); there are \(names)")
            }
            guard rates.updateValue(rate, forKey: fault) == nil else {
                throw ConfigurationError("the fault \(fault.rawValue) is given twice")
            }
        }
        try self.init(rates)
    }
}

extension Scenario {
    /// Reads `DEVICE:NAME=RATE`; a device's faults replace the general ones for it.
    public mutating func setDeviceFaults(arguments: [String]) throws(ConfigurationError) {
        var byDevice: [String: [String]] = [:]
        for argument in arguments {
            // The last colon: a device may be named by a JID or an address that has one.
            guard let colon = argument.lastIndex(of: ":"), colon > argument.startIndex else {
                throw ConfigurationError("a device's fault is DEVICE:NAME=RATE, not \(argument)")
            }
            byDevice[String(argument[..<colon]), default: []].append(String(argument[argument.index(after: colon)...]))
        }
        for (device, arguments) in byDevice {
            devices[device, default: DeviceRules()].faults = try FaultRates(arguments: arguments)
        }
    }

    /// Puts devices into a state from the start, for ever.
    public mutating func setState(_ state: DeviceState, ofDevices names: [String]) {
        for name in names { devices[name, default: DeviceRules()].state = state }
    }
}

extension SimulatorConfiguration {
    /// Reads a list of devices: names separated by commas, or `@FILE` with one name a line.
    public static func deviceList(argument: String) throws(ConfigurationError) -> [String] {
        guard argument.hasPrefix("@") else { return argument.split(separator: ",").map(String.init) }
        let path = String(argument.dropFirst())
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
                .split(whereSeparator: \.isNewline).map(String.init)
        } catch {
            throw ConfigurationError("device list \(path): \(error)")
        }
    }

    /// Writes the port to `portFile`, if one is configured, whole or not at all.
    public func writePortFile(_ port: Int) throws(ConfigurationError) {
        guard let portFile else { return }
        do {
            try Data("\(port)\n".utf8).write(to: URL(filePath: portFile), options: .atomic)
        } catch {
            throw ConfigurationError("port file \(portFile): \(error)")
        }
    }
}
