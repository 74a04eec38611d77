#!/usr/bin/env bash
# Old systems' files: the page of docs/operate/import.md as it stands there, by a person who was given the right and with a real
# file of partners; files in every encoding and a workbook; interrupted and gone on with; the live system's own message later.
#
# usage: imports.sh          (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
chmod 700 "$work"
run="$(date +%s)"
fail() { echo "$*"; exit 1; }
services=(customer sales servicedesk finance supplier notifier)
restart() { for service in "${services[@]}"; do "$root/deploy/local/service.sh" restart "$service"; done; }
before="$(cat "$WAYBILL_HOME/run/partners")"
waybill() { "$WAYBILL_CLI" "$@"; }
restore() {
    waybill users remove ma.li >/dev/null 2>&1 || true
    waybill users remove no.right >/dev/null 2>&1 || true
    echo "$before" >"$WAYBILL_HOME/run/partners"
    restart
    rm -rf "$work"
}
trap restore EXIT
echo '{"partners": [{"name": "old", "users": ["partner-demo"], "sources": ["old"]}]}' >"$work/partners.json"
waybill topology definitions --users "$WAYBILL_HOME/secrets/users.json" --partners "$work/partners.json" >"$work/definitions.json"
address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
printf 'user = "%s"\n' "${address%@*}" |
    curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
echo "$work/partners.json" >"$WAYBILL_HOME/run/partners"
restart
dead() { for service in "${services[@]}"; do waybill dead list --service "$service" --json 2>/dev/null || true; done | jq -s '[.[].deadLetters | length] | add'; }
before_dead="$(dead)"

# The page, as it stands there, as the person whom it makes.
{
    echo 'set -euo pipefail'
    awk '/^```sh$/ { printing = 1; next } printing && /^```$/ { printing = 0 } printing { print }' "$root/docs/operate/import.md"
} >"$work/page.sh"
[ "$(wc -l <"$work/page.sh")" -gt 20 ] || fail "docs/operate/import.md has no procedure"
# shellcheck disable=SC2016
sed -i 's/^waybill users add ma.li --imports$/waybill users add ma.li --imports --json | jq -r .url >url; chmod 600 url/' "$work/page.sh"
(
    cd "$work"
    waybill() { # the operator makes the person, who does the rest
        if [ "$1" = users ]; then "$WAYBILL_CLI" "$@"; else WAYBILL_AMQP_USER_URL_FILE="$work/url" "$WAYBILL_CLI" "$@"; fi
    }
    export -f waybill
    export work
    bash "$work/page.sh"
) >"$work/said" 2>&1 || fail "the page ended with an error: $(cat "$work/said")"
grep -E "^3 lines: .*, 1 refused; nothing was published$" "$work/said" >/dev/null || fail "the dry run: $(cat "$work/said")"
grep -F "1 lines: 1 same" "$work/said" >/dev/null || fail "the same again: $(cat "$work/said")"
export WAYBILL_AMQP_USER_URL_FILE="$work/url"
waybill query customer customers.show code=OLD-3 --json | jq -e '[.accounts[] | select(.code == "OLD-3") | .name] == ["昆山飞力达精密电子有限公司"]' >/dev/null ||
    fail "the mended customer is not there"

# Every encoding and every separator says the same; a workbook as well.
cat >"$work/u.csv" <<CSV
发票号码,客户编码,开票日期,到期日,金额（元）,币种
E-$run,OLD-1,2026年1月5日,2026-02-04,"￥1,234.50",人民币
CSV
printf '\xef\xbb\xbf' | cat - "$work/u.csv" >"$work/bom.csv"
iconv -f UTF-8 -t GB18030 <"$work/u.csv" >"$work/gb.csv"
iconv -f UTF-8 -t UTF-16 <"$work/u.csv" >"$work/utf16.csv"
waybill import invoices "$work/u.csv" --source old 2>"$work/error" || fail "UTF-8: $(cat "$work/error")"
grep -F "1 new" "$work/error" >/dev/null || fail "UTF-8: $(cat "$work/error")"
for file in bom gb utf16; do
    waybill import invoices "$work/$file.csv" --source old 2>"$work/error" || fail "$file: $(cat "$work/error")"
    grep -F "1 same" "$work/error" >/dev/null || fail "$file says something else: $(cat "$work/error")"
done
waybill import invoices "$work/gb.csv" --source old 2>&1 | grep -F "GB 18030" >/dev/null || fail "GB 18030 is not said"
python3 "$root/Tests/ImportingTests/Files/make_workbook.py" "$work/book.xlsx"
waybill import invoices "$work/book.xlsx" --source old --json >"$work/json" 2>/dev/null && fail "a line without a customer passes"
jq -e '.import[0] | .lines == 3 and .new + .same == 1 and .refused == 2' "$work/json" >/dev/null || fail "the workbook: $(cat "$work/json")"

# The live system's own message later: the same again, or refused, and nothing is counted twice.
{
    printf '{"type":"invoice.issued.v1","id":"live-%s","data":{"invoiceId":"E-%s","customer":{"code":"OLD-1"},"orderIds":[],"issuedAt":"2026-01-04T16:00:00Z","dueAt":"2026-02-04T00:00:00+08:00","amount":"1234.50","currency":"CNY"}}\n' "$run" "$run"
} >"$work/live.jsonl"
waybill orders publish "$work/live.jsonl" --source old --partners "$work/partners.json" 2>/dev/null
unset WAYBILL_AMQP_USER_URL_FILE
waybill status --wait-drained 60 >/dev/null
[ "$(dead)" = "$before_dead" ] || fail "the live system's own message is a dead letter"
export WAYBILL_AMQP_USER_URL_FILE="$work/url"
sed 's/1,234.50/1,234.51/' "$work/u.csv" >"$work/other.csv"
waybill import invoices "$work/other.csv" --source old --json >"$work/json" 2>/dev/null && fail "another amount passes"
grep -F "conflicting-content" "$work/other.csv.refused.csv" >/dev/null || fail "the reason does not stand in the report"

# Interrupted and gone on with: in the end everything is there once.
{
    echo "Payment no,Customer,Value date,Amount,Currency"
    for number in $(seq 1 6000); do echo "PAY-$run-$number,OLD-1,2026-01-06,1.00,CNY"; done
} >"$work/payments.csv"
"$WAYBILL_CLI" import payments "$work/payments.csv" --source old >/dev/null 2>&1 &
import=$!
deadline=$((SECONDS + 60))
until waybill import payments "$work/payments.csv" --source old --dry-run --json 2>/dev/null | jq -e '[.lines[] | select(.outcome == "same")] | length > 0' >/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || fail "nothing lands"
done
kill -9 "$import" 2>/dev/null || true
wait "$import" 2>/dev/null || true
waybill import payments "$work/payments.csv" --source old --json >"$work/json" 2>"$work/error" || fail "it does not go on: $(cat "$work/error")"
waybill import payments "$work/payments.csv" --source old --json 2>/dev/null | jq -e '.import[0] | .lines == 6000 and .same == 6000' >/dev/null ||
    fail "not everything is there"

# Whoever has not the right, and a system that there is not.
(unset WAYBILL_AMQP_USER_URL_FILE && umask 077 && waybill users add no.right --json | jq -r .url >"$work/other-url")
head -3 "$work/payments.csv" | sed 's/PAY-/NO-/' >"$work/no.csv"
WAYBILL_AMQP_USER_URL_FILE="$work/other-url" timeout 120 "$WAYBILL_CLI" import payments "$work/no.csv" --source old >/dev/null 2>"$work/error" && fail "anybody may import"
grep -F "users add NAME --imports" "$work/error" >/dev/null || fail "it is not said what is missing: $(cat "$work/error")"
code=0
waybill import payments "$work/no.csv" --source odl >/dev/null 2>"$work/error" || code=$?
[ "$code" = 2 ] || fail "a source that nobody has ended with $code: $(cat "$work/error")"
unset WAYBILL_AMQP_USER_URL_FILE
waybill status --wait-drained 60 >/dev/null
[ "$(dead)" = "$before_dead" ] || fail "something that was imported is a dead letter"
echo "old systems' files come in: every encoding, mended, interrupted, the same again, and by those only who may"
