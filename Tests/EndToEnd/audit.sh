#!/usr/bin/env bash
# Who saw personal data, took data out and operated: the page of docs/operate/audit.md as it stands there, and what must be true
# after it. Names stand nowhere in the audit, no row of it can be changed by the user of a service, and what is noted when a
# service is asked to end is there when it is back.
#
# usage: audit.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}
{
    echo 'set -euo pipefail'
    echo 'waybill() { "$WAYBILL_CLI" "$@"; }'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' "$root/docs/operate/audit.md"
} >"$work/page.sh"
[ "$(wc -l <"$work/page.sh")" -gt 15 ] || fail "docs/operate/audit.md has no procedure"
(cd "$work" && timeout 300 bash page.sh >page.out 2>&1) || fail "docs/operate/audit.md does not do what it says: $(cat "$work/page.out")"

# One entry for what was seen and one for what was taken out, with the same columns and objects.
waybill audit list --object AU-C --kind interaction --json >"$work/seen"
jq -e '[.audit[] | select(.asked == "interactions.list")]
    | (map(.what) | sort) == ["exported", "seen"]
    and all(.[]; .service == "customer" and .person == "waybill-operator" and .proof == "user" and .kind == "interaction"
        and .rows == 1 and (.columns | contains("interactions.with")) and (.objects | startswith("AU-C")))' "$work/seen" >/dev/null ||
    fail "it is not noted who saw the contacts: $(cat "$work/seen")"
grep >/dev/null 'discard' "$work/page.out" || fail "the act of the operator is not shown: $(cat "$work/page.out")"

# Whose trail was looked at is noted as well, and the export holds what the list holds.
jq -e '.audit | length >= 2 and all(.[]; has("entry") and has("brokerUser"))' "$work/audit.json" >/dev/null ||
    fail "the export is not what it says: $(cat "$work/audit.json")"
expect "the rights of the exported file" 600 "$(stat -c %a "$work/audit.csv")"
noted() { [ "$(waybill audit list --object AU-C --kind audit --what exported --json | jq '.audit | length')" -ge 1 ]; }
for _ in $(seq 100); do noted && break; sleep 0.1; done
noted || fail "it is not noted that the audit was taken out"

# Nothing personal stands in any table of it, in any service.
for service in customer sales servicedesk finance supplier notifier; do
    url="$(cat "$WAYBILL_HOME/secrets/postgres-$service.url")"
    for table in audit_seen audit_denied audit_operation; do
        expect "names in $service.$table" 0 \
            "$(psql -qtA "$url" -c "select count(*) from $service.$table as t where t::text like '%Ms Gu%' or t::text like '%asks for a quote%'")"
        for act in "delete from $service.$table" "update $service.$table set at = now()" "truncate $service.$table"; do
            ! psql -q "$url" -c "$act" 2>"$work/error" || fail "the user of $service may '$act'"
            grep >/dev/null 'permission denied' "$work/error" || fail "'$act' of $service: $(cat "$work/error")"
        done
    done
done

# Asked to end at once after an answer: its entry is there when the service is back.
before="$(waybill audit list --object AU-C --kind interaction --what seen --json | jq '.audit | length')"
waybill interactions list AU-C --source audited >/dev/null
"$root/deploy/local/service.sh" restart customer >/dev/null
for _ in $(seq 300); do curl -sf "$WAYBILL_HTTP_CUSTOMER/health/ready" >/dev/null && break; sleep 0.1; done
expect "what was seen before the end" "$((before + 1))" "$(waybill audit list --object AU-C --kind interaction --what seen --json | jq '.audit | length')"

# The records of before are brought in once, however often.
records="$(waybill dead audit --json | jq '[.audit[]] | unique | length')"
waybill audit hand-over 2>/dev/null
waybill audit hand-over 2>/dev/null
held() { for what in operated refused; do waybill audit list --service customer --what "$what" --limit 2000 --json; done | jq -s "[.[].audit[].entry] | $1"; }
for _ in $(seq 300); do [ "$(held length)" -ge "$records" ] && break; sleep 0.1; done
[ "$(held length)" -ge "$records" ] || fail "of $records records of operators only $(held length) are in the audit"
expect "records that are there twice" 0 "$(held 'length - (unique | length)')"
echo "the audit says who saw, took out and operated, and nothing that was seen"
