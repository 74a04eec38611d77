#!/usr/bin/env bash
# Signing in at the console by a real provider, Canaille: the set-up of docs/operate/console.md as it stands there, and what must be
# true after it. Who the provider knows and we do not stays outside; who signs out is out; on the day on which the provider is away
# passwords let in, on record.
#
# usage: oidc.sh           (against what 'make up' started under WAYBILL_HOME; starts the console when it does not run)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
python="$root/.build/oidc/bin/python"
"$python" -c 'import pytest_iam' 2>/dev/null ||
    { echo "skipped: Canaille is not there, pip could not be reached (deploy/local/setup.sh installs it into .build/oidc)"; exit 0; }
[ -f "$WAYBILL_HOME/run/console.port" ] || WAYBILL_CONSOLE=yes "$root/deploy/local/up.sh" --no-build
. "$WAYBILL_HOME/env"
export WAYBILL_HOME WAYBILL_CLI
# An operator's shell has no servers of tests.
unset "${!WAYBILL_TEST_@}"
work="$(mktemp -d)"
chmod 700 "$work"
fail() { echo "$*"; [ ! -f "$WAYBILL_HOME/log/console.log" ] || tail -n 5 "$WAYBILL_HOME/log/console.log"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
serve() { "$root/deploy/local/service.sh" "$@"; }
address="http://127.0.0.1:$(cat "$WAYBILL_HOME/run/console.port")"
known="oidc.known-$$" unknown="oidc.unknown-$$" outside="oidc.outside-$$"
provider=""
away() {
    [ -z "$provider" ] || { kill "$provider" 2>/dev/null; wait "$provider" 2>/dev/null; } || true
    provider=""
}
restart() { # [LINES]: the console with these settings besides
    SERVICE_ENVIRONMENT="${1:-}" serve restart console 9>&-
    for _ in $(seq 300); do curl -sf "$address/health/ready" >/dev/null && return; sleep 0.1; done
    fail "the console is not ready"
}
restore() {
    away
    waybill console user close "$known" >/dev/null 2>&1 || true
    restart || true
    rm -rf "$work"
}
trap restore EXIT
walk() { python3 "$root/Tests/EndToEnd/oidc_walk.py" "$1" "$address" "${@:2}"; }
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# The provider: two in the group that comes in, one outside of it.
(umask 077 && python3 -c 'import secrets; print(secrets.token_urlsafe(24))' | tee "$work/there" >"$work/client.secret")
mkfifo "$work/input"
"$python" "$root/Tests/EndToEnd/oidc_provider.py" waybill "$work/client.secret" "$address" "$work/there" \
    "$known:waybill" "$unknown:waybill" "$outside" <"$work/input" >"$work/issuer" 2>"$work/provider.log" &
provider=$!
exec 9>"$work/input"
for _ in $(seq 300); do [ -s "$work/issuer" ] && break; sleep 0.1; done
[ -s "$work/issuer" ] || fail "Canaille does not start: $(cat "$work/provider.log")"

# The page, with the names of this place.
cat >"$work/page.sh" <<PAGE
set -euo pipefail
waybill() { "\$WAYBILL_CLI" "\$@"; }
PATH="$(cat "$WAYBILL_HOME/run/binaries"):\$PATH"
issuer='$(cat "$work/issuer")' address='$address' secret="\$(cat "$work/client.secret")"
PAGE
awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' "$root/docs/operate/console.md" >>"$work/page.sh"
[ "$(wc -l <"$work/page.sh")" -gt 15 ] || fail "docs/operate/console.md has no set-up of a provider"
(cd "$work" && timeout 120 bash page.sh >page.out 2>&1) || fail "docs/operate/console.md does not do what it says: $(cat "$work/page.out")"
grep >/dev/null "^keys .*RS256" "$work/page.out" || fail "the provider is not looked at: $(cat "$work/page.out")"
settings() { tr '\n' ' ' <"$work/console.env"; }
# A setting that is misspelt, and a provider that is none.
sed 's/OIDC_CLIENT/OIDC_CLIENTS/' "$work/console.env" >"$work/misspelt.env"
if waybill settings check "$work/misspelt.env" --service console >/dev/null 2>&1; then fail "a misspelt setting is right"; fi
code=0
env WAYBILL_OIDC_ISSUER=http://127.0.0.1:1 WAYBILL_OIDC_CLIENT=waybill WAYBILL_OIDC_ADDRESS="$address" \
    "$(cat "$WAYBILL_HOME/run/binaries")/waybill-console" provider >/dev/null 2>&1 || code=$?
expect "a provider that nobody listens for" 1 "$code"

# In and out. An operator has let one of them in; the organisation has none.
waybill console user add "$known" "Known here" --make --why "a test" 2>/dev/null | awk '$1 == "password" { print $2 }' >"$work/here"
restart "$(settings)"
walk in "$known" "$work/there"
walk out "$known" "$work/there"
walk in "$unknown" "$work/there" "has nobody of this login"
walk in "$outside" "$work/there" "in none of the groups"
expect "a password of the console's own beside the provider" 200 "$(walk password "$known" "$work/here")"

# Closed here, whatever the provider says; a password that is given anew opens it again.
waybill console user close "$known" --why "a test" 2>/dev/null
walk in "$known" "$work/there" "has closed this login"
waybill console user password "$known" --make --why "a test" 2>/dev/null | awk '$1 == "password" { print $2 }' >"$work/here"
walk in "$known" "$work/there"
waybill console user unbind "$known" --why "a test" 2>/dev/null
walk in "$known" "$work/there"

# Passwords for the day on which the provider is away: shut while it is there, open when it is not, and on record.
restart "$(settings) WAYBILL_OIDC_PASSWORDS=emergency"
expect "a password while the provider is there" 403 "$(walk password "$known" "$work/here")"
away
restart "$(settings) WAYBILL_OIDC_PASSWORDS=emergency"
expect "a provider that is away" 503 "$(walk away)"
expect "a password while the provider is away" 200 "$(walk password "$known" "$work/here")"
noted() {
    waybill audit list --what operated --object "$known" --json |
        jq -e '[.audit[].asked] | contains(["emergency-sign-in", "unbind-console-user", "close-console-user"])' >/dev/null
}
for _ in $(seq 100); do noted && break; sleep 0.1; done
noted || fail "the entry is not on record: $(waybill audit list --what operated --object "$known" --json)"
grep >/dev/null 'somebody has come in by a password' "$WAYBILL_HOME/log/console.log" || fail "the log does not say it"
if grep -F -f "$work/client.secret" "$WAYBILL_HOME/log/console.log" >/dev/null; then fail "the log has the secret"; fi
echo "by a real provider people come in, and go, as they should"
