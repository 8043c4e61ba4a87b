# shellcheck shell=bash
# Changes of a running cluster: shard nodes more and fewer, and every node on another build.

add_shard() {
    local number=1 host
    require_cluster
    while has_host "shard-$number"; do number=$((number + 1)); done
    host=shard-$number
    bin=${bin:-$(cat "$data/state/operator/bin")}
    require_programs
    locked make_shard "$host"
    wait_until_ready "$host"
    wait_until_settled
    echo "$host"
}

make_shard() {
    make_host "$1"
    make_identity shard "$1"
    configure_node "$1"
    # It may log in only when the servers know it.
    reload_accounts
    launch_host "$1"
}

remove_shard() {
    local host=${1:-} outcome=0
    require_host "$host"
    [ "$(role_of "$host")" = shard ] || status=64 fail "$host is no shard node"
    stop_gracefully "$host" || outcome=1
    locked forget_shard "$host"
    wait_until_settled
    return "$outcome"
}

forget_shard() {
    remove_host "$1"
    forget_identity "$1"
    reload_accounts
    write_record
}

# Shards first and the leading coordinator last, as docs/deploy.md has it. The schema comes first: old nodes run on it.
roll() {
    local leading host nodes=()
    require_cluster
    if [ -n "$bin" ]; then
        require_programs
        echo "$bin" >"$data/state/operator/bin"
        migrate
    fi
    leading=$(leader)
    mapfile -t nodes < <(
        hosts | grep '^shard-'
        hosts | grep '^api-'
        hosts | grep '^coordinator-' | grep -vx "$leading" || true
        echo "$leading"
    )
    printf '%-16s %9s %9s %9s %9s\n' NODE STOPPED READY SETTLED UNKNOWN
    for host in "${nodes[@]}"; do roll_node "$host"; done
}

roll_node() {
    local host=$1 once=() before start stopped ready
    before=$(unknowns)
    start=$(now_ms)
    stop_gracefully "$host" || fail "$host was not stopped gracefully; the others are as they were"
    stopped=$(now_ms)
    if [ -n "$bin" ]; then echo "$bin" >"$data/state/$host/bin"; fi
    launch_host "$host"
    wait_until_ready "$host"
    ready=$(now_ms)
    wait_until_settled
    printf '%-16s %9s %9s %9s %9s\n' "$host" "$((stopped - start)) ms" "$((ready - stopped)) ms" \
        "$(($(now_ms) - ready)) ms" "$(($(unknowns) - before))"
}

now_ms() { date +%s%3N; }

require_cluster() { has_host postgres || fail "there is no cluster in $data; make one with \`hosts up\`"; }
