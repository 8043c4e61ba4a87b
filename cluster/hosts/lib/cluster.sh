# shellcheck shell=bash
# The whole cluster: up, down, and one host at a time.

up() {
    local shards=3 coordinators=2 gateways=2 devices=100 caps=80/800/50 disk=1g settings=()
    gateway_options=()
    while [ $# -gt 0 ]; do
        case $1 in
            --shards) shards=$2 ;;
            --coordinators) coordinators=$2 ;;
            --gateways) gateways=$2 ;;
            --devices) devices=$2 ;;
            --caps) caps=$2 ;;
            --disk) disk=$2 ;;
            --set) settings+=("$2") ;;
            --gateway-option) gateway_options+=("$2") ;;
            *) usage >&2; exit 64 ;;
        esac
        shift 2
    done
    bin=${bin:-$(cd "$here/../.." && pwd)/.build/release}
    require_programs
    [ -z "$(namespaces)" ] || fail "there is a cluster in $data already; \`hosts down\` ends it"
    mkdir -p "$data"
    # From here on, whatever ends this half-way ends what it has made.
    trap 'half_built' EXIT
    trap 'exit 130' INT TERM HUP
    rm -rf "$data"/{log,state,identities,hosts.json} "$data"/gateway-*
    mkdir -p "$data/log" "$data/state" "$data/identities"
    lines "${settings[@]}" >"$data/state/settings"
    lines "${gateway_options[@]}" >"$data/state/gateway-options"
    locked build "$shards" "$coordinators" "$gateways" "$devices" "$caps" "$disk"
    trap - EXIT INT TERM HUP
    tell "$(hosts | wc -l) hosts in $data; \`hosts exec operator -- sluice status\` looks at them"
}

half_built() {
    trap '' INT TERM HUP
    tell "not completed: removing what was made"
    down
}

require_programs() {
    local program
    for program in sluice sluice-gateway-simulator; do
        [ -x "$bin/$program" ] || fail "$bin/$program is missing; build it with \`make release\`, or name a folder with --bin"
    done
}

lines() { [ $# = 0 ] || printf '%s\n' "$@"; }

numbered() { seq -f "$1-%g" "$2"; }

build() {
    local shards=$1 coordinators=$2 gateways=$3 devices=$4 caps=$5 disk=$6 host nodes=()
    mapfile -t nodes < <(numbered coordinator "$coordinators"; numbered shard "$shards"; echo api-1)
    make_network
    for host in postgres $(numbered nats 3) $(numbered gateway "$gateways") "${nodes[@]}" operator; do
        make_host "$host"
    done
    make_identity operator operator
    for host in "${nodes[@]}"; do make_identity "$(role_of "$host")" "$host"; done
    make_passwords
    for host in "${nodes[@]}" operator; do configure_node "$host"; done
    make_postgres "$disk"
    start_postgres
    make_database
    make_devices "$devices" "$gateways" "$caps"
    for host in $(hosts | grep '^nats-'); do configure_nats "$host"; done
    for host in $(hosts | grep '^gateway-'); do
        mkdir -p "$data/$host"
        echo "$bin" >"$data/state/$host/bin"
    done
    for host in $(hosts | grep -E '^(nats|gateway)-') "${nodes[@]}"; do launch_host "$host"; done
    for host in $(hosts | grep -E '^(nats|gateway)-') "${nodes[@]}"; do wait_until_ready "$host"; done
    wait_until_settled
}

# Nodes first, while what they hand over to still answers; then the rest. Nobody is waited for long.
down() {
    local host pids namespace
    hosts_now=$(hosts)
    for role in 'coordinator|shard|api' 'nats|gateway' postgres; do
        mapfile -t ending < <(grep -E "^($role)(-|\$)" <<<"$hosts_now")
        [ "${#ending[@]}" -gt 0 ] || continue
        if [ "$role" = postgres ]; then signal INT postgres; else signal TERM "${ending[@]}"; fi
        signal CONT "${ending[@]}"
        within 10 ended "${ending[@]}" || true
    done
    # Whatever is left in the namespaces, also what no record names.
    for namespace in $(namespaces); do
        pids=$(ip netns pids "$namespace" 2>/dev/null) || pids=
        # shellcheck disable=SC2086 # one word a pid
        if [ -n "$pids" ]; then kill -KILL $pids 2>/dev/null || true; fi
        remove_namespace "$namespace"
    done
    remove_postgres
    rm -rf "$data"/{state,identities,hosts.json,hosts.json.new,lock,postgres}
}

start() {
    local host=${1:-} waits='' once=()
    require_host "$host"
    shift
    if [ "${1:-}" = --wait ]; then waits=yes; shift; fi
    once=("$@")
    if pid_of "$host" >/dev/null; then tell "$host runs already"; return; fi
    start_host "$host"
    case $(role_of "$host") in nats | gateway) wait_until_ready "$host" 10 ;; esac
    if [ -n "$waits" ]; then wait_until_ready "$host"; fi
}

start_host() {
    mapfile -t gateway_options <"$data/state/gateway-options"
    case $1 in
        operator) status=64 fail "nothing belongs on the operator's host" ;;
        postgres) start_postgres ;;
        *) launch_host "$1" ;;
    esac
}

stop() {
    local host=${1:-} outcome=0
    require_host "$host"
    stop_gracefully "$host" || outcome=1
    locked write_record
    return "$outcome"
}
