# shellcheck shell=bash
# Hosts as network namespaces. Each has `eth0` and an address; the other ends hang on a bridge in a namespace of its own,
# so nothing of the machine's network is touched and several clusters do not see each other.

# Namespaces are the machine's, so their names begin with what the data folder's path alone decides: whatever was left
# half-built is found again.
name_hosts() {
    prefix=sl$(printf '%s' "$data" | cksum | awk '{ printf "%x", $1 }')
    network=$prefix-net
}

require_machine() {
    local tool
    [ "$(id -u)" = 0 ] || status=69 fail "needs root: nobody else may make network namespaces"
    for tool in ip nft openssl python3 psql setpriv unshare flock nats-server; do
        command -v "$tool" >/dev/null || status=69 fail "$tool is missing; run scripts/bootstrap"
    done
    find_postgres
    local reason
    reason=$(unshare --net --uts --mount true 2>&1) || status=69 fail "no network namespaces here: $reason"
}

# Of a host's name: its role, which is the name without its number.
role_of() { echo "${1%-[0-9]*}"; }

# The third byte says the role, the fourth the number.
address_of() {
    local number=${1##*-}
    [[ $number =~ ^[0-9]+$ ]] || number=1
    case $(role_of "$1") in
        nats) echo "10.83.1.$number" ;;
        postgres) echo "10.83.2.$number" ;;
        coordinator) echo "10.83.3.$number" ;;
        shard) echo "10.83.4.$number" ;;
        gateway) echo "10.83.5.$number" ;;
        api) echo "10.83.6.$number" ;;
        operator) echo "10.83.7.$number" ;;
    esac
}

make_network() {
    ip netns add "$network"
    ip -n "$network" -batch - <<TEXT
link add lan type bridge
link set lan up
TEXT
}

make_host() {
    local host=$1
    ip netns add "$prefix-$host"
    # The bridge's end is called like the host: at most 15 characters, as is every interface.
    ip -n "$network" -batch - <<TEXT
link add $host type veth peer name eth0 netns $prefix-$host
link set $host master lan up
TEXT
    ip -n "$prefix-$host" -batch - <<TEXT
link set lo up
address add $(address_of "$host")/16 dev eth0
link set eth0 up
TEXT
    mkdir -p "$data/state/$host"
}

# Its rules and its interface go with it, as soon as the last process in it has ended.
remove_host() {
    remove_namespace "$prefix-$1"
    # The bridge's end goes with the other one, but only when the kernel comes to it; the name must be free now.
    ip -n "$network" link delete "$1" 2>/dev/null || true
    rm -rf "${data:?}/state/$1"
}

# By their names alone: `ip netns list` looks into those of others too.
namespaces() { find /run/netns -maxdepth 1 -name "$prefix-*" -printf '%f\n' 2>/dev/null || true; }

# A name that a private mount of another process left behind stands for nothing, and deleting it says so.
remove_namespace() { ip netns delete "$1" 2>/dev/null || rm -f "/run/netns/$1"; }

# The hosts by name, in the order in which they are started.
hosts() {
    namespaces | awk -v skip=$((${#prefix} + 2)) '
        BEGIN { count = split("postgres nats gateway coordinator shard api operator", roles) }
        { host = substr($1, skip); role = host; sub(/-[0-9]+$/, "", role)
          for (i = 1; i <= count; i++) if (roles[i] == role) print i, host }' |
        sort -k 1,1n -k 2,2V | cut -d ' ' -f 2
}

has_host() { [ -e "/run/netns/$prefix-$1" ]; }

require_host() {
    has_host "${1:?name a host}" || status=64 fail "there is no host $1; there are: $(hosts | tr '\n' ' ')"
}

# Runs a command on a host, which it sees under the host's own name.
in_host() {
    local host=$1
    shift
    ip netns exec "$prefix-$host" unshare --uts -- sh -c 'hostname "$0" && exec "$@"' "$host" "$@"
}
