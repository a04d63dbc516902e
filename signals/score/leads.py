"""How meaningful are the leads analysts hand to research? The way of each, and how far reviewers agree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from oncu.scoring.judge.asof import SALE, day_of, encode
from oncu.scoring.judge.tables import IntArray
from oncu.scoring.people.agreement import dawid_skene, fleiss_kappa
from oncu.scoring.people.funnel import (
    NEVER,
    STAGES,
    Leads,
    acceptance_by_analyst,
    already_known,
    funnel,
    yield_per_hour,
)
from oncu.scoring.people.verdicts import verdict_worth
from oncu.storage.judged import ToldAlert, Verdict
from oncu.storage.labels import RIGHT

from .case import Case
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger

CLOSED = ("rejected", "dropped", "known")
SAID = STAGES[:-1]  # the last stage is what happened, nobody says it
KNOWN = ("known", "already_known")  # reasons of a review: no news to us


@dataclass(frozen=True)
class _Lead:
    """One lead: its alert, who sent it, the day it reached each stage and was closed otherwise."""

    alert: ToldAlert
    analyst: str
    reached: tuple[int, ...]
    closed: int
    was_known: bool


def lead_tables(ledger: Ledger, cases: Mapping[str, Case], hours: float | None = None) -> tuple[Table, ...]:
    """The funnel, the analysts, the agreement of reviewers, and whether a yes foretells the end; `hours` of research a
    lead takes, where that is known."""
    leads = [lead for lead in _leads(ledger, cases) if lead.alert.client_id in cases[lead.alert.side].clients]
    if not leads:
        return (Table("funnel", "", (), (Remark("score_needs_leads"),)), *_agreement(ledger))
    first = next(iter(cases.values()))
    return (_funnel(leads, first, hours), _analysts(leads), *_agreement(ledger), *_worth(leads, cases))


def _leads(ledger: Ledger, cases: Mapping[str, Case]) -> Iterator[_Lead]:
    alerts = {alert.id: alert for alert in ledger.alerts}
    steps: dict[str, list[Verdict]] = {}
    for step in ledger.leads:
        if step.alert_id in alerts:
            steps.setdefault(step.alert_id, []).append(step)
    for alert_id, said in steps.items():
        days = {stage: _first_day(said, (stage,)) for stage in SAID}
        ends = _end_day(cases[alerts[alert_id].side], alerts[alert_id].client_id, days["confirmed"])
        reached = np.minimum.accumulate([*days.values(), ends][::-1])[::-1]
        sender = next((one.by for one in said if one.verdict == "sent"), said[0].by)
        closed = _first_day(said, CLOSED)
        yield _Lead(alerts[alert_id], sender, tuple(reached.tolist()), closed, any(s.verdict == "known" for s in said))


def _first_day(said: Iterable[Verdict], verdicts: Sequence[str]) -> int:
    return min((day_of(one.at.date()) for one in said if one.verdict in verdicts), default=NEVER)


def _end_day(case: Case, client_id: str, confirmed: int) -> int:
    """Day of the client's first foretold end from the confirmation on."""
    ends = case.evidence.outcomes
    own = (ends.client == case.clients.get(client_id, -1)) & (ends.cause == SALE) & (ends.day >= confirmed)
    return int(ends.day[own].min()) if own.any() else NEVER


def _funnel(leads: Sequence[_Lead], case: Case, hours: float | None) -> Table:
    reached = np.array([lead.reached for lead in leads], dtype=np.int64)
    closed = np.array([lead.closed for lead in leads], dtype=np.int64)
    (client,), _ = encode([lead.alert.client_id for lead in leads])
    horizon = case.terms.horizon
    rows = []
    for step in funnel(Leads(reached, closed, client), case.evidence.as_of, horizon):
        numbers = (
            plain_number("lead_reached", "count", step.reached, n=step.n),
            of_rate("lead_share", "share", step.share, horizon=horizon),
            plain_number("lead_days", "days", step.median_days, n=step.reached),
        )
        rows.append(Row(Label("stage", step.stage), unless_few(numbers, step.n)))
    known = already_known(np.array([lead.was_known for lead in leads], dtype=bool))
    rows.append(Row(Label("stage", "known"), unless_few((of_rate("lead_share", "share", known),), known.n)))
    if hours is None:
        return Table("funnel", "", tuple(rows), (Remark("score_needs_hours"),), chart="bars")
    rows.append(Row(Label("stage", "yield"), (_yield(leads, hours),)))
    return Table("funnel", "", tuple(rows), chart="bars")


def _yield(leads: Sequence[_Lead], hours: float) -> Number:
    """Confirmed leads an hour of research spent on those investigated."""
    investigated, confirmed = (
        sum(lead.reached[STAGES.index(stage)] < NEVER for lead in leads) for stage in ("investigated", "confirmed")
    )
    return of_rate("yield_per_hour", "score", yield_per_hour(confirmed, hours * investigated))


def _analysts(leads: Sequence[_Lead]) -> Table:
    """Share accepted of each analyst's decided leads, shrunk."""
    accepted = STAGES.index("accepted")
    decided = [lead for lead in leads if lead.reached[accepted] < NEVER or lead.closed < NEVER]
    (analyst,), names = encode([lead.analyst for lead in decided])
    if not decided:
        return Table("analysts", "", ())
    found = acceptance_by_analyst(analyst, np.array([lead.reached[accepted] < NEVER for lead in decided], dtype=bool))
    rows = tuple(
        Row(Label("person", names[one]), unless_few((of_rate("accepted", "share", share),), share.n))
        for one, share in found.items()
    )
    return Table("analysts", "", rows)


def _agreement(ledger: Ledger) -> Iterator[Table]:
    """Kappa of the first two reviewers of each alert, and each reviewer's errors by Dawid and Skene."""
    said = _newest(ledger.verdicts)
    twice = [own for own in said.values() if len(own) >= 2]
    if len(twice) < ENOUGH:
        yield Table("agreement", "", (), (Remark("score_needs_reviews", {"n": len(twice), "of": ENOUGH}),))
        return
    pairs = np.array([_count(list(own.values())[:2]) for own in twice], dtype=np.int64)
    kappa = Row(Label("row", "kappa"), (of_rate("kappa", "score", fleiss_kappa(pairs)),))
    yield Table("agreement", "", (kappa, *_reviewers(twice)))


def _newest(verdicts: Iterable[Verdict]) -> dict[str, dict[str, Verdict]]:
    """By alert and reviewer the last word."""
    found: dict[str, dict[str, Verdict]] = {}
    for one in verdicts:
        found.setdefault(one.alert_id, {})[one.by] = one
    return found


def _count(said: Sequence[Verdict]) -> tuple[int, int]:
    right = sum(one.verdict in RIGHT for one in said)
    return len(said) - right, right


def _reviewers(twice: Sequence[Mapping[str, Verdict]]) -> Iterator[Row]:
    rows = [(place, one) for place, own in enumerate(twice) for one in own.values()]
    (reviewer,), names = encode([one.by for _, one in rows])
    lead: IntArray = np.array([place for place, _ in rows], dtype=np.int64)
    said: IntArray = np.array([int(one.verdict in RIGHT) for _, one in rows], dtype=np.int64)
    if said.max() == said.min():
        return
    learnt = dawid_skene(lead, reviewer, said)
    for number, name in enumerate(names):
        n = int(learnt.n[number])
        numbers = (
            plain_number("says_right", "share", learnt.confusion[number, 1, 1], n=n),
            plain_number("says_wrong", "share", learnt.confusion[number, 0, 0], n=n),
        )
        yield Row(Label("person", name), unless_few(numbers, n))


def _worth(leads: Sequence[_Lead], cases: Mapping[str, Case]) -> Iterator[Table]:
    """Does research's yes foretell the end better than the alert's own priority, where both ends are known?"""
    confirmed = STAGES.index("confirmed")
    judged = [
        (lead, _ended(cases[lead.alert.side], lead))
        for lead in leads
        if min(*lead.reached[1:], lead.closed) < NEVER and _is_old(lead, cases[lead.alert.side])
    ]
    happened = np.array([end for _, end in judged], dtype=bool)
    score = np.array([lead.alert.priority for lead, _ in judged], dtype=np.float64)
    yes = np.array([lead.reached[confirmed] < NEVER for lead, _ in judged], dtype=bool)
    found = verdict_worth(score, yes, happened) if len(judged) else None
    if found is None:
        yield Table("verdict", "", (), (Remark("score_verdict_early"),))
        return
    numbers: tuple[Number, ...] = (
        of_rate("verdict_auc", "score", found.verdict),
        of_rate("priority_auc", "score", found.score),
        plain_number("verdict_p", "chance", found.p, n=len(judged)),
    )
    yield Table("verdict", "", (Row(Label("row", "verdict"), unless_few(numbers, int(happened.sum()))),))


def _is_old(lead: _Lead, case: Case) -> bool:
    return lead.reached[0] + case.terms.horizon <= case.evidence.as_of


def _ended(case: Case, lead: _Lead) -> bool:
    return _end_day(case, lead.alert.client_id, lead.reached[0]) <= lead.reached[0] + case.terms.horizon
