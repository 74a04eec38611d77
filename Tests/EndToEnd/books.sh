#!/usr/bin/env bash
# What finance is told by hand, by the commands for it: terms, promises, disputes, write-offs, credit, expenses that go
# beyond their budget, and the monthly close.
#
# usage: books.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }
waybill() { "$WAYBILL_CLI" "$@"; }
drained() { waybill status --wait-drained 60 >/dev/null; }
publish() { waybill orders publish - --source books >/dev/null && drained; }
book() { waybill finance "$@" --source books >/dev/null && drained; }
invoice() { # NUMBER TIME AMOUNT
    printf '{"type":"invoice.issued.v1","id":"%s","data":{"invoiceId":"%s","customer":{"code":"BOOK"},' "$1" "$1"
    printf '"orderIds":[],"issuedAt":"%s","amount":"%s","currency":"CNY"}}\n' "$2" "$3"
}
expect() { # WHAT EXPECTED FOUND
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}
refused() { # REASON COMMAND...
    local reason="$1" found status=0
    shift
    found="$(waybill "$@" --json)" || status=$?
    expect "$*" "2 $reason" "$status $(jq -r .refused <<<"$found")"
}

printf '{"orderId":"BO-1","revision":1,"customer":{"code":"BOOK","name":"BOOK Ltd"},"branch":"KS01",%s\n' \
    '"businessLine":"air-freight","placedAt":"2024-03-01T10:00:00+08:00","currency":"CNY","lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"1000.00","cost":"700.00"}]}' | publish
invoice B-1 2024-03-05T10:00:00+08:00 1000.00 | publish
book terms BOOK --days 45 --by zhou.min
expect "due by terms" 2024-04-19 "$(waybill finance invoices --customer BOOK --json | jq -r '.invoices[0].dueDay')"

book promise BP-1 --invoice B-1 --amount 300.00 --on 2027-04-25 --by li.wei
expect "promise" 1 "$(waybill finance promises --as-of 2026-01-01 --customer BOOK --json | grep -c '"BP-1"')"
book dispute open BD-1 --invoice B-1 --amount 200.00 --reason price --by li.wei
expect "dispute" 1 "$(waybill finance disputes --customer BOOK --json | grep -c '"BD-1"')"
book dispute resolve BD-1 --outcome settled --by li.wei
expect "dispute that has ended" 0 "$(waybill finance disputes --customer BOOK --json | grep -c '"BD-1"' || true)"

book write-off propose BW-1 --invoice B-1 --amount 100.00 --reason small-balance --by li.wei
refused same-person finance write-off approve BW-1 --source books --by li.wei
expect "open, approved by who proposed" 1000.00 "$(waybill finance invoices --customer BOOK --json | jq -r '.invoices[0].open')"
book write-off approve BW-1 --by zhou.min
expect "open, approved by another" 900.00 "$(waybill finance invoices --customer BOOK --json | jq -r '.invoices[0].open')"

# Cash on account is for an invoice after all; a payment or an invoice that nobody knows is a slip of the pen.
printf '{"type":"payment.received.v1","id":"BA-P","data":{"paymentId":"BA-P","customer":{"code":"BOOK"},%s}}\n' \
    '"receivedAt":"2024-03-25T10:00:00+08:00","amount":"25.00","currency":"CNY"' | publish
refused not-found finance receivables allocate BA-1 --payment TYPO --to B-1=20.00 --source books --by li.wei
refused not-found finance receivables allocate BA-1 --payment BA-P --to TYPO=20.00 --source books --by li.wei
refused over-allocated finance receivables allocate BA-1 --payment BA-P --to B-1=25.01 --source books --by li.wei
book receivables allocate BA-1 --payment BA-P --to B-1=20.00 --by li.wei
expect "open, paid by cash on account" 880.00 "$(waybill finance invoices --customer BOOK --json | jq -r '.invoices[0].open')"

book credit limit BL-1 --customer BOOK --amount 50000.00 --from 2024-01-01 --by zhou.min
limits() { waybill finance limits --as-of 2026-01-01 --json | jq -r '.limits[] | select(.code == "BOOK") | "\(.limit) \(.overrides)"'; }
expect "limit" "50000.00 0.00" "$(limits)"
book credit override BO-1 --customer BOOK --amount 1000.00 --from 2024-01-01 --to 2027-12-31 --tier branch-manager --by zhou.min
expect "override" "50000.00 1000.00" "$(limits)"
book credit lift BH-1 --customer BOOK --until 2027-12-31 --reason "paid by the week" --by zhou.min

# Who is on hold for what is overdue, and pays, orders again within seconds: nobody waits for the end of the day.
ordered() { # NUMBER: an order of now by the customer HOLD
    printf '{"orderId":"%s","revision":1,"customer":{"code":"HOLD","name":"HOLD Ltd"},"branch":"KS01","businessLine":"air-freight","placedAt":"%s","currency":"CNY",' "$1" "$(date -Is)"
    printf '"lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"100.00","cost":"70.00"}]}\n'
}
paid() { # NUMBER AMOUNT: of the invoice HI-1, now
    printf '{"type":"payment.received.v1","id":"%s","data":{"paymentId":"%s","customer":{"code":"HOLD"},"receivedAt":"%s",' "$1" "$1" "$(date -Is)"
    printf '"amount":"%s","currency":"CNY","allocations":[{"invoiceId":"HI-1","amount":"%s"}]}}\n' "$2" "$2"
}
decided() { waybill orders show "$1" --json | jq -r '.order[0].decision'; }
trusted() { waybill finance limits --json | jq -r '.limits[] | select(.code == "HOLD") | .state'; }
becomes() { # STATE: within ten seconds
    local end=$((SECONDS + 10))
    until [ "$(trusted)" = "$1" ]; do [ "$SECONDS" -lt "$end" ] || fail "HOLD is not '$1' within seconds: '$(trusted)'"; sleep 0.2; done
}
{
    ordered HO-1
    invoice HI-1 "$(date -Is -d '-50 days')" 200.00 | jq -c --arg due "$(date -Is -d '-40 days')" '.data.customer.code = "HOLD" | .data.dueAt = $due'
} | publish
expect "before it has a limit" accepted "$(decided HO-1)"
book credit limit HL-1 --customer HOLD --amount 5000.00 --from 2024-01-01 --by zhou.min
paid HP-1 1.00 | publish
becomes hold
ordered HO-2 | publish
expect "on hold" needs-approval "$(decided HO-2)"
paid HP-2 199.00 | waybill orders publish - --source books >/dev/null
becomes ok
ordered HO-3 | publish
expect "off hold" accepted "$(decided HO-3)"

# A statement of account as a document, in both languages.
for language in en zh; do
    waybill finance receivables statement BOOK --source books --to 2024-06-30 --format html --language "$language" --output "$work/$language.html"
    waybill finance receivables statement BOOK --source books --to 2024-06-30 --format pdf --language "$language" --output "$work/$language.pdf"
    grep >/dev/null B-1 "$work/$language.html" || fail "the statement in $language lacks the invoice"
    [ "$(head -c 5 "$work/$language.pdf")" = "%PDF-" ] && tail -c 16 "$work/$language.pdf" | grep >/dev/null -a '%%EOF' ||
        fail "the statement in $language is no PDF"
    [ "$(wc -c <"$work/$language.pdf")" -gt 2000 ] || fail "the statement in $language is empty"
done
grep >/dev/null '<html lang="zh' "$work/zh.html" && grep >/dev/null '对账单' "$work/zh.html" || fail "the statement is not in Chinese"
grep >/dev/null '<html lang="en' "$work/en.html" && ! grep >/dev/null '对账单' "$work/en.html" || fail "the statement is not in English"

{
    printf '{"type":"expense-budget.set.v1","id":"BB-1","data":{"budgetId":"BB-1","revision":1,"branch":"KS01",'
    printf '"account":"books","from":"2024-01-01","to":"2024-12-31","amount":"1000.00","currency":"CNY","setBy":"zhou.min"}}\n'
    printf '{"type":"expense.reported.v1","id":"BE-1","data":{"expenseId":"BE-1","state":"committed","branch":"KS01",'
    printf '"owner":"li.wei","account":"books","day":"2024-03-05","amount":"1200.00","currency":"CNY"}}\n'
} | publish
budget() { waybill finance budgets --account books --json | jq -r ".budgets[0].$1"; }
expect "held" "1200.00 1000.00" "$(budget held) $(budget available)"
refused same-person finance expenses approve BE-1 --source books --reason fair --by li.wei
refused not-authorised finance expenses approve BE-1 --source books --reason fair --by wang.fang
waybill finance expenses approve BE-1 --source books --reason fair --by manager.ks01 >/dev/null
expect "approved" "1200.00 -200.00" "$(budget committed) $(budget available)"

! waybill dead list --service finance --json | jq -e '[.deadLetters[].reason] | index("same-person")' >/dev/null ||
    fail "what a person was refused stands in the dead letters"
expect "by word, as the demo allows" "word zhou.min" \
    "$(waybill query finance acts.list person=zhou.min --json | jq -r '[.acts[] | select(.source == "books") | "\(.proof) \(.person)"] | unique | join(", ")')"

refused not-authorised finance close 2024-03 --by li.wei
refused contradictory-times finance close 2199-01 --by finance.director
waybill finance close 2024-03 --by finance.director >/dev/null
invoice B-2 2024-03-20T10:00:00+08:00 70.00 | publish
expect "late" "invoice B-2 2024-03-20 2024-04-01 70.00" "$(waybill finance periods --late 2024-03 --json |
    jq -r '.late[] | select(.reference == "B-2") | "\(.kind) \(.reference) \(.originalDay) \(.postingDay) \(.amount)"')"
waybill finance reopen 2024-03 --reason "wrong month" --by finance.director >/dev/null
refused same-person finance reopen 2024-03 --reason "wrong month" --by finance.director
expect "closed" "2024-03" "$(waybill finance periods --json | jq -r '.closed[0].month')"
# The finance view of a line of business of its own: what came within months, what stands at their ends, in a closed one too.
order() { # NUMBER TIME REVENUE COST
    printf '{"orderId":"%s","revision":1,"customer":{"code":"BOOK"},"branch":"KS01","businessLine":"viewed",' "$1"
    printf '"placedAt":"%s","currency":"CNY","lines":[{"line":1,"serviceItem":"AIR-EXPORT","quantity":"1",' "$2"
    printf '"unit":"kg","revenue":"%s","cost":"%s"}]}\n' "$3" "$4"
}
{
    order BV-1 2024-04-08T10:00:00+08:00 500.00 400.00
    order BV-2 2024-05-06T10:00:00+08:00 300.00 330.00
    invoice BV-1 2024-04-20T10:00:00+08:00 500.00 | jq -c '.data.orderIds = ["BV-1"]'
    printf '{"type":"payment.received.v1","id":"BVP-1","data":{"paymentId":"BVP-1","customer":{"code":"BOOK"},'
    printf '"receivedAt":"2024-05-20T10:00:00+08:00","amount":"200.00","currency":"CNY",'
    printf '"allocations":[{"invoiceId":"BV-1","amount":"200.00"}]}}\n'
} | publish
view() { waybill finance view --from 2024-03-01 --to 2024-05-31 --line viewed "$@" --json; }
viewed() { view --by month --metric revenue,margin,cash,receivable "$@" |
    jq -r '.view[] | "\(.period) \(.revenue) \(.margin) \(.cash) \(.receivable)"'; }
expect "the finance view" "$(printf '%s\n' '2024-04 500.00 100.00 0.00 500.00' '2024-05 300.00 -30.00 200.00 300.00')" "$(viewed)"
expect "by branch" "KS01 800.00" "$(view --by total,branch --metric revenue | jq -r '.view[] | "\(.branch) \(.revenue)"')"
expect "its age" "2024-05-20T10:00:00+08:00" "$(view --by total --metric receivable | jq -r '.view[0].asOf')"
expect "events behind it" "payment.received BVP-1 -200.00, invoice.issued BV-1 500.00, 300.00" "$(view --metric receivable --drill |
    jq -r '[.receivableEvents[] | "\(.event) \(.id) \(.amount)"] + [.cell[0].amount] | join(", ")')"
expect "as CSV" "period,revenue,currency" "$(waybill finance view --from 2024-03-01 --to 2024-05-31 --line viewed --metric revenue --csv |
    sed -n 1p | tr -d '\r' | cut -d, -f1-3)"
waybill finance close 2024-04 --by finance.director >/dev/null
order BV-3 2024-04-09T10:00:00+08:00 70.00 50.00 | publish
expect "placed" "2024-04 570.00,2024-05 300.00" "$(view --metric revenue | jq -r '[.view[] | "\(.period) \(.revenue)"] | join(",")')"
expect "posted" "2024-04 500.00,2024-05 370.00" "$(view --metric revenue --basis posted |
    jq -r '[.view[] | "\(.period) \(.revenue)"] | join(",")')"
expect "posted, as the close has it" "370.00" "$(waybill finance periods --margins 2024-05 --json |
    jq -r '.margins[] | select(.businessLine == "viewed") | .revenue')"
found="$(waybill finance view --metric profit 2>&1)" && fail "a metric that there is not is told"
expect "unknown metric" 1 "$(grep -c "'metric' is a list of different words of" <<<"$found")"
echo "what finance is told by hand takes effect, and is refused where it must be"
