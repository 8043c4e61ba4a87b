# shellcheck shell=bash
# Sluice's nodes and the gateways: what each is told, how it is started and when it is ready.

health_port=9464

# The variables of a node, as docs/deploy.md puts them into files.
configure_node() {
    local host=$1 role user
    role=$(role_of "$host")
    user=$role
    # Operators change things, which is the owner's right.
    if [ "$role" = operator ]; then user=owner; fi
    printf '%s:5432:sluice:sluice_%s:%s\n' "$(address_of postgres)" "$user" "$(password "$user")" \
        >"$data/state/$host/pgpass"
    chmod 600 "$data/state/$host/pgpass"
    {
        echo "DATABASE_URL=$(database_url "$user")"
        echo "PGPASSFILE=$data/state/$host/pgpass"
        echo "NATS_URL=$(nats_urls | joined)"
        echo "SLUICE_NATS_CA_FILE=$(identities)/ca.pem"
        echo "SLUICE_NATS_CERTIFICATE_FILE=$(identities)/client.pem"
        echo "SLUICE_NATS_KEY_FILE=$(identities)/client.key"
        echo "SLUICE_NATS_NKEY=$(awk -v name="$host" '$3 == name { print $2 }' "$(identities)/nodes")"
        echo "SLUICE_NATS_NKEY_SEED_FILE=$(identities)/$host.seed"
        echo "SLUICE_NODE=$host"
        echo "SLUICE_HTTP_HOST=$(address_of "$host")"
        echo "SLUICE_HTTP_PORT=$health_port"
        echo "SLUICE_TRACE_HEADERS=true"
        cat "$data/state/settings"
    } >"$data/state/$host/environment"
    echo "$bin" >"$data/state/$host/bin"
}

# The host's program, with what differs between roles; `once` holds variables for this start alone.
launch_host() {
    local host=$1
    case $(role_of "$host") in
        postgres) launch "$host" "${as_postgres[@]}" "$postgres_programs/postgres" -D "$data/postgres" ;;
        nats) launch "$host" nats-server --config "$data/state/$host/nats-server.conf" ;;
        gateway) launch "$host" "$(cat "$data/state/$host/bin")/sluice-gateway-simulator" --host 0.0.0.0 --port 8080 \
            --log "$data/$host/requests.log" "${gateway_options[@]}" ;;
        coordinator | shard | api) launch "$host" "$(cat "$data/state/$host/bin")/sluice" "$(role_of "$host")" ;;
    esac
}

is_ready() {
    local host=$1
    case $(role_of "$host") in
        postgres) answers_postgres ;;
        # Its monitoring answers its own host only.
        nats) probe "$host" 8222 /healthz 127.0.0.1 ;;
        gateway) probe "$host" 8080 /_sim/healthz 127.0.0.1 ;;
        coordinator | shard | api) probe "$host" "$health_port" /readyz ;;
    esac
}

# Until it is ready or dead.
is_ready_or_dead() { is_ready "$1" || ! pid_of "$1" >/dev/null; }

wait_until_ready() {
    local host=$1
    if within "${2:-60}" is_ready_or_dead "$host" && pid_of "$host" >/dev/null; then return; fi
    tell "$host is not ready; the end of $data/log/$host.log:"
    tail -n 5 "$data/log/$host.log" >&2
    return 1
}

# PostgreSQL does not start beside what a killed one left running, which takes a moment to notice; so it is tried again.
start_postgres() {
    local deadline=$((SECONDS + 30))
    while launch_host postgres; do
        within 60 is_ready_or_dead postgres || break
        if pid_of postgres >/dev/null; then return; fi
        [ "$SECONDS" -lt "$deadline" ] || break
        sleep 0.3
    done
    wait_until_ready postgres 0
}

# Runs a command on a host with the settings of its node, and its build first in PATH.
run_on_host() {
    local host=${1:-} variables=() path=$PATH
    require_host "$host"
    shift
    if [ "${1:-}" = -- ]; then shift; fi
    [ $# -gt 0 ] || status=64 fail "exec HOST -- COMMAND: the command is missing"
    if [ -e "$data/state/$host/environment" ]; then mapfile -t variables <"$data/state/$host/environment"; fi
    if [ -e "$data/state/$host/bin" ]; then path=$(cat "$data/state/$host/bin"):$path; fi
    in_host "$host" env "PATH=$path" "${variables[@]}" "$@"
}
