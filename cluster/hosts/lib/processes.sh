# shellcheck shell=bash
# One process a host. It is known by its pid and the instant it started, because pids are used again.

# The start of a process in clock ticks since the boot; nothing when it is gone or a zombie.
start_ticks() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The second field is the program's name in parentheses and may hold blanks.
    local fields=()
    read -r -a fields <<<"${stat##*) }"
    [ "${fields[0]}" != Z ] && echo "${fields[19]}"
}

# The pid of a host's process; nothing, and a failure, when it does not run.
pid_of() {
    local pid ticks
    { read -r pid ticks <"$data/state/$1/process"; } 2>/dev/null || return 1
    [ "$(start_ticks "$pid")" = "$ticks" ] && echo "$pid"
}

# Variables of this start alone.
once=()

# launch HOST COMMAND...: starts it as the host's process, in a session of its own so that a Ctrl-C here is not its end,
# with the variables of the host's `environment` file and no others.
# It runs when this returns, which says nothing about how far it is.
launch() { locked launch_and_record "$@"; }

launch_and_record() {
    local host=$1 variables=()
    shift
    if [ -e "$data/state/$host/environment" ]; then mapfile -t variables <"$data/state/$host/environment"; fi
    # shellcheck disable=SC2016 # expanded by the inner shell
    (
        close_inherited
        cd /
        exec setsid ip netns exec "$prefix-$host" unshare --uts -- sh -c 'hostname "$0" && exec "$@"' "$host" \
            env -i "PATH=$PATH" LANG=C.UTF-8 "${variables[@]}" "${once[@]}" "$@" </dev/null >>"$data/log/$host.log" 2>&1
    ) &
    local pid=$!
    disown
    echo "$pid $(start_ticks "$pid")" >"$data/state/$host/process"
    write_record
}

# Whoever called us may wait until its end of a pipe or a socket is nobody's any more.
close_inherited() {
    local descriptor
    for descriptor in "/proc/$BASHPID/fd"/*; do
        descriptor=${descriptor##*/}
        if [ "$descriptor" -gt 2 ]; then exec {descriptor}>&-; fi
    done
}

# signal SIGNAL HOST...: those that run.
signal() {
    local name=$1 host pid
    shift
    for host in "$@"; do
        if pid=$(pid_of "$host"); then kill -s "$name" "$pid" 2>/dev/null || true; fi
    done
}

# within SECONDS COMMAND...: tries until it succeeds.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

ended() {
    local host
    for host in "$@"; do if pid_of "$host" >/dev/null; then return 1; fi; done
}

# How each is asked to end, and how long that may take: nodes finish their open requests first.
ending_of() {
    case $(role_of "$1") in
        postgres) echo INT 30 ;;
        shard) echo TERM 90 ;;
        *) echo TERM 30 ;;
    esac
}

# Fails when it had to be killed.
stop_gracefully() {
    local host=$1 name limit
    read -r name limit < <(ending_of "$host")
    signal "$name" "$host"
    # A process that somebody froze hears nothing before it goes on.
    signal CONT "$host"
    within "$limit" ended "$host" && return
    signal KILL "$host"
    within 5 ended "$host" || true
    tell "$host did not end within $limit s and was killed"
    return 1
}

# probe HOST PORT PATH [ADDRESS]: whether it answers 200.
probe() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    ip netns exec "$prefix-$1" timeout 2 bash -c '
        exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && read -r _ code _ <&3 &&
            [ "$code" = 200 ]' "${4:-$(address_of "$1")}" "$2" "$3" 2>/dev/null
}
