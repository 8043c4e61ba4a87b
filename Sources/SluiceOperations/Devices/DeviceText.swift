/// Devices and gateways as tables.
public enum DeviceText {
    public static func render(_ devices: [DeviceLine], width: Int) -> String {
        guard !devices.isEmpty else { return "there is no device; add one with `sluice devices add`\n" }
        var table = TextTable([
            .init(title: "DEVICE", shrinks: true), .init(title: "PHONE", shrinks: true),
            .init(title: "WORKSPACE", shrinks: true), .init(title: "STATE"), .init(title: "CAPS", isRight: true),
            .init(title: "HOUR", isRight: true), .init(title: "DAY", isRight: true),
            .init(title: "WAITING", isRight: true),
            .init(title: "GATEWAY", shrinks: true),
        ])
        for device in devices {
            table.add([
                device.name, device.phone ?? "", device.workspace, device.state, device.caps.description,
                device.usedHour.map { "\($0)" } ?? "?", device.usedDay.map { "\($0)" } ?? "?",
                (device.waitingIsAtLeast ? "≥ " : "") + Words.count(device.waiting), device.gateway ?? "none",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ gateways: [GatewayLine], width: Int) -> String {
        guard !gateways.isEmpty else { return "there is no gateway; add one with `sluice gateways add`\n" }
        var table = TextTable([
            .init(title: "GATEWAY", shrinks: true), .init(title: "DIALECT"), .init(title: "BASE URL", shrinks: true),
            .init(title: "CREDENTIALS", shrinks: true), .init(title: "DEFAULT"), .init(title: "DEVICES", isRight: true),
        ])
        for gateway in gateways {
            table.add([
                gateway.id, gateway.dialect, gateway.baseURL, gateway.credentials.joined(separator: ", "),
                gateway.isDefault ? "yes" : "", Words.count(gateway.devices),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ move: MoveReport, from: String, to: String) -> String {
        let verb = move.isDryRun ? "would move" : "moved"
        var lines = [
            "\(verb) \(Words.counted(move.contacts, "contact")) and \(Words.counted(move.leads, "lead")) from \(from) to \(to)"
        ]
        if move.inFlight > 0 {
            lines.append("\(Words.count(move.inFlight)) in flight stay until they are settled: move again in a minute")
        }
        if !move.sequences.isEmpty {
            lines.append(
                "new enrollments of these sequences still get \(from): \(Words.list(move.sequences, most: 10))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
