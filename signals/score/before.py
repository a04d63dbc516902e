"""Who came first: the bank's signal and its visit, against the client's own application or the first official trace."""

from collections.abc import Iterable, Sequence

import numpy as np

from oncu.scoring.estimates.intervals import rate, wilson
from oncu.scoring.judge.asof import day_number, day_of
from oncu.scoring.judge.followup import sales
from oncu.scoring.judge.tables import FloatArray, IntArray
from oncu.scoring.judge.timeliness import LeadGain, first_warning, lead_gain
from oncu.storage.outcomes import Action, Outcome

from .case import Case
from .figures import Label, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger, meanings

DECISION_DAYS = 14  # a decision takes so long: what comes later is too late to act on
CONTACTS = ("visit", "call", "offer")
REGISTRY = "registry"


def application_table(case: Case, ledger: Ledger) -> Table:
    """By how many days the bank knew, and spoke to the client, before the client applied by itself."""
    asked = [one for one in ledger.outcomes if one.kind == "application" and _is_settled(one, case)]
    by_client = [one for one in asked if one.initiator == "client"]
    if not asked:
        return Table("applications", case.side, (), (Remark("score_needs_applications"),))
    days, clients = _days(by_client), [one.client_id for one in by_client]
    window = case.terms.horizon
    warned = first_warning(case.episodes, case.numbers_of(clients), days, window)
    met = _first_contact(ledger.actions, clients, days, window)
    rows = (
        _initiative(len(asked) - len(by_client), len(asked)),
        _gain_row("knew_before", lead_gain(warned, days.astype(np.float64), DECISION_DAYS), window),
        _gain_row("spoke_before", lead_gain(met, days.astype(np.float64), DECISION_DAYS), window),
    )
    return Table("applications", case.side, rows)


def official_table(case: Case, ledger: Ledger) -> Table:
    """By how many days the first signal came before the first official trace of the bad ends that left one."""
    client, day = sales(case.evidence.outcomes)
    window = case.terms.horizon
    official = _official_days(case, ledger, client, day, window)
    known = first_warning(case.episodes, client, day, window)
    gain = lead_gain(known, official, DECISION_DAYS)
    return Table("official", case.side, (_gain_row("official_trace", gain, window),))


def _gain_row(key: str, gain: LeadGain, window: int) -> Row:
    numbers = (
        of_rate("gain_share", "share", gain.ahead, horizon=window),
        of_rate("gain_days", "days", gain.median, horizon=window),
        of_rate("gain_month", "share", gain.ahead_by_month, horizon=window),
        of_rate("gain_in_time", "share", gain.in_time, horizon=window),
        plain_number("never_warned", "count", gain.never_warned, n=gain.ahead.n),
    )
    return Row(Label("row", key), unless_few(numbers, gain.ahead.n))


def _initiative(by_bank: int, n: int) -> Row:
    share = rate(by_bank / n, *wilson(by_bank, n), n)
    return Row(Label("row", "bank_began"), unless_few((of_rate("gain_share", "share", share),), n))


def _is_settled(outcome: Outcome, case: Case) -> bool:
    return outcome.occurred_at.date() <= case.terms.judged_to


def _days(outcomes: Iterable[Outcome]) -> IntArray:
    return np.array([day_of(one.occurred_at.date()) for one in outcomes], dtype=np.int64)


def _first_contact(actions: Iterable[Action], clients: Sequence[str], days: IntArray, window: int) -> FloatArray:
    """Day of the first visit, call or offer in the window before each client's day; NaN where there was none."""
    met: dict[str, list[int]] = {}
    for action in actions:
        if action.kind in CONTACTS:
            met.setdefault(action.client_id, []).append(day_of(action.acted_at.date()))
    found = np.full(len(clients), np.nan)
    for place, (client, day) in enumerate(zip(clients, days.tolist(), strict=True)):
        found[place] = min((one for one in met.get(client, ()) if day - window <= one < day), default=np.nan)
    return found


def _official_days(case: Case, ledger: Ledger, client: IntArray, day: IntArray, window: int) -> FloatArray:
    """Day of the first official trace up to each end and within the window before it; NaN without one.

    A trace is an outcome of an official kind (watchlist entry, missed payment …) or a signal from a registry.
    """
    kinds = set(meanings()["official"])
    traces = [
        (one.client_id, day_of(one.occurred_at.date()))
        for one in ledger.outcomes
        if one.kind in kinds and _is_settled(one, case)
    ]
    told = case.signals
    known = day_number(told.known_at).tolist()
    rows = zip(told.client_id, told.category or (), told.side, known, strict=True)
    traces += [(one, at) for one, category, side, at in rows if category == REGISTRY and side == case.side]
    by_client: dict[int, list[int]] = {}
    for name, at in traces:
        by_client.setdefault(case.clients.get(name, -1), []).append(at)
    found = np.full(len(client), np.nan)
    for place, (one, end) in enumerate(zip(client.tolist(), day.tolist(), strict=True)):
        found[place] = min((at for at in by_client.get(one, ()) if end - window <= at <= end), default=np.nan)
    return found
