internal import Crypto
internal import FoundationEssentials
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
        guard let id = message.id else {
            return try await change { change in
                try await change.heed(wish, of: message, from: phone, through: gateway, scope)
            }
        }
        // Not within any workspace that keys of the API have: nobody else can use up the gateway's ids.
        let answer = try await answerOnce(
            workspace: "*webhooks/\(gateway)", key: Self.key(id, phone, wish), requestHash: []
        ) { session in
            let heeded = try await session.change { change in
                try await change.heed(wish, of: message, from: phone, through: gateway, scope)
            }
            return RememberedAnswer(status: 200, body: try JSONText.compact(heeded))
        }
        return try JSONText.decoder().decode(HeededWish.self, from: Data(answer.body.utf8))
    }

    /// Of a bounded length, whatever the gateway calls its messages.
    private static func key(_ id: String, _ phone: String, _ wish: OptOutWords.Wish) -> String {
        let digest = SHA256.hash(data: Data("\(wish.rawValue) \(phone) \(id)".utf8))
        return Data(digest).base64EncodedString()
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
            SELECT d.workspace_id, bool_or(coalesce(c.gateway_device, d.device_name, d.id::text) = ANY ($2)
                OR coalesce(sluice_digits(d.phone) = $3, false)
                OR coalesce(sluice_digits(substring(d.jid FROM '^[0-9]+')) = $3, false)) AS received
            FROM device_caps c JOIN user_devices d ON d.id = c.device_id
            WHERE c.gateway_id = $1
                OR c.gateway_id IS NULL AND EXISTS (SELECT FROM gateways WHERE id = $1 AND is_default)
            GROUP BY d.workspace_id
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
