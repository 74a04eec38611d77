# Shared by the scripts of this folder; sourced, not run.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"
services=(customer sales servicedesk finance supplier notifier)
# What else runs beside them when it is built; WAYBILL_CONSOLE=no leaves it out.
console=console

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# free_port: a loopback port that nothing listens on now, another one each time.
free_port() { python3 "$here/free_port.py"; }

# as USER COMMAND…: runs as USER when root, as the caller otherwise; neither broker nor database runs as root.
as() {
    local user="$1"
    shift
    if [ "$(id -u)" = 0 ]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

# own USER DIR: makes DIR and gives it to USER when root.
own() {
    mkdir -p "$2"
    if [ "$(id -u)" = 0 ]; then chown "$1" "$2"; fi
    chmod 700 "$2"
}

# await SECONDS WHAT COMMAND…: until COMMAND succeeds; says WHAT did not come true in time.
await() {
    local deadline=$((SECONDS + $1)) what="$2"
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || { say "not in time: $what"; return 1; }
        sleep 0.1
    done
}

# secret FILE: a random password, made once, readable by its owner alone.
secret() {
    if [ ! -s "$1" ]; then
        (umask 077 && python3 -c 'import secrets; print(secrets.token_urlsafe(24))' >"$1")
    fi
    cat "$1"
}

# swift_build CONFIGURATION ARGUMENTS…: a release carries what it needs of Swift's libraries in itself, which takes less
# memory and is one file to deploy. All builds go by here: another way of linking would build everything anew. SwiftPM
# plans anew when the environment is another, and then orders some libraries' flags by chance, which compiles them again:
# hence no variables of one run, and a fixed order.
swift_build() {
    local configuration="$1" options=()
    shift
    [ "$configuration" != release ] || options=(--static-swift-stdlib)
    env -u WAYBILL_HOME -u BENCH_TWINS SWIFT_DETERMINISTIC_HASHING=1 \
        swift build -c "$configuration" "${options[@]}" "$@"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# place DIR USER: DIR if USER can get there, otherwise a folder under TMPDIR that is remembered beside it.
place() {
    local wanted="$1" user="$2" elsewhere
    mkdir -p "$(dirname "$wanted")"
    if [ -f "$wanted.elsewhere" ]; then cat "$wanted.elsewhere"; return; fi
    if as "$user" test -x "$(dirname "$wanted")" && [ ${#wanted} -lt 70 ]; then echo "$wanted"; return; fi
    elsewhere="$(mktemp -d "${TMPDIR:-/tmp}/waybill-XXXXXX")"
    chmod 711 "$elsewhere"
    echo "$elsewhere/$(basename "$wanted")" | tee "$wanted.elsewhere"
}
