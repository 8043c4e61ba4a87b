internal import PostgresDriver
public import SluiceCore

/// What became of a wish that somebody sent as a message.
public struct HeededWish: Codable, Hashable, Sendable {
    public var wish: OptOutWords.Wish
    /// The person's digits.
    public var phone: String
    /// Where something changed; `*`: everywhere.
    public var workspaces: [String]
}

extension OperatorSession {
    /// Suppresses who sent a message, or takes back what an earlier message of theirs did.
    ///
    /// It holds where the device is that received the message. When no device of the gateway fits, a stop holds wherever
    /// the gateway has devices, because a wish must not be lost to a setting, and a start changes nothing. A message that
    /// the gateway repeats within a day does nothing more: a late repeat of a start must not undo a later stop.
    ///
    /// - Throws: ``OperationsError/malformedPhone(given:)`` when the sender has no phone number.
    public func heed(
        _ wish: OptOutWords.Wish, of message: InboundMessage, through gateway: String, scope: OptOutScope
    ) async throws -> HeededWish {
        let phone = try PhoneNumber(message.sender ?? "").digits
        return try await onceOfGateway(message, gateway, phone: phone, purpose: wish.rawValue) { session in
            try await session.change { change in
                try await change.heed(wish, of: message, from: phone, through: gateway, scope)
            }
        }
    }
}

extension AuditedTransaction {
    fileprivate func heed(
        _ wish: OptOutWords.Wish, of message: InboundMessage, from phone: String, through gateway: String,
        _ scope: OptOutScope
    ) async throws -> HeededWish {
        let places = try await places(of: message, through: gateway, wish, scope)
        let function = wish == .stop ? "sluice_opt_out" : "sluice_opt_in"
        let changed = try await query("SELECT \(function)($1, $2)", [.string(phone), .stringArray(places)])
            .column(String.self, at: 0).sorted()
        for workspace in changed {
            let details = ["workspace": workspace, "reason": "message", "gateway": gateway]
            switch wish {
            case .stop: try await record("suppressions.add", target: phone, after: details)
            case .start: try await record("suppressions.remove", target: phone, before: details)
            }
        }
        return HeededWish(wish: wish, phone: phone, workspaces: changed)
    }

    /// The workspaces that the wish is about.
    private func places(
        of message: InboundMessage, through gateway: String, _ wish: OptOutWords.Wish, _ scope: OptOutScope
    ) async throws -> [String] {
        if scope == .everywhere, wish == .stop { return ["*"] }
        let rows = try await query(
            """
            SELECT workspace_id, bool_or(received) AS received FROM sluice_devices_at($1, $2, $3) GROUP BY workspace_id
            """, [.string(gateway), .stringArray(message.deviceNames), .string(message.devicePhone)])
        var all: [String] = []
        var receiving: [String] = []
        for row in rows {
            let workspace = try row.decode(String.self, "workspace_id")
            all.append(workspace)
            if try row.decode(Bool.self, "received") { receiving.append(workspace) }
        }
        switch wish {
        case .stop: return receiving.isEmpty ? all : receiving
        case .start: return scope == .everywhere ? receiving + ["*"] : receiving
        }
    }
}
