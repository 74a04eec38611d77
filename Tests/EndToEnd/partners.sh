#!/usr/bin/env bash
# Who published is established by the broker: by the partner's own exchange, or by a user_id that the broker has verified.
# A source that is not the partner's is refused and stands in the audit; neighbours are unharmed.
#
# usage: partners.sh           (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
work="$(mktemp -d)"
fail() { echo "$*"; exit 1; }
before="$(cat "$WAYBILL_HOME/run/partners")"
restore() {
    echo "$before" >"$WAYBILL_HOME/run/partners"
    for service in customer sales servicedesk finance supplier notifier; do "$root/deploy/local/service.sh" restart "$service"; done
    rm -rf "$work"
}
trap restore EXIT
cat >"$WAYBILL_HOME/partners.json" <<'JSON'
{"partners": [
  {"name": "acme", "users": ["partner-acme"], "sources": ["acme", "acme-*"]},
  {"name": "globex", "users": ["partner-globex"], "sources": ["globex"]}
]}
JSON
# The users' passwords stay in files; the definitions are made of them as at the start, and loaded by the management.
jq -n --arg a "$(head -c 18 /dev/urandom | base64)" --arg b "$(head -c 18 /dev/urandom | base64)" \
    --slurpfile users "$WAYBILL_HOME/secrets/users.json" '$users[0] + {"partner-acme": $a, "partner-globex": $b}' >"$work/users.json"
"$WAYBILL_CLI" topology definitions --users "$work/users.json" --partners "$WAYBILL_HOME/partners.json" >"$work/definitions.json"
address="${WAYBILL_HTTP_MANAGEMENT_URL#http://}"
printf 'user = "%s"\n' "${address%@*}" |
    curl -sf -K - -X POST -H 'content-type: application/json' --data-binary "@$work/definitions.json" "http://${address#*@}/api/definitions" >/dev/null
"$WAYBILL_CLI" topology check --partners "$WAYBILL_HOME/partners.json" 2>/dev/null || fail "the topology lacks something"
echo "$WAYBILL_HOME/partners.json" >"$WAYBILL_HOME/run/partners"
for service in customer sales servicedesk finance supplier notifier; do "$root/deploy/local/service.sh" restart "$service"; done
python3 "$root/Benchmarks/orders.py" 13 31 acme >"$work/orders.ndjson"
python=python3
"$python" -c 'import pika' 2>/dev/null || python=/usr/bin/python3
cat >"$work/publishing.py" <<'PY'
import json, os, sys
import pika, pika.exceptions
from urllib.parse import quote, urlparse

orders = [line for line in open(sys.argv[1])]
passwords = json.load(open(sys.argv[2]))
broker = urlparse(os.environ["WAYBILL_AMQP_OPERATOR_URL"])
number = 0


def publish(user, exchange, source, user_id=None, key="order.placed.v1"):
    """The reply code with which the broker refuses, or None."""
    global number
    number += 1
    url = f"amqp://{quote(user, safe='')}:{quote(passwords[user], safe='')}@{broker.hostname}:{broker.port}/%2f"
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish(
            exchange, key, orders[number - 1],
            pika.BasicProperties(message_id=f"id-{number}-{user}-{source}", type=key, app_id=source, user_id=user_id,
                                 content_type="application/json", delivery_mode=2), mandatory=True)
        return None
    except pika.exceptions.ChannelClosedByBroker as problem:
        return problem.reply_code
    finally:
        if connection.is_open:
            connection.close()


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: the broker answered {found}, not {wanted}")
PY
export PYTHONPATH="$work"
"$python" - "$work/orders.ndjson" "$work/users.json" <<'PY'
from publishing import *

expect("own exchange", publish("partner-acme", "waybill.inbound.acme", "acme"), None)
expect("own exchange, source by pattern", publish("partner-acme", "waybill.inbound.acme", "acme-east"), None)
expect("common exchange with user_id", publish("partner-acme", "waybill.inbound", "acme", "partner-acme"), None)
expect("another partner's source", publish("partner-globex", "waybill.inbound.globex", "acme"), None)
expect("another partner's source by user_id", publish("partner-globex", "waybill.inbound", "acme", "partner-globex"), None)
expect("nobody says who", publish("partner-acme", "waybill.inbound", "acme"), None)
expect("a service's source", publish("partner-acme", "waybill.inbound.acme", "waybill.finance"), None)
expect("another's exchange", publish("partner-globex", "waybill.inbound.acme", "globex"), 403)
expect("another's user_id", publish("partner-globex", "waybill.inbound", "acme", "partner-acme"), 406)
expect("the services' exchange", publish("partner-acme", "waybill.events", "acme"), 403)
expect("a service's message by the own exchange", publish("partner-acme", "waybill.inbound.acme", "waybill.sales", key="sales.order-anomaly-raised.v1"), None)
PY
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
known="$("$WAYBILL_CLI" query finance orders.totals source=acme --json | jq '[.totals[].orders] | add')"
[ "$known" = 2 ] || fail "$known orders of acme are known, not 2"
[ "$("$WAYBILL_CLI" query finance orders.totals source=acme-east --json | jq '[.totals[].orders] | add')" = 1 ] || fail "the order of acme-east is not known"
"$WAYBILL_CLI" dead list --service finance --json | jq -r '.deadLetters[] | select((.id // "") | startswith("id-")) | .reason' | sort | uniq -c | sed 's/^ *//' >"$work/reasons"
printf '1 publisher-unknown\n3 source-not-allowed\n' | diff - "$work/reasons" || fail "finance refused otherwise"
"$WAYBILL_CLI" dead list --service customer --json | jq -r '.deadLetters[] | select((.id // "") | startswith("id-")) | .reason' | grep >/dev/null -x wrong-exchange || fail "a partner may speak as a service"
"$WAYBILL_CLI" dead audit --json | jq -r '.audit[] | select(.act == "refuse" and .service == "finance") | [.who, .brokerUser, .source, .reason] | @tsv' | sort >"$work/audit"
printf '%s\t%s\t%s\t%s\n' \
    waybill.inbound "not said" acme publisher-unknown \
    waybill.inbound partner-globex acme source-not-allowed \
    waybill.inbound.acme "not said" waybill.finance source-not-allowed \
    waybill.inbound.globex "not said" acme source-not-allowed | sort | diff - "$work/audit" || fail "the audit says otherwise"
"$WAYBILL_CLI" dead discard --why "tried on purpose" >/dev/null 2>&1 || true

# A source that is taken out may speak no more, and one that is put in may, from the next batch on and without a restart.
processes() { local service; for service in customer sales servicedesk finance supplier notifier; do cat "$WAYBILL_HOME/run/$service.pid"; done; }
processes >"$work/processes"
sed 's/"acme-\*"/"acme2"/' "$WAYBILL_HOME/partners.json" >"$work/partners.json"
mv "$work/partners.json" "$WAYBILL_HOME/partners.json"
for service in customer sales servicedesk finance supplier notifier; do
    "$root/deploy/local/service.sh" reload "$service"
    name="WAYBILL_HTTP_${service^^}"
    for _ in $(seq 300); do curl -s "${!name}/metrics" | grep >/dev/null -x 'waybill_settings_reads_total 2' && break; sleep 0.1; done
    curl -s "${!name}/metrics" | grep >/dev/null -x 'waybill_settings_reads_total 2' || fail "$service did not read the file of partners again"
done
"$python" - "$work/orders.ndjson" "$work/users.json" <<'PY'
import publishing
from publishing import *

publishing.number = 11
expect("a source that was taken out", publish("partner-acme", "waybill.inbound.acme", "acme-east"), None)
expect("a source that was put in", publish("partner-acme", "waybill.inbound.acme", "acme2"), None)
PY
"$WAYBILL_CLI" status --wait-drained 60 >/dev/null
[ "$("$WAYBILL_CLI" query finance orders.totals source=acme2 --json | jq '[.totals[].orders] | add')" = 1 ] || fail "a source that was put in may not speak"
[ "$("$WAYBILL_CLI" query finance orders.totals source=acme-east --json | jq '[.totals[].orders] | add')" = 1 ] || fail "a source that was taken out may speak on"
for service in customer sales servicedesk finance supplier; do
    [ "$("$WAYBILL_CLI" dead list --service "$service" --id id-12-partner-acme-acme-east --json | jq -r '[.deadLetters[].reason] | join(" ")')" = source-not-allowed ] ||
        fail "$service took a source that was taken out"
done
processes | cmp -s - "$work/processes" || fail "a service was started anew for a file of partners"
"$WAYBILL_CLI" dead discard --why "tried on purpose" --yes --source acme-east >/dev/null 2>&1 || true
echo "who published is established by the broker; five attempts to speak for others are refused and on record"
