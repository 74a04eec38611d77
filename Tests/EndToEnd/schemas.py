"""What the published JSON Schemas allow and what the reader of the contracts takes: the same, in both directions.

Each contract's example is changed at each of its values, one at a time: escaped, cut, stretched, of another type, in the
spellings of other languages. Only rules that tie values together, or to nought, may refuse what the schema allows.

At each place one of EVERY values is tried, another at the next place, so that each value comes to each kind of place many
times over; with 1 all of them come to all places, which takes some minutes.

usage: schemas.py WAYBILL FOLDER-OF-GOLDEN-FILES [EVERY]
"""
import copy, json, os, re, subprocess, sys, tempfile
import jsonschema

waybill, golden = sys.argv[1:3]
every = int(sys.argv[3]) if len(sys.argv) > 3 else 5
turn = 0
# Rules that no schema has: what values are to one another, and bounds of single values. By contract, or for all of them.
RULES = {"negative-amount", "contradictory-times", "duplicate-element", "over-allocated", "duplicate-line"}
OF_CONTRACT = {
    ("agreement.recorded.v1", "missing-field"), ("agreement.recorded.v1", "value-not-allowed"),  # what each kind needs
    ("sales.agreement-changed.v1", "missing-field"), ("sales.agreement-changed.v1", "value-not-allowed"),
    ("credit-limit.set.v1", "missing-field"), ("credit-override.approved.v1", "missing-field"),  # a customer or a group
    ("finance.close-period.v1", "bad-time"), ("finance.reopen-period.v1", "bad-time"),           # a month's first day
    ("finance.load-rates.v1", "not-a-decimal"), ("finance.load-rates.v1", "value-not-allowed"),  # a rate, not of CNY itself
    ("finance.release-payable.v1", "missing-field"),                                             # why, of who proposes it
    ("ownership.assigned.v1", "value-not-allowed"),                                              # shares, 100 together
    ("sales.take-lead-step.v1", "missing-field"),                                                # what each step needs
    ("opportunity.recorded.v1", "missing-field"), ("opportunity.recorded.v1", "value-not-allowed"),  # what goes together
    ("sales.opportunity-changed.v1", "missing-field"), ("sales.opportunity-changed.v1", "value-not-allowed"),
    ("sales.take-opportunity-step.v1", "missing-field"), ("sales.take-opportunity-step.v1", "value-not-allowed"),
    ("complaint.waiting.v1", "missing-field"),                                                   # the reason of a wait
    ("notifier.mark-notices.v1", "value-not-allowed"),                                           # what each mark needs
    ("notifier.set-preferences.v1", "value-not-allowed"),                                        # a zone there is
    ("servicedesk.take-recovery-step.v1", "missing-field"),                                      # what each step needs
    ("servicedesk.suggest-lead.v1", "missing-field"), ("servicedesk.suggest-lead.v1", "value-not-allowed"),  # what it was seen by
    ("servicedesk.take-bulletin-step.v1", "missing-field"), ("servicedesk.take-bulletin-step.v1", "value-not-allowed"),  # what each step says
    ("servicedesk.take-bulletin-step.v1", "bad-time"), ("servicedesk.publish-bulletins.v1", "bad-time"),  # a month's first day
    ("sales.set-stages.v1", "value-not-allowed"),                                                # a need's word
    ("sales.propose-product.v1", "missing-field"), ("sales.propose-product.v1", "value-not-allowed"),  # what each level has
    ("sales.product-changed.v1", "missing-field"), ("sales.product-changed.v1", "value-not-allowed"),
    ("sales.take-quote-step.v1", "missing-field"), ("sales.take-quote-step.v1", "value-not-allowed"),  # what each step says
    ("sales.set-quote-authority.v1", "value-not-allowed"), ("sales.set-quote-authority.v1", "missing-field"),  # each signer's
    ("sales.set-quote-authority.v1", "nobody-approves"), ("sales.set-quote-authority.v1", "never-matters"),    # the last cell
    ("sales.change-quote-signing.v1", "missing-field"), ("sales.change-quote-signing.v1", "value-not-allowed"),
    ("sales.import-rate-card.v1", "value-not-allowed"),                                          # one customer, or a group
    ("sales.decide-product.v1", "missing-field"),                                                # why, of what is refused
    ("relation.declared.v1", "value-not-allowed"),                                               # a share, 0 to 1
}
TIMES = ["2026-03-02T10:00+08:00", "2026-03-02t02:00:00.123456789z", "2026-03-02T23:59:60Z", "2026-03-02T02:00:00.1234567890Z",
         "2026-03-02T02:00:00,5Z", "2026-03-02 02:00:00Z", "2026-03-02T02:00:00+0800", "2026-03-02T02:00:00-00:00",
         "2026-03-02T24:00:00Z", "2026-02-29T02:00:00Z", "2024-02-29T02:00:00Z", "2100-02-29T00:00:00Z", "2096-02-29", "2026-02-29",
         "2026-04-31", "1969-12-31", "2199-12-31", "2200-01-01", "2026-3-2", "2026-03-02Z", "2026-03-02\n", "２０２６-03-02"]
DECIMALS = ["1E+3", "-0.00", "１０.00", "+5", "1,000.00", "10.", ".5", "010.00", "1e2", "10.00 ", "10.00\n", "10.00000", "-", "",
            "123456789012345.1234", "1234567890123456", "NaN", "-1"]
WORDS = ["CNY", "cny", "XXX", "XQQ", "x", "é" * 64, "é" * 65, "\U0001f600" * 64, "a\tb", "a\nb", "a\u0001b", "a\u007fb", "a\u0085b",
         "x" * 200, "x" * 201, "x" * 500, "x" * 2001, "\u202ex"]
OTHERS = [None, True, 0, 1, -1, 2.0, 2.5, 1e3, 9007199254740991, [], [None], {}, [{}], "1"]

def places(value, path=()):
    """The way to each value inside."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, element in inner: yield from places(element, path + (key,))

def changed(body, path, value):
    body = copy.deepcopy(body)
    target = body
    for key in path[:-1]: target = target[key]
    target[path[-1]] = value
    return body

def escaped(text):
    units = text.encode("utf-16-be").hex(" ", 2).split()
    return '"' + "".join("\\u" + unit for unit in units) + '"'

def texts(body):
    """The body's variants, each as the JSON text that is sent."""
    yield json.dumps(body, ensure_ascii=False)
    # As .NET and others write it: every character of every text as an escape.
    yield re.sub(r'(: |\[)("(?:[^"\\]|\\.)*")', lambda found: found[1] + escaped(json.loads(found[2])), json.dumps(body))
    global turn
    for path in places(body):
        if not path: continue
        turn += 1
        for value in (TIMES + DECIMALS + WORDS + OTHERS)[turn % every::every]: yield json.dumps(changed(body, path, value), ensure_ascii=False)
        without = copy.deepcopy(body)
        target = without
        for key in path[:-1]: target = target[key]
        if isinstance(target, dict):
            del target[path[-1]]
            yield json.dumps(without, ensure_ascii=False)

checked = wrong = 0
for type_ in sorted(os.listdir(golden)):
    if not os.path.isdir(os.path.join(golden, type_)): continue
    schema = json.loads(subprocess.run([waybill, "contracts", "json-schema", type_], capture_output=True, check=True).stdout)
    validator = jsonschema.Draft202012Validator(schema)
    with open(os.path.join(golden, type_, "full.json")) as file: body = json.load(file)
    lines = list(dict.fromkeys(texts(body)))
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
        file.flush()
        said = subprocess.run([waybill, "contracts", "check", file.name, "--type", type_], capture_output=True, text=True).stdout
    refused = {int(found[1]): found[2] for found in re.finditer(r"^line (\d+): (\S+)", said, re.M)}
    for number, line in enumerate(lines, 1):
        checked += 1
        if validator.is_valid(json.loads(line)) == (number not in refused) or \
            refused.get(number) in RULES or (type_, refused.get(number)) in OF_CONTRACT: continue
        wrong += 1
        if wrong <= 40: print("%s: the schema %s, the reader says %s: %s" % (type_, "allows it" if number in refused
                              else "does not allow it", refused.get(number, "it is good"), line[:600]))
print("%d bodies of %d contracts: schema and reader disagree on %d" % (checked, len(os.listdir(golden)) - 1, wrong))
sys.exit(1 if wrong or checked < 10_000 else 0)
