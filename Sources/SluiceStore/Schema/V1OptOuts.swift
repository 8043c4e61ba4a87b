/// What people wish by message, for the role that answers gateways' webhooks: it needs neither the gateways' credentials
/// nor the right to write suppressions for that.
extension SchemaV1 {
    static let optOuts = """
        -- What a gateway signs its webhooks with; NULL when it has nothing, or nothing that could not be guessed. Twilio
        -- signs with the account's token.
        CREATE FUNCTION sluice_webhook_secret(gateway text) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT coalesce(nullif(g.credentials ->> 'webhook_secret', ''),
                CASE g.dialect WHEN 'twilio' THEN nullif(g.credentials ->> 'auth_token', '') END)
            FROM gateways g WHERE g.id = gateway
        $$;

        -- Both say in which of the workspaces something changed ('*': everywhere). A suppression that is there stays
        -- whose it is, and what an operator suppressed no message takes back.
        CREATE FUNCTION sluice_opt_out(person text, workspaces text[]) RETURNS SETOF text
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            INSERT INTO suppressions (workspace_id, phone, reason, by_message)
                SELECT w, person, '\(optOutReason)', true FROM unnest(workspaces) w
                ON CONFLICT DO NOTHING RETURNING workspace_id
        $$;
        CREATE FUNCTION sluice_opt_in(person text, workspaces text[]) RETURNS SETOF text
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
            DELETE FROM suppressions WHERE phone = person AND workspace_id = ANY (workspaces) AND by_message
                RETURNING workspace_id
        $$;
        -- The gateway refuses to send to these contacts, because they have told it so: as if they had told us, for the
        -- workspaces they are in or for all. What that cancels is counted as what a user cancels is.
        CREATE FUNCTION sluice_opted_out(contacts uuid[], everywhere boolean) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET sluice.internal = 'off' AS $$
            WITH person AS (
                SELECT DISTINCT c.recipient, CASE WHEN everywhere THEN '*' ELSE c.workspace_id END AS workspace_id
                FROM sequence_contacts c
                WHERE c.id = ANY (contacts) AND sluice_digits(c.recipient) IS NOT NULL ORDER BY 1, 2
            ), written AS (
                INSERT INTO suppressions (workspace_id, phone, reason, by_message)
                    SELECT workspace_id, recipient, '\(gatewayReason)', true FROM person
                    ON CONFLICT DO NOTHING RETURNING workspace_id, phone)
            INSERT INTO audit_log (actor, action, target, after)
                SELECT 'gateway', 'suppressions.add', phone,
                    jsonb_build_object('workspace', workspace_id, 'reason', '\(gatewayReason)') FROM written
        $$;
        REVOKE EXECUTE ON FUNCTION sluice_webhook_secret, sluice_opt_out, sluice_opt_in, sluice_opted_out FROM PUBLIC;
        """

    private static let optOutReason = "opted out by message"
    private static let gatewayReason = "opted out at the gateway"
}
