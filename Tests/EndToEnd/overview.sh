#!/usr/bin/env bash
# A customer from all sides: relations and orders make a graph, a silent service is marked stale, and a person who is
# forgotten is nowhere any more: not in a table, a queue, a dead letter or a log.
#
# usage: overview.sh        (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
publish() { waybill orders publish - --source overview >/dev/null 2>&1 && waybill status --wait-drained 60 >/dev/null; }
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}
order() { # NUMBER CUSTOMER CONSIGNEE PAYER DAY
    printf '{"orderId":"%s","revision":1,"customer":{"code":"%s","name":"%s 物流有限公司"},"consignee":{"code":"%s"},' "$1" "$2" "$2" "$3"
    printf '"payer":{"code":"%s"},"branch":"KS01","businessLine":"air-freight","placedAt":"%sT10:00:00+08:00","currency":"CNY",' "$4" "$5"
    printf '"lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"1000.00","cost":"700.00",'
    printf '"supplier":{"code":"SIDE-CARRIER"}}]}\n'
}
relation() { # NUMBER FROM KIND TO
    printf '{"type":"relation.declared.v1","id":"%s","data":{"relationId":"%s","revision":1,' "$1" "$1"
    printf '"from":{"code":"%s"},"kind":"%s","to":{"code":"%s"}}}\n' "$2" "$3" "$4"
}
spoke() { # NUMBER CHANNEL
    printf '{"type":"interaction.logged.v1","id":"%s","data":{"interactionId":"%s","customer":{"code":"SIDE-A"},' "$1" "$1"
    printf '"channel":"%s","by":"li.wei","with":"Canary Qiu","at":"2026-01-05T10:00:00+08:00","summary":"canary summary"}}\n' "$2"
}

yesterday="$(date -u -d yesterday +%F)"
{
    order SIDE-1 SIDE-A SIDE-D SIDE-P "$yesterday"
    order SIDE-2 SIDE-B SIDE-D SIDE-P "$yesterday"
    relation SIDE-R1 SIDE-P parent-of SIDE-A
    relation SIDE-R2 SIDE-P parent-of SIDE-B
    relation SIDE-R3 SIDE-A parent-of SIDE-P
    printf '{"type":"invoice.issued.v1","id":"SIDE-V1","data":{"invoiceId":"SIDE-V1","customer":{"code":"SIDE-A"},'
    printf '"orderIds":["SIDE-1"],"issuedAt":"%sT12:00:00+08:00","amount":"1000.00","currency":"CNY"}}\n' "$yesterday"
    printf '{"type":"payment.received.v1","id":"SIDE-M1","data":{"paymentId":"SIDE-M1","customer":{"code":"SIDE-A"},'
    printf '"receivedAt":"%sT13:00:00+08:00","amount":"400.00","currency":"CNY",' "$yesterday"
    printf '"allocations":[{"invoiceId":"SIDE-V1","amount":"400.00"}]}}\n'
    spoke SIDE-I1 phone
    spoke SIDE-I2 telegraph
} | publish
expect "refused" "cyclic-relation value-not-allowed" \
    "$(waybill dead list --service customer --json | jq -r '[.deadLetters[] | select((.id // "") | startswith("SIDE-")) | .reason] | sort | join(" ")')"
expect "the group" 3 "$(waybill graph group SIDE-B --json | jq '.group | length')"
expect "ties of one customer" "parent-of pays-for ships-to supplies" \
    "$(waybill graph show SIDE-A --hops 1 --json | jq -r '[.ties[].kind] | unique | join(" ")')"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
waybill graph export --graphml "$work/all.graphml" 2>/dev/null
waybill graph picture --svg "$work/ego.svg" SIDE-A 2>/dev/null
python3 - "$work" <<'python'
import sys, xml.etree.ElementTree as tree
graph = tree.parse(sys.argv[1] + "/all.graphml").getroot()
space = "{http://graphml.graphdrawing.org/xmlns}"
assert len(graph.findall(f".//{space}node")) >= 5 and len(graph.findall(f".//{space}edge")) >= 7
assert tree.parse(sys.argv[1] + "/ego.svg").getroot().tag.endswith("svg")
python

overview() { waybill customers overview SIDE-A --json; }
state() { jq -r --arg block "$1" '.blocks[] | select(.block == $block) | .state'; }
expect "what finance tells" current "$(overview | state credit)"
expect "what it owes" 600 "$(overview | jq -r '.receivables[0].open')"
expect "what it earns" 300.0000 "$(overview | jq -r '.margin[0].margin')"
expect "the person spoken with" "Canary Qiu" "$(overview | jq -r '.contacts[0].person')"

complained() { overview | jq -r '[.complaints[] | "\(.complaintId) \(.state)"] | join(", ")'; }
step() { waybill complaints step "$@" --by li.wei >/dev/null 2>&1; }
waybill complaints report SIDE-C1 --source overview --customer SIDE-A --order SIDE-1 --category damage --severity major \
    --summary "two cartons crushed" --by hotline >/dev/null 2>&1
waybill status --wait-drained 60 >/dev/null
expect "a complaint" "SIDE-C1 received" "$(complained)"
step SIDE-C1 contained
step SIDE-C1 accepted && fail "a complaint went back" || expect "a step back" 2 $?
waybill status --wait-drained 60 >/dev/null
expect "the complaint, contained" "SIDE-C1 contained" "$(complained)"
step SIDE-C1 closed
waybill status --wait-drained 60 >/dev/null
expect "the complaint, closed" "SIDE-C1 closed current" "$(complained) $(overview | state complaints)"
expect "complaints that are open" 0 "$(waybill complaints list --customer SIDE-A --json | jq '.complaints | length')"
expect "its way" "received contained closed" \
    "$(waybill complaints show SIDE-C1 --json | jq -r '[.states[].state] | join(" ")')"

agreed() { waybill agreements record SIDE-K1 --source overview --customer SIDE-A --kind rates --title "Rates" --by li.wei "$@" \
    >/dev/null 2>&1; waybill status --wait-drained 60 >/dev/null; }
agreed --revision 1 --from "$(date -u +%Y)-01-01" --until "$(date -u -d '+20 days' +%F)"
expect "an agreement" "SIDE-K1 ending current" \
    "$(overview | jq -r '.contracts[] | "\(.agreementId) \(.state)"') $(overview | state contracts)"
agreed --revision 2 --from "$(date -u +%Y)-01-01"
expect "the agreement without an end" "SIDE-K1 active" \
    "$(waybill agreements list --customer SIDE-A --json | jq -r '.agreements[] | "\(.agreementId) \(.state)"')"

pid="$(cat "$WAYBILL_HOME/run/finance.pid")"
kill -STOP "$pid"
stopped="$(overview)" || { kill -CONT "$pid"; fail "no overview while finance stands still"; }
kill -CONT "$pid"
expect "what a silent service told" "stale current" "$(state credit <<<"$stopped") $(state interactions <<<"$stopped")"

forgotten="$(waybill interactions erase --source overview --code SIDE-A --with 'canary  QIU' --by li.wei --yes 2>&1)"
grep -q "1 contacts" <<<"$forgotten" || fail "one contact was to be forgotten: $forgotten"
expect "the person, forgotten" 0 "$(overview | grep -ci canary || true)"
expect "the contact, kept" 1 "$(overview | jq '.interactions | length')"
waybill status --wait-drained 60 >/dev/null
for service in customer sales servicedesk finance supplier notifier; do
    ! waybill dead list --service "$service" --json | grep >/dev/null -i canary || fail "a dead letter of $service speaks of the person"
done
PGPASSWORD="$(cat "$WAYBILL_HOME/database/password")" pg_dump -h 127.0.0.1 -p "$(cat "$WAYBILL_HOME/database/port")" \
    -U postgres waybill >"$work/dump.sql"
grep -q SIDE-I1 "$work/dump.sql" || fail "the dump of the database is no dump"
! grep -qi canary "$work/dump.sql" || fail "the database speaks of the person"
! grep -rqi canary "$WAYBILL_HOME/log" || fail "a log speaks of the person"
echo "a customer is seen from all sides, and a person who asks for it is forgotten everywhere"
