#!/usr/bin/env python3
"""Scores made-up leads by 'waybill leads trial' and, in the same run, by simpler ways and by scikit-learn.

usage: lead_trial.py WAYBILL [--seed 1] [--leads 8000] [--shape jump|steady|fall|calendar] [--file LEADS.csv]

The leads are made with attributes that matter, attributes that do not, delays of up to a year, and a rate that changes
tenfold within three weeks. --file takes leads of your own instead. Compared on all leads after the first fifth (--skip):
AUC, Brier score (beside the period's own base rate, known only in hindsight), and the mean absolute deviation over ten
equal bins. The frequency table knows, for each value, how many earlier leads have converted by the lead's day (+0.1),
as Odoo's does; scikit-learn's logistic regression is fitted anew each month on what was known then.
"""
import argparse, collections, csv, datetime as dt, math, os, random, subprocess, sys, tempfile
import numpy as np

HORIZON = dt.timedelta(days=180)


def make(path, chance, count, shape):
    start = dt.datetime(2025, 1, 1)
    origins = ["organic", "paid", "social", "referral", "email", "direct", "display", "other", "", "fair"]
    lift = dict(zip(origins, [1.0, 1.1, 0.5, 1.3, 0.4, 1.2, 0.6, 0.7, 1.6, 1.0]))
    pages = [f"page-{n}" for n in range(400)]
    page_lift = {page: math.exp(chance.gauss(0, 0.5)) for page in pages}
    weights = [1 / (n + 1) ** 0.9 for n in range(400)]
    rows = []
    for number in range(count):
        day = 365 * (number / count) ** 0.75
        at = start + dt.timedelta(days=day)
        if shape == "jump": base = 0.012 + (0.12 - 0.012) / (1 + math.exp(-(day - 150) / 4))
        elif shape == "fall": base = 0.012 + (0.12 - 0.012) / (1 + math.exp((day - 200) / 4))
        else: base = 0.08
        origin, page = chance.choice(origins), chance.choices(pages, weights)[0]
        size = round(math.exp(chance.gauss(4, 1)), 1)
        odds = base / (1 - base) * lift[origin] * page_lift[page] * (1.5 if size > 80 else 0.8)
        converted = ""
        if chance.random() < odds / (1 + odds):
            delay = chance.expovariate(1 / 8) if chance.random() < 0.55 else chance.expovariate(1 / 70)
            # Nobody works on leads before the day: those that would have converted do so later, or never.
            if shape == "calendar" and day + delay < 150 and chance.random() < 0.9:
                delay += 150 - day if chance.random() < 0.3 else 1_000
            converted = (at + dt.timedelta(days=delay)).isoformat(timespec="seconds") + "Z"
        rows.append({"id": f"L{number}", "captured_at": at.isoformat(timespec="seconds") + "Z", "origin": origin,
                     "landing_page": page, "employees": size, "agent": chance.choice("abcdefgh"),
                     "converted_at": converted})
    chance.shuffle(rows)
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def time(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None) if text else None


def auc(labels, scores):
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    sorted_scores = np.asarray(scores)[order]
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and sorted_scores[last + 1] == sorted_scores[first]: last += 1
        ranks[order[first:last + 1]] = (first + last) / 2 + 1
        first = last + 1
    positive = labels.sum()
    return (ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


def bins(labels, scores):
    order = np.argsort(scores, kind="stable")
    return float(np.mean([abs(labels[part].mean() - scores[part].mean()) for part in np.array_split(order, 10)]))


def frequency_table(rows, names):
    counts = [collections.defaultdict(lambda: [0.1, 0.1]) for _ in names]
    overall = [0.1, 0.1]
    events = []
    for index, row in enumerate(rows):
        events.append((row["at"], 0, index))
        if row["done"] and row["done"] >= row["at"]: events.append((row["done"], 1, index))
    scores = np.zeros(len(rows))
    for at, kind, index in sorted(events):
        row = rows[index]
        if kind == 1:
            overall[0] += 1; overall[1] -= 1
            for table, name in zip(counts, names):
                table[row[name]][0] += 1; table[row[name]][1] -= 1
            continue
        won, lost = math.log(overall[0] / sum(overall)), math.log(overall[1] / sum(overall))
        for table, name in zip(counts, names):
            won += math.log((table[row[name]][0]) / overall[0])
            lost += math.log((table[row[name]][1]) / overall[1])
        scores[index] = 1 / (1 + math.exp(min(50, max(-50, lost - won))))
        overall[1] += 1
        for table, name in zip(counts, names): table[row[name]][1] += 1
    return scores


def logistic(rows, names):
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    scores, start = np.full(len(rows), 0.05), 0
    while start < len(rows):
        now = rows[start]["at"]
        end = next((i for i in range(start, len(rows)) if rows[i]["at"] > now + dt.timedelta(30)), len(rows))
        known = [(row, bool(row["done"] and row["done"] < now)) for row in rows[:start]]
        if len({label for _, label in known}) == 2:
            vector = DictVectorizer()
            x = vector.fit_transform([{name: row[name] for name in names} for row, _ in known])
            model = LogisticRegression(max_iter=300).fit(x, [label for _, label in known])
            scores[start:end] = model.predict_proba(
                vector.transform([{name: row[name] for name in names} for row in rows[start:end]]))[:, 1]
        start = end
    return scores


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("waybill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leads", type=int, default=8_000)
    parser.add_argument("--shape", default="jump", choices=["jump", "steady", "fall", "calendar"])
    parser.add_argument("--file")
    parser.add_argument("--skip", type=float, default=0.2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, out = options.file or os.path.join(folder, "leads.csv"), os.path.join(folder, "scores.csv")
        if not options.file: make(path, random.Random(options.seed), options.leads, options.shape)
        subprocess.run([options.waybill, "leads", "trial", path, "--out", out], check=True)
        found = {row["id"]: float(row["probability"]) for row in csv.DictReader(open(out))}
        rows = list(csv.DictReader(open(path, encoding="utf-8-sig")))
    for row in rows: row["at"], row["done"] = time(row["captured_at"]), time(row["converted_at"])
    rows.sort(key=lambda row: (row["at"], row["id"]))
    names = [name for name in rows[0] if name not in ("id", "captured_at", "converted_at", "at", "done")]
    labels = np.array([int(bool(row["done"]) and row["at"] <= row["done"] <= row["at"] + HORIZON) for row in rows])
    kept = slice(int(len(rows) * options.skip), None)
    base = labels[kept].mean()
    print(f"{len(labels[kept])} leads scored, {base:.4f} of them converted; Brier of that rate {base * (1 - base):.5f}")
    ways = {"waybill leads trial": np.array([found[row["id"]] for row in rows]),
            "frequency table": frequency_table(rows, names)}
    try: ways["logistic regression, monthly"] = logistic(rows, names)
    except ImportError: print("scikit-learn is not installed: pip install scikit-learn")
    for name, scores in ways.items():
        print(f"{name:30} AUC {auc(labels[kept], scores[kept]):.4f}  "
              f"Brier {np.mean((scores[kept] - labels[kept]) ** 2):.5f}  bins {bins(labels[kept], scores[kept]):.4f}")


main()
