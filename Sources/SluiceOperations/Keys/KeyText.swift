internal import FoundationEssentials

/// API keys as a table.
public enum KeyText {
    public static func render(_ keys: [APIKeyLine], width: Int) -> String {
        guard !keys.isEmpty else { return "there are no API keys: the API listens on loopback addresses only\n" }
        var table = TextTable([
            .init(title: "ID"), .init(title: "NAME", shrinks: true), .init(title: "WORKSPACE", shrinks: true),
            .init(title: "MAY"), .init(title: "CREATED"), .init(title: "REVOKED"),
        ])
        for key in keys {
            table.add([
                key.id.uuidString.lowercased(), key.name, key.workspace == "*" ? "all" : key.workspace,
                key.scopes.map(\.rawValue).joined(separator: " "), Words.time(key.created),
                key.revoked.map(Words.time) ?? "",
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }
}
