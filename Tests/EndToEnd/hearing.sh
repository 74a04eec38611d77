#!/usr/bin/env bash
# What partners hear: each its own queue, with its own orders' decisions, how its own customers' orders are taken from now on, its
# own refusals and the answers to its own questions, and nothing else; every pair of partner and queue or exchange that is not its own is refused by the broker. The
# programs of docs/contracts/partners.md run as they stand there.
#
# usage: hearing.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
fail() { echo "$*"; exit 1; }
before="$(cat "$WAYBILL_HOME/run/partners")"
restart() { for service in customer sales servicedesk finance supplier notifier; do "$root/deploy/local/service.sh" restart "$service" & done; wait; }
restore() {
    echo "$before" >"$WAYBILL_HOME/run/partners"
    restart
    rm -rf "$work"
}
trap restore EXIT
cat >"$WAYBILL_HOME/hearing.json" <<'JSON'
{"partners": [
  {"name": "acme", "users": ["partner-acme"], "sources": ["acme"], "queue": true},
  {"name": "globex", "users": ["partner-globex"], "sources": ["globex"], "queue": true},
  {"name": "initech", "users": ["partner-initech"], "sources": ["initech"]}
]}
JSON
password() { head -c 18 /dev/urandom | base64; }
jq -n --arg a "$(password)" --arg b "$(password)" --arg c "$(password)" --slurpfile users "$WAYBILL_HOME/secrets/users.json" \
    '$users[0] + {"partner-acme": $a, "partner-globex": $b, "partner-initech": $c}' >"$work/users.json"
"$WAYBILL_CLI" topology definitions --users "$work/users.json" --partners "$WAYBILL_HOME/hearing.json" >"$work/definitions.json"
address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
printf 'user = "%s"\n' "${address%@*}" |
    curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
"$WAYBILL_CLI" topology check --partners "$WAYBILL_HOME/hearing.json" 2>/dev/null || fail "the topology lacks something"
echo "$WAYBILL_HOME/hearing.json" >"$WAYBILL_HOME/run/partners"
restart
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" "$root/Tests/EndToEnd/hearing.py" publish "$work/users.json"
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
# Three companies with one code, one of them of a partner that hears nothing: each change is told to whoever has the customer.
until="$(TZ=Asia/Shanghai date -d '+7 days' +%F)"
while read -r partner level; do
    "$WAYBILL_CLI" finance acceptance set "$partner/C-1" --line road --level "$level" --reason "pays late" --owner li.wei --until "$until" \
        --by finance.director >/dev/null || fail "the acceptance of $partner/C-1 cannot be set"
done <<'LEVELS'
acme needs-approval
globex stopped
initech stopped
LEVELS
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
UNTIL="$until" "$python" "$root/Tests/EndToEnd/hearing.py" check "$work/users.json"
# What was tried on its own exchange is refused, and told, too.
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
"$python" "$root/Tests/EndToEnd/hearing.py" drain "$work/users.json"

# snippet LANGUAGE: the first code block of that language in docs/contracts/partners.md, apart from those of JSON.
snippet() { awk -v fence="\`\`\`$1" '$0 == fence { printing = 1; next } printing && $0 == "```" { exit } printing { print }' "$root/docs/contracts/partners.md"; }
for language in python sh go java; do
    snippet "$language" >"$work/hear.$language"
    [ -s "$work/hear.$language" ] || fail "docs/contracts/partners.md has no $language"
done
broker="${WAYBILL_AMQP_OPERATOR_URL#*@}"
WAYBILL_AMQP_PARTNER_URL="amqp://partner-acme:$(jq -r '.["partner-acme"] | @uri' "$work/users.json")@${broker%%,*}"
export WAYBILL_AMQP_PARTNER_URL
"$python" "$work/hear.python" | grep >/dev/null -x "answer accepted" || fail "the program in Python has no answer"
bash "$work/hear.sh" | grep >/dev/null '"decision":"accepted"' || fail "the program of the shell has no answer"
(cd "$work" && mv hear.go hear_.go && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/cache" go run hear_.go) |
    grep '"decision":"accepted"' >/dev/null || fail "the program in Go has no answer"
mv "$work/hear.java" "$work/Hear.java"
java --class-path "/usr/share/java/amqp-client.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-nop.jar" "$work/Hear.java" |
    grep '"decision":"accepted"' >/dev/null || fail "the program in Java has no answer"
"$WAYBILL_CLI" dead discard --why "tried on purpose" >/dev/null 2>&1 || true
echo "two partners hear of their own orders, customers and messages, and of nothing else; four programs ask and are answered"
