internal import SluiceWire

/// What is wrong with devices. A device that cannot send is a problem when somebody waits for it, else a note: among
/// thousands some are always off.
enum DeviceFindings {
    static func of(_ facts: ClusterFacts) -> [Finding] {
        var found: [Finding] = []
        if let devices = facts.devices {
            found += [
                cannotSend("disconnected", .devicesDisconnected, "not connected", facts),
                cannotSend("logged_out", .devicesLoggedOut, "logged out and must be paired again", facts),
                cannotSend("not_found", .devicesNotFound, "not known to the gateway", facts),
                cannotSend(
                    "credentials_refused", .devicesCredentialsRefused, "refused by the gateway for wrong credentials",
                    facts),
                cannotSend("banned", .devicesBanned, "banned", facts),
            ].compactMap(\.self)
            if devices.withoutGateway.count > 0 {
                found.append(
                    Finding(
                        .devicesWithoutGateway,
                        "\(Words.counted(devices.withoutGateway.count, "device")) name no gateway, and there is no default one: "
                            + Words.list(devices.withoutGateway.names, total: devices.withoutGateway.count)))
            }
            if devices.misconfigured.count > 0 {
                found.append(
                    Finding(
                        .devicesMisconfigured,
                        "\(Words.counted(devices.misconfigured.count, "device")) send nothing, because their settings cannot be used: "
                            + Words.list(devices.misconfigured.names, total: devices.misconfigured.count)))
            }
        }
        let breakers = Set(facts.replies.compactMap(\.shard).flatMap(\.openBreakers)).sorted()
        if !breakers.isEmpty {
            found.append(
                Finding(.breakerOpen, "gateways that fail and are left alone for now: \(Words.list(breakers))"))
        }
        return found
    }

    private static func cannotSend(
        _ state: String, _ code: FindingCode, _ words: String, _ facts: ClusterFacts
    ) -> Finding? {
        guard let group = facts.devices?.byState[state], group.count > 0 else { return nil }
        let waiting = facts.lanes?.dueByReason["device_\(state)"] ?? 0
        let names = Words.list(group.names, total: group.count)
        return Finding(
            code, waiting > 0 ? .problem : .note,
            "\(Words.counted(group.count, "device", "is", "are")) \(words)"
                + (waiting > 0
                    ? ", and \(Words.counted(waiting, "due contact", "waits", "wait")) for "
                        + (group.count == 1 ? "it: " : "them: ")
                    : ": ") + names)
    }
}
