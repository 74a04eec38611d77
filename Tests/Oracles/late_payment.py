"""How well late payment is foreseen: predictions beside two naive baselines and scikit-learn, on the same invoices.

usage: late_payment.py INVOICES.csv PREDICTIONS.csv [--json] [--no-sklearn]

PREDICTIONS.csv has the columns invoice_id, late_probability and expected_days_late. Every other method is run here,
prequentially: an invoice is predicted on the day it is issued, by what was settled on days before. Baselines: the share
of late invoices and the mean delay of all customers; the same of the customer's own invoices.
"""
import csv
import json
import sys
from collections import defaultdict
from datetime import datetime

arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
flags = set(sys.argv[1:]) - set(arguments)


def day(text):
    return datetime.strptime(text, "%m/%d/%Y").toordinal()


rows = []
for row in csv.DictReader(open(arguments[0])):
    rows.append(dict(id=row["invoiceNumber"], customer=row["customerID"], issued=day(row["InvoiceDate"]),
                     due=day(row["DueDate"]), amount=float(row["InvoiceAmount"]), settled=day(row["SettledDate"])))
rows.sort(key=lambda r: (r["issued"], r["id"]))
for r in rows:
    r["days"] = max(0, r["settled"] - r["due"])
    r["late"] = int(r["days"] > 0)
said = {r["invoice_id"]: (float(r["late_probability"]), float(r["expected_days_late"]))
        for r in csv.DictReader(open(arguments[1]))}
assert len(said) == len(rows) and all(r["id"] in said for r in rows), "not the same invoices"


def walk():
    """Each invoice with those that were settled on days before it was issued."""
    by_settlement = sorted(rows, key=lambda r: max(r["settled"], r["issued"]))
    place = 0
    for r in rows:
        news = []
        while place < len(by_settlement) and max(by_settlement[place]["settled"], by_settlement[place]["issued"]) < r["issued"]:
            news.append(by_settlement[place])
            place += 1
        yield r, news


def baselines():
    count = late = days = 0
    own = defaultdict(lambda: [0, 0, 0])
    everybody, each = [], []
    for r, news in walk():
        for n in news:
            count, late, days = count + 1, late + n["late"], days + n["days"]
            record = own[n["customer"]]
            record[0] += 1
            record[1] += n["late"]
            record[2] += n["days"]
        overall = (late / count if count else 0.5, days / count if count else 0)
        record = own[r["customer"]]
        everybody.append(overall)
        each.append((record[1] / record[0], record[2] / record[0]) if record[0] else overall)
    return everybody, each


def reference():
    """scikit-learn, trained again each time that fifty more invoices are settled, on what was known at their issue."""
    import numpy
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    own = defaultdict(list)
    total, late = 0, 0
    features, known, out = {}, [], []
    trained, classifier, regressor = 0, None, None
    for r, news in walk():
        for n in news:
            own[n["customer"]].append(n)
            known.append(n)
            total, late = total + 1, late + n["late"]
        mine = own[r["customer"]]
        base = (late + 1) / (total + 2)
        recent = mine[-5:]
        x = [(sum(m["late"] for m in mine) + 3 * base) / (len(mine) + 3),
             sum(m["late"] for m in recent) / len(recent) if recent else base,
             sum(m["days"] for m in mine) / len(mine) if mine else 0, len(mine),
             r["amount"] / (sum(m["amount"] for m in mine) / len(mine)) if mine else 1, r["due"] - r["issued"],
             datetime.fromordinal(r["due"]).day]
        features[r["id"]] = x
        if len(known) >= trained + 50 or (classifier is None and len(known) >= 50):
            matrix = numpy.array([features[k["id"]] for k in known])
            target = [k["late"] for k in known]
            if 0 < sum(target) < len(target):
                classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(matrix, target)
                regressor = HistGradientBoostingRegressor(loss="absolute_error", random_state=1, max_iter=60).fit(
                    matrix, [k["days"] for k in known])
                trained = len(known)
        if classifier is None:
            out.append((base, 0))
        else:
            row = numpy.array([x])
            out.append((float(classifier.predict_proba(row)[0][1]), max(0.0, float(regressor.predict(row)[0]))))
    return out


def auc(pairs):
    ordered = sorted(pairs)
    rank_sum = positives = index = 0
    while index < len(ordered):
        end = index
        while end < len(ordered) and ordered[end][0] == ordered[index][0]:
            end += 1
        for _, label in ordered[index:end]:
            rank_sum += label * (index + end + 1) / 2
            positives += label
        index = end
    negatives = len(ordered) - positives
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def score(name, predictions):
    half = len(rows) // 2
    pairs = [(p[0], r["late"]) for p, r in zip(predictions, rows)]
    return dict(method=name, invoices=len(rows), auc=round(auc(pairs), 4), aucSecondHalf=round(auc(pairs[half:]), 4),
                brier=round(sum((p - label) ** 2 for p, label in pairs) / len(pairs), 4),
                meanAbsoluteErrorDays=round(sum(abs(p[1] - r["days"]) for p, r in zip(predictions, rows)) / len(rows), 3))


everybody, each = baselines()
results = [score("waybill", [said[r["id"]] for r in rows]), score("all customers", everybody),
           score("own record", each)]
if "--no-sklearn" not in flags:
    import sklearn
    results.append(score(f"scikit-learn {sklearn.__version__}", reference()))
if "--json" in flags:
    for row in results:
        print(json.dumps(row))
else:
    print(f"{'method':<22}{'AUC':>8}{'2nd half':>10}{'Brier':>8}{'MAE days':>10}   ({len(rows)} invoices)")
    for row in results:
        print(f"{row['method']:<22}{row['auc']:>8.3f}{row['aucSecondHalf']:>10.3f}{row['brier']:>8.3f}"
              f"{row['meanAbsoluteErrorDays']:>10.2f}")
