# shellcheck shell=bash
# PostgreSQL with the shipped settings, roles and login rules, on a file system of its own and of bounded size: a disk
# that can be filled.

find_postgres() {
    local version
    for version in 18 17 16 15; do
        postgres_programs=/usr/lib/postgresql/$version/bin
        if [ -x "$postgres_programs/initdb" ]; then return; fi
    done
    status=69 fail "PostgreSQL's server programs are missing; run scripts/bootstrap"
}

# PostgreSQL refuses root. The one capability lets the account pass through folders that only root may enter.
as_postgres=(
    setpriv --reuid postgres --regid postgres --clear-groups --inh-caps +dac_read_search --ambient-caps +dac_read_search
)

# What differs from the shipped settings: they are for a large machine.
small_settings() {
    cat <<TEXT
include '$data/postgres/sluice.conf'
unix_socket_directories = '$data/postgres'
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
shared_buffers = 128MB
work_mem = 4MB
maintenance_work_mem = 32MB
effective_cache_size = 512MB
autovacuum_max_workers = 2
# What the log may take of the small disk.
min_wal_size = 64MB
max_wal_size = 192MB
checkpoint_timeout = 5min
log_min_duration_statement = -1
TEXT
}

make_postgres() {
    local folder=$data/postgres
    mkdir -p "$folder"
    mount -t tmpfs -o "size=$1,mode=0700,uid=postgres,gid=postgres" "$prefix" "$folder"
    "${as_postgres[@]}" "$postgres_programs/initdb" -D "$folder" --auth=peer --encoding=UTF8 --locale=C.UTF-8 \
        --no-instructions --no-sync >"$data/log/initdb.log" 2>&1 || fail "initdb failed: see $data/log/initdb.log"
    cp "$cluster_folder/postgres/postgresql.conf" "$folder/sluice.conf"
    small_settings >"$folder/postgresql.conf"
    sed 's|192\.0\.2\.0/24|10.83.0.0/16|' "$cluster_folder/postgres/pg_hba.conf" >"$folder/pg_hba.conf"
    cp "$(identities)/server.pem" "$(identities)/server.key" "$folder"
    chown -R postgres:postgres "$folder"
    chmod 600 "$folder/server.key"
}

remove_postgres() {
    if mountpoint --quiet "$data/postgres"; then umount "$data/postgres" || umount --lazy "$data/postgres"; fi
}

# As superuser, through the socket that only it may use; needs no network.
superuser() {
    "${as_postgres[@]}" psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$data/postgres" -d "${database:-sluice}" "$@"
}

answers_postgres() { database=postgres superuser -c 'SELECT' >/dev/null 2>&1; }

make_database() {
    local role
    {
        cat "$cluster_folder/postgres/roles.sql"
        for role in owner coordinator shard api reader; do
            echo "ALTER ROLE sluice_$role PASSWORD '$(password "$role")';"
        done
        echo 'CREATE DATABASE sluice OWNER sluice_owner;'
    } | database=postgres superuser >/dev/null
    migrate
}

# As deploy.md has it: the owner migrates, then grants.
migrate() {
    run_on_host operator -- sluice migrate >&2
    as_operator -f "$cluster_folder/postgres/grants.sql" >/dev/null
}

# As the owner, from the operator's host.
as_operator() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    run_on_host operator -- sh -c 'exec psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$DATABASE_URL" "$@"' psql "$@"
}

# Gateways, and devices that take turns on them, all with these caps: hour/day/concurrency.
make_devices() {
    local count=$1 gateways=$2 number hourly daily concurrent
    IFS=/ read -r hourly daily concurrent <<<"$3"
    {
        for number in $(seq "$gateways"); do
            echo "INSERT INTO gateways (id, dialect, base_url, is_default) VALUES ('gateway-$number', 'gowa',
                'http://$(address_of "gateway-$number"):8080', $number = 1);"
        done
        cat <<TEXT
INSERT INTO user_devices (device_name, phone, min_delay_seconds, max_delay_seconds)
    SELECT 'device-' || lpad(n::text, greatest(4, length(n::text)), '0'), (491600000000 + n)::text, 0, 0
    FROM generate_series(1, $count) n;
UPDATE device_caps c SET gateway_id = 'gateway-' || 1 + d.n % $gateways,
    hourly_cap = $hourly, daily_cap = $daily, concurrent_cap = $concurrent
    FROM (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n FROM user_devices) d WHERE d.id = c.device_id;
TEXT
    } | as_operator >/dev/null
}

# Whether every hash slot is with a live shard node, the one that is to have it, and each node has some.
has_settled() {
    [ "$(superuser -c "
        WITH live AS (SELECT incarnation FROM node_leases WHERE role = 'shard' AND expires_at > now())
        SELECT (SELECT count(*) FROM slot_owners WHERE wanted IS DISTINCT FROM owner OR owner IS NULL
                OR owner NOT IN (SELECT incarnation FROM live))
            + (SELECT count(*) FROM live WHERE incarnation NOT IN (
                SELECT owner FROM slot_owners WHERE owner IS NOT NULL))" 2>/dev/null)" = 0 ]
}

wait_until_settled() { within 60 has_settled || fail "the hash slots are not where they belong after a minute"; }

unknowns() { superuser -c "SELECT count(*) FROM send_ledger WHERE state = 'unknown'"; }

leader() { superuser -c 'SELECT node_name FROM coordinator_lease JOIN node_fences USING (incarnation)'; }
