#!/usr/bin/env bash
# The HTTP API of a console beside the services: tokens are made, shown once and ended; http_api.py calls as a person and as a
# partner of a file of partners; an event by HTTP is the partner's own to every service, and it hears of it by HTTP; the file of
# partners is read again while the console runs; a console that is killed has told of nothing that is lost.
#
# usage: http_api.sh           (against what 'make up' started under WAYBILL_HOME; starts the console when it does not run)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
[ -f "$WAYBILL_HOME/run/console.port" ] || WAYBILL_CONSOLE=yes "$root/deploy/local/up.sh" --no-build
[ -f "$WAYBILL_HOME/run/console.port" ] || { echo "there is no build of waybill-console"; exit 1; }
. "$WAYBILL_HOME/env"
export WAYBILL_HOME WAYBILL_CLI WAYBILL_HTTP_CONSOLE
work="$(mktemp -d)"
chmod 700 "$work"
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
services=(customer sales servicedesk finance supplier notifier)
serve() { "$root/deploy/local/service.sh" "$@"; }
ready() {
    for _ in $(seq 300); do curl -sf "$WAYBILL_HTTP_CONSOLE/health/ready" >/dev/null && return; sleep 0.1; done
    fail "the console is not ready: $(tail -n 3 "$WAYBILL_HOME/log/console.log")"
}
reads() { grep -c 'the files of the settings were read again' "$WAYBILL_HOME/log/$1.log" || true; }
reload() { # SERVICE: and wait until it has read its files
    local reads
    reads="$(reads "$1")"
    serve reload "$1"
    for _ in $(seq 100); do [ "$(reads "$1")" -gt "$reads" ] && return; sleep 0.1; done
    fail "$1 has not read its files again"
}
dead() { for service in "${services[@]}"; do waybill dead list --service "$service" --json 2>/dev/null || true; done | jq -s '[.[].deadLetters | length] | add'; }
restart() { for service in "${services[@]}" console; do serve restart "$service" & done; wait; ready; }
before="$(cat "$WAYBILL_HOME/run/partners")"
restore() {
    waybill console token remove li.wei http-api >/dev/null 2>&1 || true
    for partner in web other; do waybill console token remove --partner "$partner" http-api >/dev/null 2>&1 || true; done
    echo "$before" >"$WAYBILL_HOME/run/partners"
    # The edge's user may write where it could before.
    [ "$before" != any ] || define || true
    restart || true
    rm -rf "$work"
}
trap restore EXIT

# A file of partners: 'web' calls by HTTP alone, 'other' is added while all run. Those of the parts before keep their numbers.
partners() { # PARTNER…: the file with these
    printf '{"partners": [%s]}\n' "$(IFS=,; echo "$*")" >"$work/partners.json"
}
web='{"name": "web", "users": ["partner-web"], "sources": ["web"], "queue": true}'
other='{"name": "other", "users": ["partner-demo"], "sources": ["other"], "queue": true}'
define() { # [OPTION…]: users, rights, exchanges and queues of the broker
    waybill topology definitions --users "$WAYBILL_HOME/secrets/users.json" "$@" >"$work/definitions.json"
    address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
    printf 'user = "%s"\n' "${address%@*}" |
        curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
}
partners "$web"
define --partners "$work/partners.json"
echo "$work/partners.json" >"$WAYBILL_HOME/run/partners"
restart

waybill status --wait-drained 60 >/dev/null
dead_before="$(dead)"

# Tokens: shown once, ended at once; what a token may be for depends on whose it is.
(umask 077 && waybill console token add li.wei http-api --scope ask,export,act --days 2 --json >"$work/person.json" 2>/dev/null)
(umask 077 && waybill console token add --partner web http-api --json >"$work/partner.json" 2>/dev/null)
person="$(jq -r .token "$work/person.json")" partner="$(jq -r .token "$work/partner.json")"
[ "${#person}" = 43 ] && [ "${#partner}" = 43 ] || fail "tokens are not shown: $(cat "$work"/*.json)"
code=0
waybill console token add li.wei http-api >/dev/null 2>&1 || code=$?
[ "$code" = 2 ] || fail "a token is made twice under one name: $code"
code=0
waybill console token add li.wei other --scope publish >/dev/null 2>&1 || code=$?
[ "$code" = 64 ] || fail "a person's token may publish: $code"
waybill console token list --json >"$work/list.json"
[ "$(jq -r '[.tokens[] | select(.name == "http-api") | "\(.kind) \(.holder) \(.scopes)"] | join("; ")' "$work/list.json")" = \
    "partner web publish,hear; person li.wei ask,export,act" ] || fail "the list of tokens: $(cat "$work/list.json")"
if grep -F -e "$person" -e "$partner" "$work/list.json" >/dev/null; then fail "the list shows tokens"; fi

WAYBILL_TOKEN_PERSON="$person" WAYBILL_TOKEN_PARTNER="$partner" WAYBILL_PARTNER_SOURCE=web \
    python3 "$root/Tests/EndToEnd/http_api.py"

# call TOKEN PATH [CURL'S OPTIONS…]: the status; the answer is in $work/answer
call() {
    local token="$1" path="$2"
    shift 2
    printf 'Authorization: Bearer %s\n' "$token" >"$work/header"
    curl -s -H "@$work/header" -o "$work/answer" -w '%{http_code}' "$@" "$WAYBILL_HTTP_CONSOLE/api/v1/$path"
}
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3': $(head -c 600 "$work/answer")"
}
run="$(date +%s)"
event() { # SOURCE NUMBER
    printf '{"specversion":"1.0","id":"%s","source":"%s","type":"order.placed.v1","data":{"orderId":"%s","revision":1,"customer":{"code":"C-HTTP"},' "$2" "$1" "$2"
    printf '"branch":"KS01","businessLine":"road","placedAt":"2026-03-02T10:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"ROAD",'
    printf '"quantity":"1","unit":"kg","revenue":"100.00","cost":"50.00"}]}}'
}
publish() { event "$2" "$3" | call "$1" events -H 'content-type: application/cloudevents+json' --data-binary @-; }

# heard TOKEN NUMBER: the decision of an order from the partner's queue; what was kept leaves the queue by its receipt.
heard() {
    local receipt="" found=""
    for _ in $(seq 60); do
        expect "a call that listens" 200 "$(call "$1" "partner/events?wait=2&receipt=$receipt")"
        receipt="$(jq -r '.receipt // ""' "$work/answer")"
        found="$(jq -r --arg order "$2" '[.messages[] | select(.body.data.orderId? == $order) | .body.data.decision] | first // ""' "$work/answer")"
        if [ -n "$found" ]; then
            # What was handed over is kept: it does not come again.
            expect "the receipt" 200 "$(call "$1" "partner/events?wait=0&receipt=$receipt")"
            echo "$found"
            return
        fi
    done
    fail "partner never heard of $2"
}
expect "an order by HTTP" 202 "$(publish "$partner" web "H-$run")"
expect "what the partner hears of it" accepted "$(heard "$partner" "H-$run")"

# A partner that the file does not have yet brings nothing; once it has, the console and the services read it while they run.
(umask 077 && waybill console token add --partner other http-api --json >"$work/other.json" 2>/dev/null)
other_token="$(jq -r .token "$work/other.json")"
expect "a partner that is not in the file" 403 "$(publish "$other_token" other "O-$run")"
expect "its reason" publisher-unknown "$(jq -r .reason "$work/answer")"
partners "$web" "$other"
define --partners "$work/partners.json"
# The services first: what the console lets through they must know.
for service in "${services[@]}" console; do reload "$service"; done
expect "a partner that was added" 202 "$(publish "$other_token" other "O-$run")"
expect "another's source" 403 "$(publish "$other_token" web "X-$run")"
expect "what the added partner hears" accepted "$(heard "$other_token" "O-$run")"

# With the services stopped a batch is taken, since the broker has it; the console is killed, the client repeats, and each
# order is there once.
for service in "${services[@]}"; do serve stop "$service" & done
wait
{
    printf '['
    for number in $(seq 200); do [ "$number" = 1 ] || printf ','; event web "K$number-$run"; done
    printf ']'
} >"$work/batch.json"
batch() { call "$partner" events -H 'content-type: application/cloudevents-batch+json' --data-binary "@$work/batch.json"; }
batch >"$work/first" &
sleep 0.05
serve kill console
wait || true
serve start console
ready
expect "the batch again" 202 "$(batch)"
expect "how many of it were taken" 200 "$(jq -r .accepted "$work/answer")"
for service in "${services[@]}"; do serve start "$service" & done
wait
waybill status --wait-drained 120 >/dev/null
for number in 1 100 200; do
    expect "order $number of the batch" accepted "$(waybill orders show "K$number-$run" --json | jq -r '.order[0].decision')"
done

# A call that waits does not hold up a shutdown.
started=$SECONDS
call "$partner" "partner/events?wait=60" >/dev/null &
waiting=$!
sleep 1
serve stop console
wait "$waiting" || true
[ $((SECONDS - started)) -lt 12 ] || fail "a call that waits has held up the console's end for $((SECONDS - started)) s"
serve start console
ready

expect "dead letters of what was refused or taken by HTTP" "$dead_before" "$(dead)"
waybill console token remove li.wei http-api 2>/dev/null
expect "a token that was ended" 401 "$(call "$person" questions)"
# Who let the program in, and who ended that, is on record, and asked by the login.
noted() { waybill audit list --what operated --object li.wei --json | jq -e '[.audit[].asked] | contains(["add-token", "remove-token"])' >/dev/null; }
for _ in $(seq 100); do noted && break; sleep 0.1; done
noted || fail "what was done with li.wei's token: $(waybill audit list --what operated --object li.wei --json)"
echo "tokens, partners and a killed console: calls by HTTP are as those by AMQP"
