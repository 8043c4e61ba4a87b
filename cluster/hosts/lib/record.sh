# shellcheck shell=bash
# What exists, for programs: DIR/hosts.json, written whole and renamed, whenever a process starts or ends here.

# locked COMMAND...: writers take turns; `exec` and `list` never wait.
locked() {
    if [ -n "${lock:-}" ]; then "$@"; return; fi
    exec {lock}>"$data/lock"
    flock --timeout 60 "$lock" || fail "somebody else works on $data"
    "$@"
    exec {lock}>&-
    unset lock
}

# lines joined by commas.
joined() { paste -s -d , -; }

host_json() {
    local host=$1 processes='' pid
    if [ "$host" != operator ]; then
        pid=$(pid_of "$host") || pid=null
        processes='{"name":"'$host'","pid":'$pid',"start":"hosts start '$host'","log":"'$data/log/$host.log'"}'
    fi
    printf '{"name":"%s","role":"%s","namespace":"%s","address":"%s","interface":"eth0","processes":[%s]}\n' \
        "$host" "$(role_of "$host")" "$prefix-$host" "$(address_of "$host")" "$processes"
}

nats_urls() { hosts | grep '^nats-' | while read -r host; do echo "tls://$(address_of "$host"):4222"; done; }

write_record() {
    local host urls logs
    urls=$(nats_urls | sed 's/.*/"&"/' | joined)
    logs=$(hosts | grep '^gateway-' | sed "s|.*|\"$data/&/requests.log\"|" | joined)
    {
        printf '{"prefix":"%s","bridge":"lan","bridge_namespace":"%s",\n "hosts":[' "$prefix" "$network"
        for host in $(hosts); do host_json "$host"; done | joined
        printf ' ],\n "database_url":"%s",\n "nats":[%s],\n "request_logs":[%s],\n "postgres_data":"%s"}\n' \
            "$(operator_url)" "$urls" "$logs" "$data/postgres"
    } >"$data/hosts.json.new"
    chmod 600 "$data/hosts.json.new"
    mv "$data/hosts.json.new" "$data/hosts.json"
}

list() {
    [ -e "$data/hosts.json" ] || fail "there is no cluster in $data; make one with \`hosts up\`"
    if [ "${1:-}" = --json ]; then
        cat "$data/hosts.json"
        return
    fi
    local host state
    printf '%-16s %-12s %s\n' HOST ADDRESS RUNS
    for host in $(hosts); do
        if [ "$host" = operator ]; then state=-; else state=$(pid_of "$host") || state='does not run'; fi
        printf '%-16s %-12s %s\n' "$host" "$(address_of "$host")" "$state"
    done
}
