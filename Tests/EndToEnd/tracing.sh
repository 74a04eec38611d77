#!/usr/bin/env bash
# One trace from a published order through finance and sales, at a receiver of OTLP; and a receiver that is away stops nothing.
#
# usage: tracing.sh        (against what 'make up' started under WAYBILL_HOME)
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
. "$WAYBILL_HOME/env"
export WAYBILL_HOME
fail() { echo "$*"; exit 1; }
work="$(mktemp -d)"
receiver=""
finish() {
    [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
    for service in finance sales; do "$root/deploy/local/service.sh" restart "$service" >/dev/null 2>&1 || true; done
    rm -rf "$work"
}
trap finish EXIT
cat >"$work/receiver.py" <<'python'
"""Takes traces by OTLP over HTTP with JSON and writes each span as a line."""
import http.server, json, sys
class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
        with open(sys.argv[1], "a") as file:
            for resource in body["resourceSpans"]:
                (service,) = [a["value"]["stringValue"] for a in resource["resource"]["attributes"] if a["key"] == "service.name"]
                for span in (span for scope in resource["scopeSpans"] for span in scope["spans"]):
                    assert len(span["traceId"]) == 32 and len(span["spanId"]) == 16
                    assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
                    file.write(json.dumps({"service": service, **span}) + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Receiver)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
python
: >"$work/spans"
python3 "$work/receiver.py" "$work/spans" 0 >"$work/port" &
receiver=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
port="$(cat "$work/port")"
for service in finance sales; do
    SERVICE_ENVIRONMENT="WAYBILL_OTLP_ENDPOINT=http://127.0.0.1:$port" "$root/deploy/local/service.sh" restart "$service"
done
ready() { curl -fs "$WAYBILL_HTTP_FINANCE/health/ready" >/dev/null && curl -fs "$WAYBILL_HTTP_SALES/health/ready" >/dev/null; }
for _ in $(seq 300); do ready && break; sleep 0.2; done
ready || fail "finance or sales is not ready with an endpoint for traces"

trace=4bf92f3577b34da6a3ce929d0e0e4736
publish() { # NUMBER TRACEPARENT
    printf '{"specversion":"1.0","id":"%s","source":"tracing","type":"order.placed.v1","datacontenttype":"application/json",%s' "$1" "$2"
    printf '"data":{"orderId":"%s","revision":1,"customer":{"code":"TRACE-A","name":"追踪货运有限公司"},"branch":"KS01",' "$1"
    printf '"businessLine":"air-freight","placedAt":"%sT10:00:00+08:00","currency":"CNY","lines":[{"line":1,' "$(date -u +%F)"
    printf '"serviceItem":"AIR-EXPORT","quantity":"1","unit":"kg","revenue":"100.00","cost":"170.00","supplier":{"code":"TRACE-S"}}]}}'
}
send() { amqp-publish --url "$WAYBILL_AMQP_PARTNER_URL" -e waybill.inbound -r order.placed.v1 -C application/cloudevents+json -p; }
publish TRACE-1 "\"traceparent\":\"00-$trace-00f067aa0ba902b7-01\"," | send
publish TRACE-2 "" | send
cat >"$work/check.py" <<'python'
import json, sys
trace, path = sys.argv[1:3]
spans = [json.loads(line) for line in open(path)]
def of(service, name, trace):
    return [s for s in spans if s["service"] == service and s["name"].startswith(name) and s["traceId"] == trace]
# The published order: both services have it from whoever published it.
for service in ("waybill-finance", "waybill-sales"):
    for span in of(service, "receive order.placed.v1", trace):
        assert span["parentSpanId"] == "00f067aa0ba902b7" and span["kind"] == 5
(order,) = of("waybill-finance", "receive order.placed.v1", trace)
assert of("waybill-sales", "receive order.placed.v1", trace)
# What finance made of it: committed, published, and received by sales as its child.
assert any(s["parentSpanId"] == order["spanId"] for s in of("waybill-finance", "commit", trace))
assert any(s["parentSpanId"] == order["spanId"] for s in of("waybill-finance", "publish finance.", trace))
assert any(s["parentSpanId"] == order["spanId"] for s in of("waybill-sales", "receive finance.", trace))
# An order that names no trace is one trace all the same.
bare = {s["traceId"] for s in spans if s["name"] == "receive order.placed.v1"
        and any(a["value"].get("stringValue") == "TRACE-2" for a in s["attributes"])}
assert len(bare) == 1 and trace not in bare, bare
assert of("waybill-sales", "receive finance.", *bare)
assert any(s["name"] == "question alive" and s["kind"] == 2 for s in spans)
python
"$WAYBILL_CLI" query finance alive >/dev/null
for _ in $(seq 150); do python3 "$work/check.py" "$trace" "$work/spans" 2>"$work/why" && break; sleep 0.2; done
python3 "$work/check.py" "$trace" "$work/spans" || { cut -c1-300 "$work/spans" | tail -n 20; fail "no whole trace came"; }

metric() { curl -fs "$WAYBILL_HTTP_FINANCE/metrics" | sed -n "s/^$1 //p"; }
[ "$(metric waybill_spans_dropped_total)" = 0 ] || fail "spans were dropped"
[ "$(metric waybill_spans_exported_total)" -ge 4 ] || fail "exported spans are not counted"
# A receiver that is away stops nothing.
kill "$receiver"
wait "$receiver" 2>/dev/null || true
receiver=""
handled="$(metric waybill_messages_handled_total)"
publish TRACE-3 "" | send
for _ in $(seq 150); do [ "$(metric waybill_messages_handled_total)" -gt "$handled" ] && break; sleep 0.2; done
[ "$(metric waybill_messages_handled_total)" -gt "$handled" ] || fail "without its receiver finance handles nothing"
ready || fail "without a receiver finance or sales is not ready"
started="$(date +%s)"
"$root/deploy/local/service.sh" stop finance
[ $(($(date +%s) - started)) -le 10 ] || fail "without a receiver finance takes more than 10 s to end"
echo "one trace from the order through finance and sales, and no receiver stops nothing"
