#!/usr/bin/env bash
# Runs docs/operate/permissions-walk.md exactly as it stands there, against services of its own: a branch moves to another division, a
# manager is on leave, somebody leaves. Then what nobody may say of an organisation, of people or in a policy is said, and refused.
#
# usage: permissions_walk.sh
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
export WAYBILL_HOME WAYBILL_CONFIGURATION="${WAYBILL_CONFIGURATION:-debug}"
WAYBILL_HOME="$(mktemp -d "${TMPDIR:-/tmp}/waybill-permissions-XXXXXX")"
work="$(mktemp -d)"
chmod 711 "$WAYBILL_HOME"
trap '"$root/deploy/local/down.sh" --purge >/dev/null 2>&1 || true; rm -rf "$WAYBILL_HOME" "$work"' EXIT
"$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
export WAYBILL_CLI
fail() { echo "$*"; tail -n 5 "$WAYBILL_HOME"/log/*.log; exit 1; }
{
    echo 'set -euo pipefail'
    echo "trap 'echo \"line \$LINENO: \$BASH_COMMAND\" >&2' ERR"
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' "$root/docs/operate/permissions-walk.md"
} >"$work/walk.sh"
[ "$(wc -l <"$work/walk.sh")" -gt 100 ] || fail "docs/operate/permissions-walk.md has no walk"
(cd "$root" && TMPDIR="$work" bash "$work/walk.sh") || fail "the walk ended with $?"

# What the walk shows, looked at once more.
for service in customer sales servicedesk finance supplier notifier; do
    [ "$("$WAYBILL_CLI" dead list --service "$service" --json | jq '.deadLetters | length')" = 0 ] ||
        fail "a refused command stands in the dead letters of $service"
done
python3 "$root/Tests/EndToEnd/people_refused.py" "$(echo "$work"/tmp.*/ops.qian.url)" || fail "what is bad input is not refused as it should be"
echo "docs/operate/permissions-walk.md does what it says"
