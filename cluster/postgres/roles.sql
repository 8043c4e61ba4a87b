-- The roles of a Sluice database. Run once per PostgreSQL cluster, as a superuser; safe to run again:
--
--     psql -d postgres -f roles.sql
--
-- It sets no password: give each role one with \password (scram-sha-256, see pg_hba.conf). What a role may do with the
-- tables is in grants.sql, which is run after every `sluice migrate`.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['sluice_owner', 'sluice_coordinator', 'sluice_shard', 'sluice_api', 'sluice_operator',
        'sluice_reader']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
        -- A role sees tables by what is granted to it, never by a folder of schemas that somebody else may fill.
        EXECUTE format('ALTER ROLE %I SET search_path = public', name);
    END LOOP;
END $$;

-- The coordinator owns the send ledger, because it makes and drops a partition a day. A migration must be able to
-- change those partitions too.
GRANT sluice_coordinator TO sluice_owner;

-- A function of the schema runs with this setting, and PostgreSQL lets only superusers put a setting it does not know
-- into a function, unless it is granted (PostgreSQL 15 and later).
GRANT SET ON PARAMETER sluice.internal TO sluice_owner;

-- Nodes set shorter limits on their own connections. These hold for everybody else who logs in as the role.
ALTER ROLE sluice_coordinator SET statement_timeout = '60s';
ALTER ROLE sluice_shard SET statement_timeout = '10s';
ALTER ROLE sluice_api SET statement_timeout = '10s';
ALTER ROLE sluice_operator SET statement_timeout = '30s';
ALTER ROLE sluice_reader SET statement_timeout = '30s';
ALTER ROLE sluice_coordinator SET lock_timeout = '2s';
ALTER ROLE sluice_shard SET lock_timeout = '2s';
ALTER ROLE sluice_api SET lock_timeout = '2s';
ALTER ROLE sluice_operator SET lock_timeout = '2s';
ALTER ROLE sluice_reader SET lock_timeout = '2s';
ALTER ROLE sluice_coordinator SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE sluice_shard SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE sluice_api SET idle_in_transaction_session_timeout = '10s';
-- A person's open transaction keeps dead rows of the queue from being cleared away, and an operator's holds locks.
ALTER ROLE sluice_operator SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE sluice_reader SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE sluice_reader SET default_transaction_read_only = on;
