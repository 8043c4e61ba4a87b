# shellcheck shell=bash
# Who is who: one authority for the cluster, certificates, an nkey for each node and a password for each database role.

identities() { echo "$data/identities"; }

# make_identity ROLE HOST...: their nkeys. The certificates are made with the first and name every server's address.
make_identity() {
    local role=$1 host addresses=() users=()
    shift
    for host in postgres nats-1 nats-2 nats-3; do addresses+=(--address "$(address_of "$host")"); done
    for host in "$@"; do users+=("$role=$host"); done
    "$cluster_folder/nats/make-test-identities" "${addresses[@]}" "$(identities)" "${users[@]}"
}

forget_identity() {
    sed -i "/ $1\$/d" "$(identities)/nodes"
    rm -f "$(identities)/$1.seed"
}

# What the three servers may be told: the shipped configuration, with this cluster's folders and addresses in it.
configure_nats() {
    local host=$1 routes
    routes=$(for other in nats-1 nats-2 nats-3; do
        [ "$other" = "$host" ] || echo "\"tls://$(address_of "$other"):6222\""
    done | joined)
    sed "s|/etc/nats/tls|$(identities)|" "$cluster_folder/nats/nats-server.conf" >"$data/state/$host/nats-server.conf"
    printf 'server_name: %s\nroutes: [ %s ]\n' "$host" "$routes" >"$data/state/$host/local.conf"
    write_accounts "$host"
}

write_accounts() {
    "$cluster_folder/nats/make-permissions" default <"$(identities)/nodes" >"$data/state/$1/accounts.new"
    mv "$data/state/$1/accounts.new" "$data/state/$1/accounts.conf"
}

# A node more, or fewer, without disconnecting anybody.
reload_accounts() {
    local host
    for host in $(hosts | grep '^nats-'); do
        write_accounts "$host"
        signal HUP "$host"
    done
}

make_passwords() {
    local role
    for role in owner coordinator shard api reader; do
        openssl rand -hex 16 >"$(identities)/$role.password"
    done
}

password() { cat "$(identities)/$1.password"; }

# database_url ROLE: without its password, which libpq finds in PGPASSFILE.
database_url() {
    echo "postgresql://sluice_$1@$(address_of postgres)/sluice?sslmode=verify-full&sslrootcert=$(identities)/ca.pem"
}

# For programs that have no PGPASSFILE.
operator_url() {
    local secret
    secret=$(password owner 2>/dev/null) || return 0
    database_url owner | sed "s|@|:$secret@|"
}
