# What the parts share that run on a system of their own; sourced, not run.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CLI WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
waybill() { "$WAYBILL_CLI" "$@"; }
fail() { echo "$*"; tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
# The first python3 need not be the one that Debian's packages belong to.
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3

# system NAME: starts broker, database and services under a folder of their own, and makes the folder $work. What both are
# needed for ends with the script. With WAYBILL_WALKS, a folder where such a system runs, that one is taken, and goes on.
system() {
    work="$(mktemp -d "${TMPDIR:-/tmp}/waybill-work-XXXXXX")"
    if [ -n "${WAYBILL_WALKS:-}" ]; then
        WAYBILL_HOME="$WAYBILL_WALKS"
        trap 'rm -rf "$work"' EXIT
    else
        WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-$1-XXXXXX")"
        chmod 711 "$WAYBILL_HOME"
        trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME" "$work"' EXIT
        "$root/deploy/local/up.sh" --no-build
    fi
    . "$WAYBILL_HOME/env"
}

# walk PAGE LINES [SECTION]: runs the commands of PAGE (under docs/), those of SECTION or all, as they stand there and in
# $work, unless they are LINES or fewer.
walk() {
    {
        echo 'set -euo pipefail'
        echo "trap 'echo \"line \$LINENO: \$BASH_COMMAND\" >&2' ERR"
        echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
        echo 'waybill-servicedesk() { "$(cat "$WAYBILL_HOME/run/binaries")/waybill-servicedesk" "$@"; }'
        awk -v section="${3:-}" '/^## / { inside = ($0 == "## " section) }
            (inside || section == "") && /^```sh$/ { printing = 1; next }
            printing && /^```$/ { printing = 0; print "" }
            printing { print }' "$root/docs/$1"
    } >"$work/walk.sh"
    [ "$(wc -l <"$work/walk.sh")" -gt "$2" ] || fail "docs/$1 has no walk"
    ln -sfn "$root/deploy" "$work/deploy"
    (cd "$work" && TMPDIR="$work" bash walk.sh) || fail "the walk of docs/$1 ended with $?"
    echo "the walk of docs/$1 does what it says"
}
