/// Webhooks: who wants to be told what became of messages, and what they are still to be told.
extension SchemaV1 {
    static let webhooks = """
        CREATE TABLE webhook_endpoints (
            id text PRIMARY KEY DEFAULT 'whk_' || replace(gen_random_uuid()::text, '-', ''),
            workspace_id text NOT NULL DEFAULT 'default',
            url text NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
            events text[] NOT NULL CHECK (cardinality(events) > 0 AND events <@ \(webhookEvents)),
            -- As it is, because a signature is made with it; only the API's role and the owner read it.
            secret text NOT NULL CHECK (length(secret) >= 32),
            is_active boolean NOT NULL DEFAULT true,
            -- Why it was switched off, in words.
            problem text,
            created_at timestamptz NOT NULL DEFAULT now(),
            -- It is gone for everybody; its row and its deliveries go in chunks.
            removed_at timestamptz,
            -- Since when nothing was taken, how often in a row, and before when it is not asked again.
            failing_since timestamptz,
            failures int NOT NULL DEFAULT 0,
            retry_at timestamptz NOT NULL DEFAULT '-infinity'
        );
        CREATE INDEX sluice_webhooks_listed ON webhook_endpoints (workspace_id, id);

        -- What became of messages, written by the statement that settles them, and only for workspaces that have a
        -- webhook. Each is made into deliveries and is gone.
        CREATE TABLE message_events (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            workspace_id text NOT NULL,
            type text NOT NULL,
            contact_id uuid NOT NULL,
            attempt int NOT NULL,
            day date NOT NULL,
            at timestamptz NOT NULL
        );

        -- What an endpoint is told, each until it takes it or it was said often enough.
        CREATE TABLE webhook_deliveries (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            endpoint_id text NOT NULL REFERENCES webhook_endpoints,
            event_id text NOT NULL,
            type text NOT NULL,
            -- The same bytes each time.
            body text NOT NULL,
            state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
            attempts int NOT NULL DEFAULT 0,
            -- While somebody delivers it: when another may.
            next_at timestamptz NOT NULL DEFAULT now(),
            status int,
            problem text,
            created_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            UNIQUE (endpoint_id, event_id)
        );
        CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending';
        CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE state <> 'pending';
        """

    private static let webhookEvents = "'{message.sent,message.delivered,message.failed,message.unknown}'"
}
