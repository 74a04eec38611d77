#!/usr/bin/env bash
# What was typed in a working day and answered wrongly, typed again, each by itself: asking for acceptance, lists of what waits, the
# worst first, alerts that have moved or are closed, odd orders beside the views, cut lists, parameters that are none, a simulation
# over currencies, one customer under two codes, orders that are held, files in GBK, fields that nobody reads, a silent service, and a
# bill of one system for the order of another. What takes people of their own, partners of their own or units of systemd stands in
# people.sh, hearing.sh, three_systems.sh, notices.sh, operate.sh, operators_book.sh and systemd.sh.
#
# usage: trial.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
faults=0
fault() { echo "$*"; faults=$((faults + 1)); }
waybill() { "$WAYBILL_CLI" "$@"; }
told() { waybill "$@" --json 2>"$work/error"; } # what a command says as JSON
is() { # WHAT FOUND EXPECTED
    [ "$2" = "$3" ] || fault "$1: '$2' instead of '$3' $(cat "$work/error" 2>/dev/null)"
}
ended() { local code=0; "$@" >"$work/out" 2>"$work/error" || code=$?; echo "$code"; }
publish() { waybill orders publish - --source "$1" >/dev/null 2>&1 && waybill status --wait-drained 60 >/dev/null; }
day() { TZ=Asia/Shanghai date -d "$1" +%F; }
today="$(day today)"
recent="$(day '40 days ago')"
order() { # NUMBER CUSTOMER REVENUE COST [CURRENCY [DAY [LINE]]]
    printf '{"orderId":"%s","revision":1,"customer":{"code":"%s","name":"%s Ltd"},"branch":"KS01","businessLine":"%s","placedAt":"%sT00:00:00+08:00",' \
        "$1" "$2" "$2" "${7:-trial-line}" "${6:-$today}"
    printf '"currency":"%s","salesOwner":"li.wei","lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"%s","cost":"%s"}]}\n' \
        "${5:-CNY}" "$3" "$4"
}
fact() { # TYPE NUMBER DATA
    jq -cn --arg type "$1" --arg id "$2" --argjson data "$3" '{type: $type, id: $id, data: $data}'
}
invoice() { # NUMBER CUSTOMER AMOUNT [ORDERS]
    fact invoice.issued.v1 "$1" "{\"invoiceId\":\"$1\",\"customer\":{\"code\":\"$2\"},\"orderIds\":${4:-[]},\"issuedAt\":\"${today}T00:00:00+08:00\",\"dueAt\":\"$(day '+30 days')T00:00:00+08:00\",\"amount\":\"$3\",\"currency\":\"CNY\"}"
}
limit() { # NUMBER CUSTOMER AMOUNT
    fact credit-limit.set.v1 "$1" "{\"limitId\":\"$1\",\"customer\":{\"code\":\"$2\"},\"amount\":\"$3\",\"currency\":\"CNY\",\"from\":\"2020-01-01\",\"setBy\":\"zhou.min\",\"setAt\":\"2020-01-01T09:00:00+08:00\"}"
}
decided() { told orders show "$1" | jq -r '.order[0] | "\(.decision) \(.rule)"'; }

# Asked is what the order then gets, credit included; what is unknown is said.
{ order TR-A TRA 50000.00 40000.00; limit TR-AL TRA 100000.00; } | publish trial
ask() { told finance acceptance ask TRA --source "$1" --line "$2" --amount "$3" | jq -r ".answer[0] | $4"; }
asked="$(ask trial trial-line 9000000.00 '"\(.decision) \(.rule)"')" || true
order TR-A2 TRA 9000000.00 8000000.00 CNY "$today" trial-held | publish trial
is "asked and decided" "$asked" "$(decided TR-A2)"
is "an order beyond the limit" "$asked" "needs-approval credit-limit"
is "a line of business that is not known" "$(ask trial airfreight 1.00 '.notes | length > 0')" true
is "a source that is not known" "$(ask trial-typo trial-line 1.00 '.notes | length > 0')" true
# What waits for approval is a column of its own and no revenue.
held() { told finance view --from "$today" --to "$today" --line trial-held --by total --metric revenue,held | jq -r ".view[0] | $1"; }
is "revenue that waits" "$(held '.waitingRevenue | tonumber')" 9000000
is "revenue without what waits" "$(held '.revenue // "0" | tonumber')" 0

# What waits is found.
{
    fact payment.received.v1 TR-P "{\"paymentId\":\"TR-P\",\"customer\":{\"code\":\"TRA\"},\"receivedAt\":\"${today}T00:00:00+08:00\",\"amount\":\"10.00\",\"currency\":\"CNY\",\"allocations\":[{\"invoiceId\":\"TR-NONE\",\"amount\":\"10.00\"}]}"
    fact cost.recorded.v1 TR-K "{\"costId\":\"TR-K\",\"orderId\":\"TR-NONE\",\"line\":1,\"supplier\":{\"code\":\"TR-S\"},\"state\":\"actual\",\"amount\":\"70.00\",\"currency\":\"CNY\",\"serviceDate\":\"$today\"}"
} | publish trial
names() { jq --arg name "$1" '[.. | strings | select(. == $name)] | length > 0'; }
is "finance receivables waiting" "$(told finance receivables waiting | names TR-P)" true
is "costs that wait" "$(told query finance costs.waiting limit=1000 | names TR-K)" true

# The worst is the most money; an alert tells the figures of now; one that people have closed is closed.
{ order TR-USD TRB 100.00 500.00 USD; order TR-CNY TRB 1000.00 2000.00; order TR-JPY TRB 1000.00 6000.00 JPY; } | publish trial
alerts() { told alerts list --customer TRB --level order "$@"; }
is "the worst first" "$(alerts | jq -r '[.alerts[].orderId] | join(" ")')" "TR-USD TR-CNY TR-JPY"
fact cost.recorded.v1 TR-K2 "{\"costId\":\"TR-K2\",\"orderId\":\"TR-CNY\",\"line\":1,\"supplier\":{\"code\":\"TR-S\"},\"state\":\"actual\",\"amount\":\"9000.00\",\"currency\":\"CNY\",\"serviceDate\":\"$today\"}" |
    publish trial
is "figures of then and of now" "$(alerts | jq -r '.alerts[0] | "\(.orderId) \(.margin | tonumber) \(.marginNow | tonumber)"')" "TR-CNY -1000 -8000"
alert="$(alerts | jq -r '.alerts[] | select(.orderId == "TR-USD") | .alertId')" || true
is "a diagnosis" "$(ended waybill alerts diagnose "$alert" --reason cost --plan "another carrier" --recover-by "$(day '+7 days')" --by li.wei)" 0
is "closed by its manager" "$(ended waybill alerts close "$alert" --outcome accepted --by manager.ks01)" 0
waybill status --wait-drained 60 >/dev/null
is "the list of what is open" "$(alerts | jq --arg id "$alert" '[.alerts[] | select(.alertId == $id)] | length')" 0
is "the order of an alert that is closed" "$(told orders show TR-USD | jq -r '.order[0].alert')" null
is "notices of an alert that is closed" "$(told notices all --owner li.wei | jq --arg id "$alert" '[.. | objects | select(.noticeId? == $id)] | length')" 0

# Currencies are not added up.
party="$(told query customer parties.name party=trial/TRB | jq -r '.named[0].party')" || true
is "a party's business" "$(told query sales parties.business "party=$party" | jq -r '[.salesOrders[].currency] | sort | join(" ")')" "CNY JPY USD"

# An odd order stands apart and takes nothing from anybody.
{ order TR-XAU TRC 3.00 2.00 XAU; order TR-2036 TRC 100.00 60.00 CNY 2036-11-05; order TR-OLD TRC 100.00 60.00 CNY "$recent"; } | publish trial
is "the view beside a currency without a rate" "$(told finance view --from "$today" --to "$today" --metric revenue |
    jq '[.withoutARate[] | select(.currency == "XAU")] | length > 0')" true
is "margins beside a currency without a rate" "$(told finance profit margins --from "$today" --to "$today" --by line | jq '.withoutARate | length > 0')" true
is "the drivers beside an order of 2036" "$(told customers drivers --by month | jq '.drivers | length > 0')" true
is "the order of 2036" "$(told customers drivers --by month | jq '[.datedAhead[] | select(.source == "trial")] | length')" 1
echo '{"name":"dearer","currency":"CNY","levers":[{"kind":"price","percent":"10"}]}' >"$work/dearer.json"
is "a simulation over currencies" "$(ended waybill finance profit simulate "$work/dearer.json" --from "$today" --to "$today" --seed 1 --runs 10)" 0

# A list that is cut says so, and goes to its end.
for number in $(seq 130); do invoice "TR-I$number" TRD 10.00; done | publish trial
waybill finance receivables invoices --customer TRD --csv >"$work/csv" 2>"$work/remarks"
[ "$(wc -l <"$work/csv")" -ge 131 ] || [ -s "$work/remarks" ] || fault "a list is cut without a word"
is "a list to its end" "$(told finance receivables invoices --customer TRD --limit 500 | jq '.invoices | length')" 130
# What a question does not know is refused.
[ "$(ended waybill query servicedesk performance frm=2026-11-01)" != 0 ] || fault "a parameter that is none is passed over"
[ "$(ended waybill query notifier notices.list ownr=x)" != 0 ] || fault "a parameter that is none is passed over"
grep -q ownr "$work/error" || fault "the parameter that is none is not named: $(cat "$work/error")"

# One customer under two codes is one, whichever is asked for.
{ order TR-E TRE 100.00 60.00; order TR-F TRF 100.00 60.00; invoice TR-EI TRE 10.00; invoice TR-FI TRF 20.00; } | publish trial
is "a merge" "$(ended waybill parties merge trial/TRE trial/TRF --reason "one licence" --by li.wei)" 0
waybill status --wait-drained 60 >/dev/null
for code in TRE TRF; do
    is "invoices by $code" "$(told finance receivables invoices --customer "$code" | jq -r '[.invoices[].invoiceId] | sort | join(" ")')" "TR-EI TR-FI"
done

# A file in GBK is read as one in UTF-8.
printf 'id,name\n1,苏州某某精密机械有限公司\n2,苏州某某精密机械有限公司\n3,昆山另一家电子有限公司\n' >"$work/utf8.csv"
iconv -f UTF-8 -t GBK "$work/utf8.csv" >"$work/gbk.csv"
for form in utf8 gbk; do waybill match "$work/$form.csv" --out "$work/$form.out" >/dev/null 2>"$work/error" || fault "match of $form: $(cat "$work/error")"; done
cmp -s "$work/utf8.out" "$work/gbk.out" || fault "GBK gives other parties than UTF-8"
# A field that nobody reads is named.
fact customer.reported.v1 TR-R '{"code":"TRR","name":"TRR Ltd","branch":"KS01","emials":"ap@example.com"}' >"$work/check.ndjson"
waybill contracts check "$work/check.ndjson" >"$work/out" 2>&1 || true
grep -q emials "$work/out" || fault "a misspelt field is passed over: $(cat "$work/out")"
# A service that is silent ends both checks with 75.
silent() { WAYBILL_HTTP_SUPPLIER=http://127.0.0.1:1 waybill "$1"; }
is "status with a silent service" "$(ended silent status)" 75

# The transport system's order, billed by the system of finance without a word whose number it is: one thing until somebody says.
order TR-G TRG 90000.00 70000.00 | publish trial-tms
fact customer.reported.v1 TR-GR '{"code":"TRG","name":"TRG Ltd","branch":"KS01"}' | publish trial-fin
limit TR-GL TRG 100000.00 | publish trial-fin
is "a merge over systems" "$(ended waybill parties merge trial-tms/TRG trial-fin/TRG --reason "one licence" --by li.wei)" 0
waybill status --wait-drained 60 >/dev/null
invoice TR-GI TRG 90000.00 '["TR-G"]' | publish trial-fin
exposed() { told finance credit exposure --customer TRG | jq '[.exposure[].exposure | tonumber] | add'; }
is "the exposure of a bill and its order" "$(exposed)" 90000
is "what the bill waits for" "$(told references list --service finance --what order |
    jq -r '.references[] | select(.number == "TR-G") | "\(.source) \(.knownTo)"')" "trial-fin trial-tms"
order TR-G2 TRG 5000.00 4000.00 | publish trial-tms
is "an order of 95,000 of 100,000" "$(decided TR-G2 | cut -d' ' -f1)" accepted
order TR-G3 TRG 5000.01 4000.00 | publish trial-tms
is "an order of 100,000.01 of 100,000" "$(decided TR-G3)" "needs-approval credit-limit"

[ "$faults" = 0 ] || exit 1
echo "what was answered wrongly in a working day is answered rightly"
