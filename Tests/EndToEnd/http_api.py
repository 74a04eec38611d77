"""The HTTP API of a running system, as another program calls it: questions, pages, files, commands, events one by one and
in a batch, bad input, and the shell's program of docs/contracts/http-api.md as it stands there.

usage: http_api.py     (WAYBILL_HTTP_CONSOLE: the console's address; WAYBILL_TOKEN_PERSON: a token of somebody who may ask,
                        export and act; WAYBILL_TOKEN_PARTNER: a token of a partner; WAYBILL_PARTNER_SOURCE: a source that it
                        may speak for, 'demo' without; WAYBILL_CLI: the command, to wait until what was published is handled)

Nothing is followed that the API does not tell: the answers, their statuses and their problem details are all it looks at.
"""
import json, os, pathlib, re, subprocess, sys, time, urllib.error, urllib.parse, urllib.request

base = os.environ["WAYBILL_HTTP_CONSOLE"].rstrip("/") + "/api/v1"
person, partner = os.environ["WAYBILL_TOKEN_PERSON"], os.environ["WAYBILL_TOKEN_PARTNER"]
source = os.environ.get("WAYBILL_PARTNER_SOURCE", "demo")
waybill = os.environ.get("WAYBILL_CLI")
root = pathlib.Path(__file__).resolve().parents[2]
run = str(int(time.time()))
checked = 0


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def reason(self):
        return self.json.get("reason") if self.headers.get_content_type() == "application/problem+json" else None


def call(method, path, token=person, body=None, **headers):
    request = urllib.request.Request(
        base + path, method=method, data=body.encode() if isinstance(body, str) else body,
        headers={name.replace("_", "-"): value for name, value in headers.items()})
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())
    except urllib.error.URLError as error:
        # Who is refused by the length of a body may find the connection closed before all of it was sent.
        if isinstance(error.reason, (BrokenPipeError, ConnectionResetError)) and len(body or b"") > 1 << 20:
            return None
        raise


def expect(what, answer, status, reason=None, path=None):
    global checked
    checked += 1
    told = answer.body[:600].decode("utf-8", "replace")
    if answer.status != status:
        sys.exit("%s: status %d instead of %d: %s" % (what, answer.status, status, told))
    if status >= 400:
        problem = answer.json
        if answer.headers.get_content_type() != "application/problem+json" or problem["status"] != status:
            sys.exit("%s: no problem detail: %s" % (what, told))
        if not problem["title"] or not problem["detail"] or problem["type"] != "urn:waybill:reason:" + problem["reason"]:
            sys.exit("%s: the problem detail lacks something: %s" % (what, told))
    if reason and answer.reason != reason:
        sys.exit("%s: '%s' instead of '%s': %s" % (what, answer.reason, reason, told))
    if path and answer.json.get("path") != path:
        sys.exit("%s: at '%s' instead of '%s': %s" % (what, answer.json.get("path"), path, told))
    return answer


def check(what, is_so):
    global checked
    checked += 1
    if not is_so:
        sys.exit(what)


def drained():
    if waybill:
        subprocess.run([waybill, "status", "--wait-drained", "120"], check=True, stdout=subprocess.DEVNULL)


def until(what, ask, seconds=60):
    """Asks until the answer is as it shall be: what was published is handled some time later."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = ask()
        if found:
            return found
        time.sleep(0.2)
    sys.exit("not within %d s: %s" % (seconds, what))


def order(number, **changes):
    body = {"orderId": number, "revision": 1, "customer": {"code": "C-HTTP-" + run}, "branch": "KS01", "businessLine": "road",
            "placedAt": "2026-03-02T10:00:00+08:00", "currency": "CNY", "lines": [{"line": 1, "serviceItem": "ROAD",
            "quantity": "1", "unit": "kg", "revenue": "100.00", "cost": "50.00"}]}
    body.update(changes)
    return body


def event(number, data=None, **changes):
    return {"specversion": "1.0", "id": "%s-%s" % (number, run), "source": source, "type": "order.placed.v1",
            "data": order("%s-%s" % (number, run)) if data is None else data, **changes}


# The document, and who calls.
document = expect("the document", call("GET", "/openapi.json", token=None), 200).json
check("the document is not the one that is committed",
      document == json.loads((root / "docs/contracts/openapi.json").read_text()))
expect("nobody", call("GET", "/questions", token=None), 401, "not-signed-in")
expect("a token that is none", call("GET", "/questions", token="x" * 40), 401, "not-signed-in")
catalogue = expect("the catalogue", call("GET", "/questions"), 200)
expect("the catalogue again", call("GET", "/questions", If_None_Match=catalogue.headers["ETag"]), 304)
check("questions are missing", len(catalogue.json["questions"]) > 50)

# Events, one by one in each form, and in a batch; nothing but what was confirmed is said to be taken.
structured = {"Content_Type": "application/cloudevents+json"}
batch = {"Content_Type": "application/cloudevents-batch+json"}


def publish(body, token=partner, **headers):
    return call("POST", "/events", token, body if isinstance(body, (str, bytes)) else json.dumps(body), **headers)


expect("structured", publish(event("S"), **structured), 202)
expect("structured again", publish(event("S"), **structured), 202)
expect("binary", publish(order("B-" + run), Content_Type="application/json", ce_specversion="1.0", ce_id="B-" + run,
                         ce_source=source, ce_type="order.placed.v1"), 202)
many = [event("M%d" % number) for number in range(200)]
started = time.monotonic()
whole = expect("a batch", publish(many, **batch), 202).json
print("a batch of %d events: %.0f a second" % (len(many), len(many) / (time.monotonic() - started)))
check("the batch was not taken whole", whole["accepted"] == len(many) and whole["refused"] == whole["notConfirmed"] == 0)
mixed = expect("a batch with bad ones", publish(
    [event("G1"), event("X1", order("X1", currency="XYZ")), event("X2", source="somebody-else-" + run)
     if source != "demo" else event("X2", source="waybill.finance"), event("G2")], **batch), 422)
check("of a batch the good ones are not told apart",
      [entry["status"] for entry in mixed.json["events"]] == ["accepted", "refused", "refused", "accepted"])
check("of a batch the reasons are not told",
      [entry["reason"] for entry in mixed.json["events"][1:3]] == ["unknown-currency", "source-not-allowed"])
drained()
page = root / "docs/contracts/http-api.md"
program = re.search(r"^```sh\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)[1].replace('"demo"', '"%s"' % source)
told = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True,
                      env={**os.environ, "TOKEN": partner}).stdout
check("the shell's program was not answered: " + told, json.loads(told)["status"] == "accepted")

# Questions: what was published is decided and seen; each once.
for number in ("S", "B", "G1", "G2", "M0", "M199"):
    shown = until("order %s is decided" % number, lambda: (lambda answer: answer if answer.status == 200 and any(
        row.get("decision") for table in answer.json["tables"] for row in table["rows"]) else None)(
            call("GET", "/finance/orders.show?" + urllib.parse.urlencode({"orderId": "%s-%s" % (number, run)}))))
    check("the answer does not say of when it is", shown.json["asOf"] == shown.headers["Waybill-As-Of"])
expect("a refused one is nowhere", call("GET", "/finance/orders.show?orderId=X1"), 404, "not-found")
listed = next(question for question in catalogue.json["questions"] if question.get("cursor") and "customer" in question["services"]
              and question["name"] == "customers.list")
limit, rows, cursor, pages = 7, [], None, 0
while True:
    values = {"limit": limit, **({listed["cursor"]: cursor} if cursor else {})}
    table = expect("a page", call("GET", "/customer/customers.list?" + urllib.parse.urlencode(values)), 200).json["tables"][0]
    rows, pages, cursor = rows + table["rows"], pages + 1, table.get("next")
    check("a page is longer than asked for", len(table["rows"]) <= limit)
    check("'more' and 'next' contradict one another", table["more"] == (cursor is not None))
    if cursor is None or pages == 20:
        break
keys = [json.dumps(row, sort_keys=True) for row in rows]
check("a row is told on two pages", len(set(keys)) == len(keys))
counted = expect("totals", call("GET", "/customer/customers.list?limit=1&totals=true"), 200).json["tables"][0]
check("a list does not have the rows that it says", cursor is not None or counted["count"] >= len(rows))
exported = expect("a file", call("GET", "/customer/customers.list.csv"), 200)
check("the file is no CSV for spreadsheets", exported.body.startswith(b"\xef\xbb\xbf") and b"\r\n" in exported.body)
check("the file has fewer rows than the list", exported.body.count(b"\r\n") > len(rows))
one = expect("a page as a file", call("GET", "/customer/customers.list?limit=2", Accept="text/csv"), 200)
check("the page as a file is another", not one.body.startswith(b"\xef\xbb\xbf") and one.body.count(b"\r\n") <= 3)

# Bad input: each has its place, and none is a fault of the server's.
for query, reason, place in [
        ("custmer=1", "value-not-allowed", "parameters.custmer"), ("page=1000000000", "value-not-allowed", "parameters.page"),
        ("limit=1000000000", "value-not-allowed", "parameters.limit"), ("limit=-1", "value-not-allowed", "parameters.limit"),
        ("limit=1&limit=2", "duplicate-element", "parameters.limit"), ("after=rubbish", "value-not-allowed", "parameters.after"),
        ("limit=%zz", "bad-request", "query"), ("limit=%ff", "bad-request", "query"),
        ("limit=1%00", "control-character", "query")]:
    expect(query, call("GET", "/customer/customers.list?" + query), 400, reason, place)
expect("a long address", call("GET", "/customer/customers.list?after=" + "a" * 20000), 414)
expect("no such question", call("GET", "/customer/secrets.list"), 404, "no-such-address")
expect("no such service", call("GET", "/../../etc/passwd"), 404)
expect("another method", call("DELETE", "/customer/customers.list"), 405, "method-not-allowed")
expect("another form", call("GET", "/customer/customers.list", Accept="image/png"), 406, "not-acceptable")
expect("a partner asks", call("GET", "/customer/customers.list", partner), 403, "out-of-scope")
expect("a person publishes", publish(event("P"), person, **structured), 403, "out-of-scope")
for what, body, headers, status, reason in [
        ("no JSON", "not json", structured, 400, "not-json"), ("nothing", "", structured, 400, "empty-body"),
        ("no UTF-8", b"\xff\xfe{}", structured, 400, "bad-utf8"), ("deep", "[" * 100000, structured, 400, "too-deep"),
        ("another content", "{}", {"Content_Type": "text/plain"}, 415, "unsupported-content-type"),
        ("compressed", "{}", {**structured, "Content_Encoding": "gzip"}, 415, "unsupported-content-type"),
        ("large", b" " * ((1 << 20) + 1), structured, 413, "body-too-large"),
        ("a large batch", b" " * ((8 << 20) + 1), batch, 413, "body-too-large"),
        ("a batch that is none", "{}", batch, 400, "wrong-type"),
        ("many", json.dumps([{}] * 1001), batch, 400, "too-many-elements"),
        ("another type", json.dumps(event("T", type="order.plcaed.v1")), structured, 422, "unknown-type"),
        ("another version", json.dumps(event("T", type="order.placed.v9")), structured, 422, "unknown-version"),
        ("a service's", json.dumps(event("T", type="finance.order-decided.v1")), structured, 422, "wrong-exchange"),
        ("a service's source", json.dumps(event("T", source="waybill.finance")), structured, 403, "source-not-allowed"),
        ("no id", json.dumps(event("T", id=None)), structured, 422, "missing-id")]:
    answer = publish(body, **headers)
    if answer is None and status == 413:
        checked += 1
    else:
        expect(what, answer, status, reason)

# Commands: by a key once, whoever repeats it; refused with reason and path.
command = {"Content_Type": "application/json"}


def act(type, body, key, **headers):
    return call("POST", "/commands/" + type, person, json.dumps(body), **command, **({"Idempotency_Key": key} if key else {}), **headers)


complaint = {"complaintId": "CP-HTTP-" + run, "customer": {"code": "C-HTTP-" + run}, "category": "damage", "severity": "minor",
             "at": "2026-03-03T10:00:00+08:00", "summary": "两箱外包装破损"}
first = expect("a command", act("complaint.reported.v1?source=" + source, complaint, "c-" + run), 200).json
check("the command was not carried out", first["status"] == "done" and not first["repeated"] and first["person"])
again = expect("the command again", act("complaint.reported.v1?source=" + source, complaint, "c-" + run), 200).json
check("the same again had another effect", again["repeated"] and again["id"] == first["id"] and again["results"] == first["results"])
expect("another by that key", act("complaint.reported.v1?source=" + source, {**complaint, "severity": "major"}, "c-" + run),
       422, "key-reused", "headers.idempotency-key")
expect("without a key", act("complaint.reported.v1", complaint, None), 400, "key-missing")
expect("in another's name", act("complaint.reported.v1?source=" + source, {
    **complaint, "complaintId": "CP-OTHER-" + run, "by": "somebody.else"}, "o-" + run), 403, "not-authorised", "$.by")
expect("of nothing", act("finance.close-alert.v1", {"alertId": "AL-" + run, "outcome": "accepted"}, "n-" + run), 404, "not-found")
expect("half", act("finance.close-alert.v1", {"outcome": "accepted"}, "h-" + run), 422, "missing-field", "$.alertId")
expect("no command", act("finance.order-decided.v1", {}, "x-" + run), 404, "wrong-exchange")
expect("unknown", act("finance.close-alert.v9", {}, "x-" + run), 404, "unknown-version")
seen = expect("the complaint", call("GET", "/servicedesk/complaints.show?" + urllib.parse.urlencode(
    {"complaintId": complaint["complaintId"], "source": source})), 200).json
check("the complaint is not there once", sum(len(table["rows"]) for table in seen["tables"] if table["name"] == "complaint") == 1)

print("%d answers of the HTTP API are as they shall be" % checked)
