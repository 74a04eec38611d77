#!/usr/bin/env bash
# Our own people act: each by a user of the broker of their own, with a real file of partners and in the production profile.
# Every act of docs/contracts/acts.md is given, by its command where it has one, and answered: done, refused with reason, path and
# exit code 2, or not heard of in time; what they mistype becomes no dead letter; nobody acts as somebody else; a leaver's user is
# closed.
#
# usage: people.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
chmod 700 "$work"
services=(customer sales servicedesk finance supplier notifier)
fail() { echo "$*"; exit 1; }
restart() { for service in "${services[@]}"; do "$root/deploy/local/service.sh" restart "$service"; done; }
for part in partners profile profile-folder; do cp "$WAYBILL_HOME/run/$part" "$work/$part"; done
restore() {
    for part in partners profile profile-folder; do cp "$work/$part" "$WAYBILL_HOME/run/$part"; done
    restart
    rm -rf "$work"
}
trap restore EXIT
waybill() { "$WAYBILL_CLI" "$@"; }
drained() { waybill status --wait-drained 60 >/dev/null; }
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# A real file of partners, and files of our own instead of what is made up.
cat >"$work/partners.json" <<'JSON'
{"partners": [{"name": "tms", "users": ["partner-demo"], "sources": ["ppl"]}]}
JSON
binaries="$(cat "$WAYBILL_HOME/run/binaries")"
echo WAYBILL_PROFILE=production >"$work/own"
for service in "${services[@]}"; do
    while IFS=$'\t' read -r key variable _; do
        "$binaries/waybill-$service" defaults "$key" >"$work/$variable.json"
        echo "$variable=$work/$variable.json"
    done < <("$binaries/waybill-$service" defaults)
done | sort -u >>"$work/own"
cp "$work/own" "$WAYBILL_HOME/run/profile"
echo "$work" >"$WAYBILL_HOME/run/profile-folder"
echo "$work/partners.json" >"$WAYBILL_HOME/run/partners"
waybill topology definitions --users "$WAYBILL_HOME/secrets/users.json" --partners "$work/partners.json" >"$work/definitions.json"
address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
printf 'user = "%s"\n' "${address%@*}" |
    curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
restart

# People: passwords are made and shown once.
for login in li.wei zhou.min manager.ks01 finance.director; do
    (umask 077 && waybill users add "$login" --json | jq -r .url >"$work/$login.url")
done
waybill users add li.wei >/dev/null 2>&1 && fail "a user is made twice"
for login in Li.Wei waybill-operator finance-service partner-demo; do
    code=0
    waybill users add "$login" >/dev/null 2>&1 || code=$?
    expect "the login $login" 64 "$code"
done
expect "those who may act" "finance.director li.wei manager.ks01 zhou.min" "$(waybill users list --json | jq -r '[.users[].login] | join(" ")')"
as() { # LOGIN COMMAND...
    local login="$1"
    shift
    WAYBILL_AMQP_USER_URL_FILE="$work/$login.url" waybill "$@"
}
said() { # CODE WHAT LOGIN COMMAND...: what an act says as JSON, once it has ended with that code
    local code="$1" what="$2" found=0
    shift 2
    as "$@" --json >"$work/said" 2>"$work/error" || found=$?
    [ "$code" = "$found" ] || fail "$what: '$*' ended with $found, not $code: $(cat "$work/said" "$work/error")"
}
acts=0
does() { acts=$((acts + 1)); said 0 done "$@"; }
refused() { # REASON-AND-PATH LOGIN COMMAND...
    local reason="$1"
    shift
    acts=$((acts + 1))
    said 2 refused "$@"
    expect "$*" "$reason" "$(jq -r '"\(.refused) \(.path)"' "$work/said")"
}
answered() { # LOGIN COMMAND...: done, or refused with a reason and a path
    local found=0
    acts=$((acts + 1))
    as "$@" --json >"$work/said" 2>"$work/error" || found=$?
    case "$found" in
    0) ;;
    2) jq -e '(.refused | length) > 0 and (.path | length) > 0' "$work/said" >/dev/null || fail "'$*' is refused without reason or path: $(cat "$work/said")" ;;
    *) fail "'$*' ended with $found: $(cat "$work/said" "$work/error")" ;;
    esac
}
dead() { for service in "${services[@]}"; do waybill dead list --service "$service" --json 2>/dev/null || true; done | jq -s '[.[].deadLetters | length] | add'; }
drained
before="$(dead)"

# The order system, as the partner that it is.
today="$(TZ=Asia/Shanghai date +%F)"
order() { # NUMBER CUSTOMER COST
    printf '{"orderId":"%s","revision":1,"customer":{"code":"%s","name":"%s Ltd"},"branch":"KS01","businessLine":"air-freight",' "$1" "$2" "$2"
    printf '"placedAt":"%sT00:00:00+08:00","currency":"CNY","salesOwner":"li.wei","lines":[{"line":1,"serviceItem":"AIR-EXPORT",' "$today"
    printf '"quantity":"1","unit":"kg","revenue":"1000.00","cost":"%s"}]}\n' "$3"
}
{
    order PO-1 PPL 1500.00
    order PO-2 PPL-B 700.00
    printf '{"type":"invoice.issued.v1","id":"PV-1","data":{"invoiceId":"PV-1","customer":{"code":"PPL"},"orderIds":["PO-1"],'
    printf '"issuedAt":"%sT00:00:00+08:00","amount":"1000.00","currency":"CNY"}}\n' "$today"
    printf '{"type":"supplier-invoice.received.v1","id":"PS-1","data":{"invoiceId":"PS-1","supplier":{"code":"PPL-S"},"orderIds":["PO-1"],'
    printf '"issuedAt":"%sT00:00:00+08:00","dueAt":"%sT00:00:00+08:00","amount":"900.00","currency":"CNY"}}\n' "$today" "$today"
    printf '{"type":"expense-budget.set.v1","id":"PB-1","data":{"budgetId":"PB-1","revision":1,"branch":"KS01","account":"ppl",'
    printf '"from":"%s-01-01","to":"%s-12-31","amount":"100.00","currency":"CNY","setBy":"zhou.min"}}\n' "${today%%-*}" "${today%%-*}"
    printf '{"type":"expense.reported.v1","id":"PE-1","data":{"expenseId":"PE-1","state":"committed","branch":"KS01",'
    printf '"owner":"li.wei","account":"ppl","day":"%s","amount":"120.00","currency":"CNY"}}\n' "$today"
    printf '{"type":"interaction.logged.v1","id":"PI-1","data":{"interactionId":"PI-1","customer":{"code":"PPL"},"channel":"phone",'
    printf '"at":"%sT00:00:00+08:00","with":"Ms Gu","by":"li.wei","summary":"rates"}}\n' "$today"
} >"$work/facts.ndjson"
waybill orders publish "$work/facts.ndjson" --source ppl 2>"$work/error" || fail "the partner may not publish: $(cat "$work/error")"
drained
expect "dead letters of what the partner published" "$before" "$(dead)"
expect "the order" accepted "$(waybill orders show PO-2 --json | jq -r '.order[0].decision')"
if waybill orders publish "$work/facts.ndjson" --source erp 2>"$work/error"; then fail "a partner speaks for another's source"; fi
grep -q "may not speak for 'erp'; its sources are ppl" "$work/error" || fail "it is not said what is missing: $(cat "$work/error")"
if WAYBILL_AMQP_PARTNER_URL="$(cat "$work/li.wei.url")" waybill orders publish "$work/facts.ndjson" --source ppl 2>"$work/error"; then
    fail "a person publishes as a partner"
fi
grep -q "is the user of no partner" "$work/error" || fail "it is not said who may publish: $(cat "$work/error")"

# What people write in the books: done, and the same number with other content refused.
book() { local login="$1"; shift; does "$login" finance "$@" --source ppl; }
book zhou.min terms PPL --days 45
book li.wei promise PP-1 --invoice PV-1 --amount 100.00 --on 2027-04-25
refused "conflicting-content \$.promiseId" li.wei finance promise PP-1 --invoice PV-1 --amount 200.00 --on 2027-04-25 --source ppl
refused "currency-mismatch \$.currency" li.wei finance promise PP-2 --invoice PV-1 --amount 200.00 --currency USD --on 2027-04-25 --source ppl
book li.wei dispute open PD-1 --invoice PV-1 --amount 200.00 --reason price
refused "over-allocated \$.amount" li.wei finance dispute open PD-2 --invoice PV-1 --amount 2000.00 --reason price --source ppl
book li.wei dispute resolve PD-1 --outcome settled
refused "conflicting-content \$.outcome" li.wei finance dispute resolve PD-1 --outcome rejected --source ppl
book li.wei write-off propose PW-1 --invoice PV-1 --amount 100.00 --reason small-balance
refused "same-person \$.approvedBy" li.wei finance write-off approve PW-1 --source ppl
refused "not-authorised \$.by" li.wei finance terms PPL --days 10 --source ppl --by zhou.min
refused "not-authorised \$.approvedBy" li.wei finance write-off approve PW-1 --source ppl --by zhou.min
book zhou.min write-off approve PW-1
expect "open, approved by another" 900.00 "$(waybill finance invoices --customer PPL --json | jq -r '.invoices[0].open')"
book finance.director credit limit PL-1 --customer PPL --amount 50000.00 --from 2024-01-01
book finance.director credit override PO-1 --customer PPL --amount 1000.00 --from 2024-01-01 --to 2027-12-31 --tier branch-manager
book finance.director credit lift PH-1 --customer PPL --until 2027-12-31 --reason "paid by the week"
refused "conflicting-content \$.limitId" finance.director finance credit limit PL-1 --customer PPL --amount 60000.00 --from 2024-01-01 --source ppl
does li.wei complaints report PC-1 --source ppl --customer PPL --category damage --severity minor --summary "a dent"
refused "conflicting-content \$.complaintId" li.wei complaints report PC-1 --source ppl --customer PPL --category delay --severity minor --summary "late"
does li.wei complaints step PC-1 contained
refused "wrong-state \$.step" li.wei complaints step PC-1 accepted
refused "not-found \$.complaintId" li.wei complaints step TYPO contained
does li.wei interactions log PPL --source ppl --channel meeting --with "Mr Zhao" --summary "wants a quote"
refused "not-found \$.customer.code" li.wei interactions log TYPO --source ppl --channel phone --summary "wants a quote"
does li.wei agreements record PK-1 --source ppl --customer PPL --kind rates --title Rates --revision 1 --from 2026-01-01
refused "conflicting-revision \$.revision" li.wei agreements record PK-1 --source ppl --customer PPL --kind rates --title Prices --revision 1 --from 2026-01-01
looks_after() { owners=(owners assign PO-A --source ppl --customer PPL --from 2026-01-01 --reason "won it" "$@"); }
looks_after --owner li.wei=60 --owner zhou.min=40
does manager.ks01 "${owners[@]}"
looks_after --owner li.wei
refused "conflicting-revision \$.revision" manager.ks01 "${owners[@]}"
looks_after --owner li.wei=60 --owner zhou.min=30 --revision 2
refused "value-not-allowed \$.owners" manager.ks01 "${owners[@]}"
# What has no command of its own goes by 'acts send'; who acts is filled in.
sent() { # LOGIN TYPE: the data is on standard input
    cat >"$work/data.json"
    does "$1" acts send "$2" "$work/data.json" --source ppl
}
sent zhou.min expense-budget.set.v1 <<'JSON'
{"budgetId":"PB-2","revision":1,"branch":"KS01","account":"ppl-2","from":"2026-01-01","to":"2026-12-31","amount":"100.00","currency":"CNY"}
JSON
expect "the budget" 100.00 "$(waybill finance budgets --account ppl-2 --json | jq -r '.budgets[0].available')"
printf '{"customer":{"code":"PPL"},"with":"Mr Xu","channel":"phone","state":"granted","at":"%sT00:00:00+08:00"}' "$today" |
    sent li.wei consent.recorded.v1
sent li.wei relation.declared.v1 <<<'{"relationId":"PR-1","revision":1,"from":{"code":"PPL"},"to":{"code":"PPL-B"},"kind":"ships-to"}'
printf '{"interactionId":"PI-2","customer":{"code":"PPL"},"channel":"phone","at":"%sT00:00:00+08:00","summary":"rates"}' "$today" |
    sent li.wei interaction.logged.v1
echo '{"budgetId":"PB-3"}' >"$work/data.json"
refused "missing-field \$.revision" zhou.min acts send expense-budget.set.v1 "$work/data.json" --source ppl
echo '{"relationId":"PR-2","revision":1,"from":{"code":"PPL"},"to":{"code":"PPL"},"kind":"ships-to","by":"zhou.min"}' >"$work/data.json"
refused "not-authorised \$.by" li.wei acts send relation.declared.v1 "$work/data.json" --source ppl

# Decisions.
alert="$(waybill alerts list --customer PPL --json | jq -r '.alerts[0].alertId')"
refused "not-found \$.alertId" li.wei alerts diagnose TYPO --reason cost --plan "another carrier" --recover-by 2027-03-31
refused "wrong-state \$.alertId" li.wei alerts close "$alert" --outcome stopped
does li.wei alerts diagnose "$alert" --reason cost --plan "another carrier" --recover-by 2027-03-31
refused "not-authorised \$.by" zhou.min alerts close "$alert" --outcome stopped
refused "not-authorised \$.by" li.wei alerts close "$alert" --outcome accepted
does manager.ks01 alerts close "$alert" --outcome accepted
refused "wrong-state \$.invoiceId" finance.director finance payables release approve PS-1 --source ppl
refused "not-found \$.invoiceId" li.wei finance payables release propose TYPO --source ppl --reason "agreed by telephone"
does li.wei finance payables release propose PS-1 --source ppl --reason "agreed by telephone"
refused "same-person \$.by" li.wei finance payables release approve PS-1 --source ppl
refused "not-authorised \$.by" manager.ks01 finance payables release approve PS-1 --source ppl
does finance.director finance payables release approve PS-1 --source ppl
refused "same-person \$.by" li.wei finance expenses approve PE-1 --source ppl --reason fair
refused "not-found \$.expenseId" manager.ks01 finance expenses approve TYPO --source ppl --reason fair
does manager.ks01 finance expenses approve PE-1 --source ppl --reason fair
refused "not-found \$.number" finance.director references settle order TYPO --source ppl --of erp --reason "a slip"
refused "not-found \$.number" finance.director references settle payment TYPO --source ppl --of erp --reason "a slip"
refused "not-authorised \$.by" li.wei references settle order TYPO --source ppl --of erp --reason "a slip" --by zhou.min
refused "not-found \$.orderId" li.wei references settle order TYPO --complaints --source ppl --of erp --reason "a slip"
refused "not-authorised \$.by" li.wei finance close 2024-01
does finance.director finance close 2024-01
does finance.director finance reopen 2024-01 --reason "wrong month"
refused "same-person \$.by" finance.director finance reopen 2024-01 --reason "wrong month"
customer="$(waybill query customer parties.name party=ppl/PPL --json | jq -r '.named[0].party')"
override() { finance=(finance acceptance override "$customer" --line air-freight --from "$today" --to "$(date -d "$today +7 days" +%F)" --reason "a contract" --name "$1" --cap "$2"); }
override PA-1 60000.00
refused "above-authority \$.cap" manager.ks01 "${finance[@]}"
override PA-1 1500.00
refused "not-authorised \$.by" li.wei "${finance[@]}"
does manager.ks01 "${finance[@]}"
does manager.ks01 finance acceptance set ppl/PPL --line air-freight --level watch --reason look --owner li.wei --until "$(date -d "$today +7 days" +%F)"
refused "not-found \$.customerId" manager.ks01 finance acceptance set TYPO --line air-freight --level watch --reason look --owner li.wei --until "$(date -d "$today +7 days" +%F)"
does li.wei customers strategic "$customer" --from 2026-01-01 --reason "key account"
does li.wei customers correct ppl/PPL name "PPL Holding" --reason "seen on the licence"
expect "the corrected name" "PPL Holding" "$(jq -r .name "$work/said")"
refused "not-found \$.customerId" li.wei customers correct TYPO name "PPL Holding" --reason "seen on the licence"
refused "not-found \$.value" li.wei customers correct ppl/PPL branch TYPO --reason "seen on the licence"
does zhou.min customers correct ppl/PPL name --withdraw --reason "the systems say it rightly now"
refused "wrong-state \$.field" zhou.min customers correct ppl/PPL name --withdraw --reason "the systems say it rightly now"
does li.wei parties merge ppl/PPL ppl/PPL-B --reason "one company"
decision="$(jq -r .decisionId "$work/said")"
does li.wei parties undo "$decision" --reason "they are two"
refused "not-found \$.parties" li.wei parties merge ppl/PPL TYPO --reason "one company"
refused "not-found \$.decisionId" li.wei parties undo TYPO --reason "they are two"
does li.wei parties merge ppl/PPL ppl/PPL-B --reason "one company"
does li.wei parties unmerge ppl/PPL-B --reason "they are two"
refused "not-found \$.reviewId" li.wei parties review decide TYPO same

# Orders that wait for somebody: one is let through, one is turned down.
drained
does manager.ks01 finance acceptance set ppl/PPL-B --line air-freight --level needs-approval --reason "pays late" --owner li.wei --until "$(date -d "$today +7 days" +%F)"
{ order PO-3 PPL-B 700.00; order PO-4 PPL-B 700.00; } >"$work/orders.ndjson"
waybill orders publish "$work/orders.ndjson" --source ppl 2>"$work/error" || fail "the partner may not publish: $(cat "$work/error")"
drained
expect "what waits" "PO-3 PO-4" "$(waybill orders waiting --json | jq -r '[.ordersThatWaitForApproval[].orderId | select(startswith("PO-"))] | sort | join(" ")')"
refused "not-authorised \$.by" li.wei orders approve PO-3 --source ppl --reason "agreed by telephone"
refused "not-found \$.orderId" manager.ks01 orders approve TYPO --source ppl --reason "agreed by telephone"
does manager.ks01 orders approve PO-3 --source ppl --reason "agreed by telephone"
does manager.ks01 orders refuse PO-4 --source ppl --reason "nobody pays for it"
drained
expect "what became of them" "accepted refused" "$(for order in PO-3 PO-4; do waybill orders show "$order" --json | jq -r '.order[0].decision'; done | xargs)"

# Rates, while finance runs.
printf '{"rates": [{"currency": "ISK", "from": "%s", "cny": "0.0521"}]}' "$today" >"$work/rates.json"
does finance.director rates load "$work/rates.json"
waybill rates list --currency ISK --json | grep >/dev/null 0.0521 || fail "the rate that was loaded is not there"

# The others: what they come to, the walks of the documentation say. Here each is answered.
answered li.wei references settle invoice TYPO --source ppl --of erp --reason "a slip"
answered li.wei complaints wait PC-1 customer --source ppl --reason evidence
answered li.wei complaints resume PC-1 --source ppl
answered li.wei surveys step PO-1 called --source ppl --note "wants to be told before"
answered manager.ks01 owners hand-over PO-H --source ppl --of li.wei --to zhou.min --customer PPL --from "$today" --reason "li.wei is away"
answered manager.ks01 owners hand-over PO-I --source ppl --of nobody.here --to zhou.min --from "$today" --reason "who has left"
does li.wei leads capture PPL-L1 --source ppl --channel fair --line air-freight --company "People Robotics Ltd"
lead="$(jq -r .leadId "$work/said")"
answered li.wei leads step "$lead" claimed
answered manager.ks01 leads step "$lead" assigned --to li.wei
answered li.wei leads step "$lead" contacted --channel phone
answered manager.ks01 leads seller li.wei --capacity 1 --line air-freight
answered li.wei opportunities step PPL-W1 opened --company "People Robotics Ltd" --branch KS01 --line air-freight
answered li.wei opportunities step PPL-W1 lost --reason price
answered li.wei opportunities record PPL-W2 --source ppl --branch KS01 --owner li.wei --company "People Textiles Ltd" --stage analysis
answered manager.ks01 opportunities set-stages asked=Asked:customer bid=Bid:amount --team ppl
answered li.wei products propose unit ppl-scan --name "Parcel scanned" --unit parcel --from 2026-01-01
answered manager.ks01 products decide unit ppl-scan 1 approved
{
    echo 'rule,service_item,origin,destination,unit,method,from,to,minimum,maximum,rate,currency,valid_from,valid_until'
    echo 'R,ppl-air,*,*,kg,per-unit,,,,,30,CNY,2026-01-01,'
} >"$work/card.csv"
answered li.wei rates import "$work/card.csv" --card PPL-CARD --side sell
answered li.wei rates end PPL-CARD --last-day 2099-12-31 --reason "new rates"
answered li.wei rates group ppl-group --customer ppl/PPL
answered li.wei quotes step PPL-Q1 requested --customer PPL --customer-source ppl --branch KS01 --currency CNY --valid-until 2099-12-31 --line ppl-air:10:kg:PVG:FRA
answered li.wei notices read TYPO
answered li.wei notices prefer --language zh
answered manager.ks01 people leave nobody.here --last-day "$today" --keep-user --reason "has left"
any() { # LOGIN TYPE: the data is on standard input
    cat >"$work/data.json"
    answered "$1" acts send "$2" "$work/data.json" --source ppl
}
# What would hold for everybody afterwards is said so that it is refused.
any manager.ks01 organisation.recorded.v1 <<JSON
{"nodes":[{"node":"TRIED","periods":[{"from":"$today","kind":"branch","parent":"NOWHERE","name":"Tried","purpose":"business"}]}],
 "recordedAt":"${today}T00:00:00+08:00","reason":"a slip"}
JSON
any manager.ks01 person.recorded.v1 <<JSON
{"persons":[{"login":"tried","periods":[{"from":"$today","name":"Tried","node":"NOWHERE"}]}],"recordedAt":"${today}T00:00:00+08:00","reason":"a slip"}
JSON
any finance.director permission.policy-set.v1 <<<'{"document":["{}"],"reason":"a slip"}'
any li.wei customer.correct.v1 <<<'{"customerId":"TYPO","field":"name","value":"PPL Holding","reason":"a slip"}'
any zhou.min payment.returned.v1 <<JSON
{"returnId":"PR-1","paymentId":"TYPO","returnedAt":"${today}T00:00:00+08:00","amount":"1.00","currency":"CNY","reason":"other"}
JSON
any zhou.min payment.allocated.v1 <<JSON
{"allocationId":"PA-1","paymentId":"TYPO","allocatedAt":"${today}T00:00:00+08:00","allocations":[{"invoiceId":"PV-1","amount":"0.01"}]}
JSON
any li.wei sales.acknowledge-notices.v1 <<<'{"noticeIds":["TYPO"]}'
any li.wei sales.change-quote-signing.v1 <<<"{\"quoteId\":\"TYPO\",\"change\":\"withdraw\",\"at\":\"${today}T00:00:00+08:00\"}"
any manager.ks01 sales.set-quote-authority.v1 <<JSON
{"version":1,"from":"2020-01-01","reason":"a slip","currency":"CNY","cells":[{"cell":"rest","steps":[{"signer":"manager","order":"any"}]}],
 "at":"${today}T00:00:00+08:00"}
JSON
any li.wei servicedesk.exclude-delivery.v1 <<JSON
{"source":"ppl","orderId":"TYPO","code":"force-majeure","note":"a typhoon","at":"${today}T00:00:00+08:00"}
JSON
any manager.ks01 servicedesk.publish-bulletins.v1 <<<'{"month":"2099-01-01","reason":"a slip"}'
any li.wei servicedesk.suggest-lead.v1 <<JSON
{"suggestionId":"PPL-N1","evidence":"callback","source":"ppl","orderId":"TYPO","need":"a warehouse","at":"${today}T00:00:00+08:00"}
JSON
any li.wei servicedesk.take-bulletin-step.v1 <<JSON
{"stepId":"PPL-B1","customerId":"TYPO","month":"2026-03-01","step":"objected","measure":"on-time","note":"late","at":"${today}T00:00:00+08:00"}
JSON
as li.wei interactions erase --source ppl --code PPL --with "Ms Gu" --yes 2>"$work/error" || fail "erase: $(cat "$work/error")"
grep -q "1 contacts" "$work/error" || fail "one contact was to be forgotten: $(cat "$work/error")"
drained
expect "dead letters of what people mistyped" "$before" "$(dead)"
expect "who acted in finance" "finance.director li.wei manager.ks01 zhou.min" \
    "$(waybill acts list finance --limit 200 --json | jq -r '[.acts[] | select(.proof == "user") | .person] | unique | join(" ")')"

# Each act that there is was given, by the record of the services: whoever adds one adds it here.
given() {
    for what in acted refused; do waybill audit list --what "$what" --limit 2000 --json; done |
        jq -r '.audit[] | select(.brokerUser | IN("li.wei", "zhou.min", "manager.ks01", "finance.director")) | .asked' | sort -u
}
sed -n 's/^| `\([a-z.-]*\.v[0-9]*\)` |.*/\1/p' "$root/docs/contracts/acts.md" | sort -u >"$work/there"
[ "$(wc -l <"$work/there")" -gt 40 ] || fail "docs/contracts/acts.md has no list of acts"
for _ in $(seq 100); do
    given >"$work/given"
    missing="$(comm -23 "$work/there" "$work/given" | xargs)"
    [ -n "$missing" ] || break
    sleep 0.1
done
[ -z "$missing" ] || fail "acts that nobody has given: $missing"

# By word only, in nobody's name, and for others: refused, and on record.
code=0
waybill finance close 2024-02 --by finance.director --json >"$work/said" 2>/dev/null || code=$?
expect "by the word of the operator's user" "2 not-authorised \$.by" "$code $(jq -r '"\(.refused) \(.path)"' "$work/said")"
# The edge's user is the console's.
(umask 077 && cp "$WAYBILL_HOME/secrets/amqp-console.url" "$work/edge.url")
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
"$python" - "$work" "$WAYBILL_AMQP_OPERATOR_URL" <<'PY'
import json, sys, uuid
import pika, pika.exceptions

work, operator = sys.argv[1:]
urls = {name: open(f"{work}/{name}.url").read().strip() for name in ("li.wei", "edge")}


def session(name):
    return pika.BlockingConnection(pika.URLParameters(urls[name] + "/%2f"))


def act(name, user_id, header, by, month):
    """The answer to a command, or the code with which the broker refuses it."""
    connection = session(name)
    login = "waybill-edge" if name == "edge" else name
    try:
        channel = connection.channel()
        queue = f"reply.{login}.{uuid.uuid4()}"
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, "waybill.replies", queue)
        channel.confirm_delivery()
        identifier = str(uuid.uuid4())
        channel.basic_publish(
            "waybill.commands", "finance.close-period.v1", json.dumps({"month": month, "by": by}),
            pika.BasicProperties(message_id=identifier, type="finance.close-period.v1", app_id="console", user_id=user_id,
                                 content_type="application/json", delivery_mode=2, reply_to=queue, correlation_id=identifier,
                                 headers={"waybill-on-behalf-of": header} if header else None), mandatory=True)
        for _, properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=15):
            if properties is None:
                return "no answer"
            assert properties.correlation_id == identifier
            answer = json.loads(body)
            return " ".join(answer.get(key, "-") for key in ("status", "reason", "path", "person", "proof"))
    except pika.exceptions.ChannelClosedByBroker as problem:
        return str(problem.reply_code)
    finally:
        if connection.is_open:
            connection.close()


def attempt(name, what, do, wanted):
    connection = session(name)
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        do(channel)
        found = None
    except pika.exceptions.ChannelClosedByBroker as problem:
        found = problem.reply_code
    finally:
        if connection.is_open:
            connection.close()
    expect(f"{name}: {what}", found, wanted)


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: {found}, not {wanted}")


header = "headers.waybill-on-behalf-of"
month = "2024-02-01"
expect("another's user", act("li.wei", "finance.director", None, "finance.director", month), "406")
expect("another's name", act("li.wei", "li.wei", None, "finance.director", month), "refused not-authorised $.by - -")
expect("nobody's name", act("li.wei", None, None, "li.wei", month), "refused publisher-unknown properties.user_id - -")
expect("a forged header", act("li.wei", "li.wei", "finance.director", "finance.director", month),
       f"refused not-authorised {header} - -")
expect("the edge for nobody", act("edge", "waybill-edge", None, "finance.director", month),
       f"refused publisher-unknown {header} - -")
expect("the edge for one, in the name of another", act("edge", "waybill-edge", "li.wei", "finance.director", month),
       "refused not-authorised $.by - -")
expect("the edge for a person who may", act("edge", "waybill-edge", "finance.director", "finance.director", month),
       "done - - finance.director edge")


def ask(name, header):
    """Whether a question is answered, asked for somebody."""
    connection = session(name)
    login = "waybill-edge" if name == "edge" else name
    channel = connection.channel()
    queue = f"reply.{login}.{uuid.uuid4()}"
    channel.queue_declare(queue, exclusive=True, auto_delete=True)
    channel.queue_bind(queue, "waybill.replies", queue)
    channel.basic_publish(
        "waybill.commands", "finance.run-query.v1", json.dumps({"query": "acts.list", "parameters": []}),
        pika.BasicProperties(type="finance.run-query.v1", user_id=login, content_type="application/json", reply_to=queue,
                             correlation_id="1", headers={"waybill-on-behalf-of": header} if header else None))
    for _, properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=15):
        connection.close()
        if properties is None:
            return "no answer"
        answer = json.loads(body)
        return " ".join(answer.get(key, "-") for key in ("status", "reason"))


expect("a question", ask("li.wei", None), "answered -")
expect("a question for another", ask("li.wei", "zhou.min"), "refused not-authorised")
expect("the edge's question for a person", ask("edge", "zhou.min"), "answered -")
own = f"reply.li.wei.{uuid.uuid4()}"
for name, what, do, wanted in [
    ("li.wei", "publish as a partner", lambda c: c.basic_publish("waybill.inbound", "order.placed.v1", b"{}"), 403),
    ("li.wei", "publish as a service", lambda c: c.basic_publish("waybill.events", "finance.x.v1", b"{}"), 403),
    ("li.wei", "answer", lambda c: c.basic_publish("waybill.replies", own, b"{}"), 403),
    ("li.wei", "publish to any queue", lambda c: c.basic_publish("", "finance.inbound", b"{}"), 403),
    ("li.wei", "read a service's queue", lambda c: c.basic_get("finance.inbound"), 403),
    ("li.wei", "read dead letters", lambda c: c.basic_get("finance.dead"), 403),
    ("li.wei", "declare a queue", lambda c: c.queue_declare("stray"), 403),
    ("li.wei", "declare another's queue", lambda c: c.queue_declare(f"reply.zhou.min.{uuid.uuid4()}"), 403),
    ("li.wei", "hear events", lambda c: (c.queue_declare(own, exclusive=True), c.queue_bind(own, "waybill.events", "#")), 403),
]:
    attempt(name, what, do, wanted)
PY
drained
expect "dead letters of what was forged" "$before" "$(dead)"
expect "those who tried, on record" "li.wei waybill-edge waybill-operator" "$(waybill dead audit --json |
    jq -r '[.audit[] | select(.act == "refuse" and .type == "finance.close-period.v1") | .brokerUser | select(. != "not said")] | unique | join(" ")')"

# Not heard of in time: the command is kept, and the same again gets the answer.
"$root/deploy/local/service.sh" stop finance
code=0
as finance.director finance close 2023-11 --id people-1 2>"$work/error" || code=$?
expect "a service that is down" 75 "$code"
grep -q -- "--id people-1" "$work/error" || fail "it is not said what to do: $(cat "$work/error")"
"$root/deploy/local/service.sh" start finance
drained
said 0 "the same again" finance.director finance close 2023-11 --id people-1
expect "the answer" closed "$(jq -r .state "$work/said")"
refused "conflicting-content id" finance.director finance close 2023-12 --id people-1

# A leaver.
"$python" - "$(cat "$work/li.wei.url")" "$work" <<'PY' &
import sys, time
import pika, pika.exceptions
connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1] + "/%2f"))
open(sys.argv[2] + "/connected", "w").close()
try:
    deadline = time.time() + 60
    while time.time() < deadline:
        connection.process_data_events(time_limit=1)
except pika.exceptions.AMQPError:
    sys.exit(0)
sys.exit("the leaver's connection stays open")
PY
leaver=$!
for _ in $(seq 300); do [ -f "$work/connected" ] && break; sleep 0.1; done
waybill users remove li.wei 2>/dev/null
wait "$leaver" || fail "the leaver's connection stays open"
if as li.wei complaints step PC-1 closed >/dev/null 2>&1; then fail "a leaver acts"; fi
# Who made and removed the user is on record, and asked by the login.
noted() { [ "$(waybill audit list --what operated --object li.wei --json | jq -r '[.audit[].asked | select(. == "add-user" or . == "remove-user")] | unique | join(" ")')" = "add-user remove-user" ]; }
for _ in $(seq 100); do noted && break; sleep 0.1; done
noted || fail "what operators did to li.wei's user: $(waybill audit list --what operated --object li.wei --json)"
code=0
waybill users remove li.wei 2>/dev/null || code=$?
expect "removed twice" 2 "$code"
code=0
waybill users remove finance-service 2>/dev/null || code=$?
expect "a service's user" 2 "$code"
for login in zhou.min manager.ks01 finance.director; do waybill users remove "$login" 2>/dev/null; done
echo "$acts acts answered; each is who the broker says, and nobody is anybody else"
