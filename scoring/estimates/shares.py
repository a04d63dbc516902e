"""Counts of things that are over: shares, their ratios, medians and events a year, each with its interval."""

from collections.abc import Sequence
from math import exp, log, sqrt

from scipy.stats import binom, chi2

from .intervals import Z95, Rate, rate, unknown_rate, wilson


def median_days(days: Sequence[int]) -> Rate:
    """The median and the pair of order statistics that covers it in at least 95 % of samples (Conover 1999, 3.2).

    10, 20, ... 100 → 55, from 20 to 90. With five or fewer no pair does; then the ends of what was seen.
    """
    n, ordered = len(days), sorted(days)
    if not n:
        return unknown_rate(0)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    below = max(int(binom.ppf(0.025, n, 0.5)), 1)
    return rate(middle, ordered[below - 1], ordered[n - below], n)


def ratio_of_shares(hits: int, n: int, other_hits: int, other_n: int) -> Rate:
    """hits/n over other_hits/other_n with Katz's interval; unknown where one of them has no hit.

    10 of 20 over 5 of 20 → 2 (.83 to 4.8).
    """
    if not hits or not other_hits:
        return unknown_rate(n)
    value = (hits / n) / (other_hits / other_n)
    step = Z95 * sqrt(1 / hits - 1 / n + 1 / other_hits - 1 / other_n)
    return rate(value, exp(log(value) - step), exp(log(value) + step), n)


def share_of(hits: int, n: int) -> Rate:
    """hits/n with Wilson's interval; unknown of none."""
    return rate(hits / n, *wilson(hits, n), n) if n else unknown_rate(0)


def events_per_year(events: int, years: float) -> Rate:
    """Events a year with the exact Poisson interval (Garwood 1936): 10 in 5 years -> 2 (.96 to 3.68). n: events."""
    if years <= 0:
        return unknown_rate(events)
    low = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(0.975, 2 * events + 2) / 2
    return rate(events / years, low / years, high / years, events)
