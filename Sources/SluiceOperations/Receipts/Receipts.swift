internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

extension OperatorSession {
    /// So many messages one receipt may be about; of more the rest is left out.
    public static let mostReceiptMessages = 100

    /// Writes what a gateway tells of a message to the message's ledger row. Neither order nor repetition matters: what
    /// was delivered stays so.
    ///
    /// What it means for the row of a single message, a job's `messageStatus` say, is projected by the leader, who hears
    /// of it over NATS, or with the next look.
    /// - Parameter gateway: who says so; it may speak of what its own devices sent and nothing else.
    public func take(_ receipt: DeliveryReceipt, from gateway: String) async throws -> ReceiptVerdict {
        let told: [PostgresValue] = [
            .string(gateway), .string(receipt.delivery.rawValue), .string(receipt.code),
        ]
        let row =
            switch receipt.subject {
            case .attempt(let key, let providerID):
                try await database.query(
                    ReceiptStatement.ofAttempt,
                    told + [
                        .uuid(key.contact.rawValue), .int32(key.attempt),
                        .date(PostgresDate(daysSinceEpoch: key.day)), .string(providerID),
                    ])[0]
            case .messages(let ids, let recipient):
                try await database.query(
                    ReceiptStatement.ofMessages,
                    told + [.string(recipient), .stringArray(Array(ids.prefix(Self.mostReceiptMessages)))])[0]
            }
        guard try row.decode(Bool.self, "is_matched") else { return .unmatched }
        guard try row.decode(Bool.self, "is_changed") else { return .repeated }
        wakeIntake()
        return .taken
    }
}

/// `$1` the gateway, `$2` how the message ended, `$3` why.
enum ReceiptStatement {
    /// `$4` contact, `$5` attempt, `$6` day, `$7` the gateway's id. A row that is not settled yet has no id to compare:
    /// a receipt may come before the answer does.
    static let ofAttempt = sql(
        of: """
            SELECT l.contact_id, l.attempt, l.day, l.delivery, l.device_id, l.state FROM send_ledger l
            WHERE l.contact_id = $4 AND l.attempt = $5 AND l.day = $6 AND coalesce(l.provider_id, $7) = $7
            """)

    /// `$4` the person, `$5` the gateway's ids. Found by the person, because no index of the ledger has the ids: each
    /// settle would have to write to it.
    static let ofMessages = sql(
        of: """
            SELECT l.contact_id, l.attempt, l.day, l.delivery, l.device_id, l.state
            FROM sequence_contacts c JOIN send_ledger l ON l.contact_id = c.id
            WHERE c.recipient = $4 AND l.provider_id = ANY ($5::text[])
              AND l.day >= (now() AT TIME ZONE 'UTC')::date - \(days)
            """)

    /// How long after it was sent a message is looked for by its id.
    private static let days = 7

    private static let event = """
        SELECT workspace_id, CASE $2 WHEN 'delivered' THEN 'message.delivered' ELSE 'message.failed' END AS type,
            contact_id, attempt, day, delivered_at AS at FROM changed
        """

    private static func sql(of rows: String) -> String {
        """
        WITH matched AS MATERIALIZED (
            SELECT m.* FROM (\(rows)) m
            WHERE m.state IN ('reserved', 'sent', 'unknown') AND EXISTS (
                SELECT FROM gateways g JOIN device_caps d ON d.device_id = m.device_id
                WHERE g.id = $1 AND (d.gateway_id = g.id OR d.gateway_id IS NULL AND g.is_default))
        ), changed AS (
            UPDATE send_ledger l SET delivery = $2, delivery_code = $3, delivered_at = clock_timestamp()
            FROM matched m
            WHERE l.contact_id = m.contact_id AND l.attempt = m.attempt AND l.day = m.day
              AND (l.delivery IS NULL OR l.delivery <> 'delivered' AND $2 = 'delivered')
            RETURNING l.workspace_id, l.contact_id, l.attempt, l.day, l.delivered_at
        ), progressed AS (
            INSERT INTO progress_intake (kind, contact_id)
            SELECT c.kind, c.id FROM sequence_contacts c
            WHERE c.id IN (SELECT contact_id FROM changed) AND sluice_is_single(c.kind)
        ), \(MessageEvents.cte(of: event))
        SELECT EXISTS (SELECT FROM matched) AS is_matched, EXISTS (SELECT FROM changed) AS is_changed
        """
    }
}
