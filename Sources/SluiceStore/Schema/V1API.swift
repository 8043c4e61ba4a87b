/// Who may call the API, and what repeated calls were answered.
extension SchemaV1 {
    static let api = """
        -- The secret itself is nowhere: 256 random bits need no salt, so their plain hash is kept.
        CREATE TABLE api_keys (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            workspace_id text NOT NULL DEFAULT 'default',   -- '*': all of them
            name text NOT NULL,
            secret_hash bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
            scopes text[] NOT NULL DEFAULT '{read}'
                CHECK (cardinality(scopes) > 0 AND scopes <@ '{read,send,manage,admin}'),
            created_at timestamptz NOT NULL DEFAULT now(),
            revoked_at timestamptz
        );

        -- The first answer to each Idempotency-Key, written in the transaction that did what was asked.
        CREATE TABLE idempotent_answers (
            workspace_id text NOT NULL,
            key text NOT NULL,
            request_hash bytea NOT NULL,
            status int,
            body text,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (workspace_id, key)
        );
        CREATE INDEX ON idempotent_answers (created_at);
        """
}
