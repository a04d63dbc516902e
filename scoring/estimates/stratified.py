"""Ratios within strata, pooled: what is left when those compared differ in sector, size or department."""

from math import exp, log, nan, sqrt

import numpy as np

from ..judge.tables import FloatArray
from .intervals import Z95, Rate, rate


def mantel_haenszel_odds(tables: FloatArray) -> Rate:
    """Pooled odds ratio of strata x [[a, b], [c, d]] (first row signalled, first column ended as foretold).

    OR = sum ad/n / sum bc/n (Mantel & Haenszel 1959), variance of its log by Robins, Breslow & Greenland (1986).
    Berkeley's admissions of 1973: 1.84 in one table, .905 within departments.
    """
    a, b, c, d, n = _cells(tables)
    over, under = a * d / n, b * c / n
    agree, cross = (a + d) / n, (b + c) / n
    top, bottom = float(over.sum()), float(under.sum())
    if not top or not bottom:
        return _one_sided(top, bottom, n)
    variance = (agree @ over) / (2 * top**2) + (agree @ under + cross @ over) / (2 * top * bottom)
    variance += (cross @ under) / (2 * bottom**2)
    return _ratio(top, bottom, float(variance), n)


def mantel_haenszel_risk(tables: FloatArray) -> Rate:
    """Pooled risk ratio of the same tables: sum a m0/n / sum c m1/n, m1 and m0 the signalled and unsignalled.

    Variance of its log by Greenland & Robins (1985). One stratum, 20 of 100 against 10 of 100 -> 2.
    """
    a, b, c, d, n = _cells(tables)
    signalled, others = a + b, c + d
    top, bottom = float((a * others / n).sum()), float((c * signalled / n).sum())
    if not top or not bottom:
        return _one_sided(top, bottom, n)
    variance = float(((signalled * others * (a + c) - a * c * n) / n**2).sum()) / (top * bottom)
    return _ratio(top, bottom, variance, n)


def crude_odds(tables: FloatArray) -> float:
    """The odds ratio of all strata thrown together, shown beside the pooled one."""
    (a, b), (c, d) = np.asarray(tables, dtype=np.float64).sum(axis=0).tolist()
    return a * d / (b * c) if b * c else nan


def _cells(tables: FloatArray) -> list[FloatArray]:
    """a, b, c, d and n of the strata that have anybody."""
    flat = np.asarray(tables, dtype=np.float64).reshape(-1, 4)
    flat = flat[flat.sum(axis=1) > 0]
    return [*flat.T, flat.sum(axis=1)]


def _ratio(top: float, bottom: float, variance: float, n: FloatArray) -> Rate:
    factor = exp(Z95 * sqrt(variance))
    value = exp(log(top) - log(bottom))
    return rate(value, value / factor, value * factor, round(float(n.sum())))


def _one_sided(top: float, bottom: float, n: FloatArray) -> Rate:
    """No end on one of the sides: 0 or unknown, and no interval that could be trusted."""
    return Rate(0.0 if bottom else None, None, None, round(float(n.sum())))
