#!/usr/bin/env python3
"""Shares, scores, means and differences of answers with their intervals, computed apart from the service by statsmodels, SciPy and
NumPy, from single answers and not from sums.

usage: surveys.py <CASES.json

Reads {"cases": [{"satisfaction": […], "recommendation": […], "effort": […], "satisfactionBefore": […],
"recommendationBefore": […], "strata": [[population, count, total], …]}, …], "probabilities": […]}. Prints of each case
{"satisfied": [value, low, high], "promoter": …, "effort": …, "change": [value, low, high, probability], "promoterChange": …,
"weighted": …}, null where there is none, and of the probabilities what Holm makes of them.
"""
import json
import math
import sys

import numpy
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

Z = stats.norm.ppf(0.975)


def share(answers):
    if not answers:
        return None
    count = sum(answer >= 4 for answer in answers)
    low, high = proportion_confint(count, len(answers), method="wilson")
    return [count / len(answers), low, high]


def adjusted(answers):
    """Three answers more, three quarters of one at each end; the score and its variance from the answers as -1, 0 and 1."""
    values = numpy.array([1.0 if a >= 9 else -1.0 if a <= 6 else 0.0 for a in answers] + [1.0, 0.0, -1.0])
    weights = numpy.array([1.0] * len(answers) + [0.75, 1.5, 0.75])
    score = numpy.average(values, weights=weights)
    return score, numpy.average((values - score) ** 2, weights=weights) / weights.sum()


def promoter(answers):
    if not answers:
        return None
    score, variance = adjusted(answers)
    half = Z * math.sqrt(variance)
    value = (sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers)) / len(answers)
    return [value, max(-1, score - half), min(1, score + half)]


def mean(answers):
    if len(answers) < 2:
        return None
    value = float(numpy.mean(answers))
    error = stats.sem(answers)
    if error == 0:
        return [value, value, value]
    low, high = stats.t.interval(0.95, len(answers) - 1, loc=value, scale=error)
    return [value, low, high]


def change(before, after):
    if not before or not after:
        return None
    counts = [sum(a >= 4 for a in answers) for answers in (after, before)]
    totals = [len(after), len(before)]
    low, high = confint_proportions_2indep(counts[0], totals[0], counts[1], totals[1], method="newcomb", compare="diff")
    value = counts[0] / totals[0] - counts[1] / totals[1]
    alike = counts[0] + counts[1] in (0, sum(totals))
    probability = 1.0 if alike else proportions_ztest(counts, totals)[1]
    return [value, low, high, probability]


def promoter_change(before, after):
    if not before or not after:
        return None
    (first, one), (second, other) = adjusted(before), adjusted(after)
    error = math.sqrt(one + other)
    value = second - first
    return [value, value - Z * error, value + Z * error, 2 * stats.norm.sf(abs(value / error))]


def weighted(strata):
    strata = [part for part in strata if part[0] > 0]
    if not strata or any(total == 0 for _, _, total in strata):
        return None
    population, count, total = (numpy.array(column, dtype=float) for column in zip(*strata))
    weights = population / population.sum()
    value = float(weights @ (count / total))
    more = (count + 2) / (total + 4)
    half = Z * math.sqrt(weights ** 2 @ (more * (1 - more) / (total + 4)))
    return [value, max(0, value - half), min(1, value + half)]


def main():
    given = json.load(sys.stdin)
    cases = [{
        "satisfied": share(case["satisfaction"]), "promoter": promoter(case["recommendation"]),
        "effort": mean(case["effort"]), "change": change(case["satisfactionBefore"], case["satisfaction"]),
        "promoterChange": promoter_change(case["recommendationBefore"], case["recommendation"]),
        "weighted": weighted(case["strata"]),
    } for case in given["cases"]]
    holm = multipletests(given["probabilities"], method="holm")[1].tolist()
    json.dump({"cases": cases, "holm": holm}, sys.stdout, default=float)


main()
