
# What stands above are values; what follows is the same for every node. POSIX sh.
set -u
umask 077
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
export PATH

say() {
    printf '%s dpu: %s\n' "$(date -u '+%Y-%m-%dT%H:%M:%SZ')" "$1" >&2
}

fail() {
    say "$1"
    [ -z "${part:-}" ] || rm -rf "$part"
    exit 3
}

digest() {
    if command -v sha256sum > /dev/null 2>&1; then
        sha256sum < "$1" | cut -d ' ' -f 1
    elif command -v openssl > /dev/null 2>&1; then
        openssl dgst -sha256 -r < "$1" | cut -d ' ' -f 1
    fi
}

# Neither secret nor trusted: nothing of ours is sent with the request, and what comes is run only if its hash is the one that we were told. So no certificate is needed here.
fetch() {
    if [ -n "$shared_package" ] && [ -r "$shared_package" ] && cp "$shared_package" "$1"; then
        return 0
    fi
    printf '%s\n' "$package_urls" | (
        while IFS= read -r url; do
            if command -v curl > /dev/null 2>&1; then
                curl --fail --silent --show-error --insecure --connect-timeout 20 --max-time 900 --output "$1" "$url" < /dev/null && exit 0
            elif command -v wget > /dev/null 2>&1; then
                wget -q --no-check-certificate -T 60 -t 2 -O "$1" "$url" < /dev/null && exit 0
            else
                say "neither curl nor wget is here"
                exit 1
            fi
        done
        exit 1
    )
}

# Once for each host and hash. A rename makes it visible: whoever comes second finds it whole, or makes the same and throws it away.
unpack() {
    part=$(mktemp -d "$cache/part.$package_sha256.XXXXXX") || fail "$cache cannot be written to"
    fetch "$part/package" || fail "the program cannot be fetched from $(printf '%s' "$package_urls" | tr '\n' ' ')"
    found=$(digest "$part/package")
    [ -n "$found" ] || fail "neither sha256sum nor openssl is here: the program cannot be checked"
    [ "$found" = "$package_sha256" ] || fail "the program that was fetched has the SHA-256 $found; expected $package_sha256"
    mkdir "$part/home"
    # On a full disk tar has a line for each file, and a last one that says nothing.
    trouble=$(gzip -dc < "$part/package" | tar -xf - -C "$part/home" 2>&1) ||
        fail "the program cannot be unpacked in $part: $(printf '%s\n' "$trouble" | tail -n 2 | head -n 1)"
    mv -T "$part/home" "$home" 2> /dev/null || [ -x "$home/dotnet/dotnet" ] || fail "$home cannot be made"
    rm -rf "$part"
}

provide() {
    # On a shared file system the frontend's own program is here as well.
    if [ -r "$program" ] && [ -x "$muxer" ] && [ "$(digest "$program")" = "$program_sha256" ] && "$muxer" "$program" --version > /dev/null 2>&1; then
        return 0
    fi
    cache=${cache:-/var/tmp/dpu-$(id -u)}
    mkdir -p "$cache" 2> /dev/null
    # A directory that somebody else made, or can write to, may hold his programs.
    if [ -L "$cache" ] || [ ! -O "$cache" ] || ! chmod 700 "$cache"; then
        say "$cache is not this user's own: the program is unpacked for this node alone"
        cache=$work
    fi
    home=$cache/$package_sha256
    muxer=$home/dotnet/dotnet
    program=$home/dpu/$program_name
    [ -x "$muxer" ] && return 0
    if command -v flock > /dev/null 2>&1; then
        # Those that start at the same time wait for the first one's download.
        (
            flock 9
            # Of one that was killed on the way; nobody else is at it now.
            rm -rf "$cache/part.$package_sha256."*
            [ -x "$muxer" ] || unpack
        ) 9> "$cache/$package_sha256.lock" || exit 3
    else
        unpack
    fi
    [ -x "$muxer" ] || exit 3
}

# $! is the node from the moment in which there is one: a signal may come at any.
notice() {
    told=yes
    [ -n "${!:-}" ] || fail "told to leave before the node was started"
    say "told to leave (notice of the end): what runs may end for a while"
    kill -TERM "$!" 2> /dev/null
}

# This one the batch system sends to everything, the node included: telling it twice would end it at once.
ended() {
    told=yes
    [ -n "${!:-}" ] || fail "ended before the node was started"
    say "the batch system ends this job"
}

# A pilot: the batch system's job is this script, and ends with the node.
pilot() {
    work=$(mktemp -d "${TMPDIR:-/tmp}/dpu-node.XXXXXX") || fail "${TMPDIR:-/tmp} cannot be written to"
    trap 'rm -rf "$work"' EXIT
    trap notice USR1 USR2
    trap ended TERM INT
    if [ -n "$key" ]; then
        key_file=$work/key
        printf '%s\n' "$key" > "$key_file"
    fi
    [ -r "$key_file" ] || fail "there is no key in $key_file: was this pilot taken back, or has it run before?"
    provide
    set -- "$@" --data "$work/data" --key-file "$key_file"
    if [ -n "$wall_seconds" ]; then
        # Slurm says when it ends; elsewhere it began at most a moment ago.
        end=${SLURM_JOB_END_TIME:-$(($(date +%s) + wall_seconds - 15))}
        set -- "$@" --until "$(date -u -d "@$end" '+%Y-%m-%dT%H:%M:%SZ')"
    fi
    cd "$work" || exit 3
    # Grid Engine sends SIGUSR2 to everything that runs; recipes are to go on for the while that is left. An ignored signal stays ignored in what is started.
    (
        trap '' USR1 USR2
        exec "$muxer" "$program" node "$@"
    ) < /dev/null &
    node=$!
    # A signal interrupts the wait, and its handler may have reaped the node on the way: then the shell still knows its exit code, until it was asked (127).
    code=127
    while :; do
        told=
        wait "$node"
        now=$?
        [ "$now" = 127 ] || code=$now
        [ -n "$told" ] || break
    done
    exit "$code"
}

# By ssh: the node goes on when this script and the connection have ended.
detached() {
    data=${data:-$HOME/.local/share/dpu-node/$name}
    mkdir -p "$data" || fail "$data cannot be made"
    work=$data
    if [ -r "$data/node.pid" ] && kill -0 "$(cat "$data/node.pid")" 2> /dev/null; then
        fail "a node runs in $data already, as process $(cat "$data/node.pid")"
    fi
    key_file=$data/join.key
    printf '%s\n' "$key" > "$key_file"
    provide
    set -- "$@" --data "$data" --key-file "$key_file"
    cd "$data" || exit 3
    setsid "$muxer" "$program" node "$@" < /dev/null >> "$data/node.log" 2>&1 &
    node=$!
    echo "$node" > "$data/node.pid"
    printf '%s\n' "$data"
}

"$mode" "$@"
