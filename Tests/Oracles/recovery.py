#!/usr/bin/env python3
"""Difference in differences as a regression, computed apart from the service by statsmodels from single answers.

usage: recovery.py <CASES.json

Reads [{"treated": [[before, after], …], "control": [[before, after], …]}, …]. Prints of each [effect, low, high, probability] of the
regression of a customer's change on whether something was done, and of the one of all answers on customer, wave and their product,
which comes to the same; null where there are fewer than two on a side.
"""
import json
import sys

import numpy
import statsmodels.api as sm


def changes(case):
    sides = [numpy.array(case[name], dtype=float).reshape(-1, 2) for name in ("control", "treated")]
    if any(len(side) < 2 for side in sides):
        return None
    change = numpy.concatenate([side[:, 1] - side[:, 0] for side in sides])
    done = numpy.concatenate([numpy.zeros(len(sides[0])), numpy.ones(len(sides[1]))])
    fit = sm.OLS(change, sm.add_constant(done)).fit()
    low, high = fit.conf_int()[1]
    # The same with an effect of every customer: two waves, one slope for those for whom something was done.
    pairs = numpy.concatenate(sides)
    count = len(pairs)
    people = numpy.kron(numpy.eye(count), numpy.ones((2, 1)))
    wave = numpy.tile([0.0, 1.0], count)
    product = wave * numpy.repeat(done, 2)
    within = sm.OLS(pairs.reshape(-1), numpy.column_stack([people, wave, product])).fit()
    assert abs(within.params[-1] - fit.params[1]) < 1e-9, (within.params[-1], fit.params[1])
    if fit.ssr > 1e-12:
        assert numpy.allclose(within.conf_int()[-1], [low, high]), (within.conf_int()[-1], low, high)
    return [fit.params[1], low, high, fit.pvalues[1]] if fit.ssr > 1e-12 else None


json.dump([changes(case) for case in json.load(sys.stdin)], sys.stdout, default=float)
