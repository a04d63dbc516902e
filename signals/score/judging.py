"""Judge a ledger once: both sides and their leagues, from which reports are written and scores are published."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from oncu.scoring.sources.league import Standing

from .case import SIDES, Case, Terms, make_case, terms_for
from .ledger import Ledger
from .standings import leagues_of

HORIZON = 180


@dataclass(frozen=True)
class Costs:
    """What listening costs, where that is known: sources a month, minutes an alert is read, hours a lead takes."""

    monthly: Mapping[str, float] = field(default_factory=dict)
    minutes_per_alert: float | None = None
    hours_per_lead: float | None = None


FREE = Costs()


@dataclass(frozen=True)
class Judged:
    """A ledger with its verdicts: `cases["risk"]`, `leagues["risk"]["source"]`."""

    ledger: Ledger
    terms: Terms
    cases: Mapping[str, Case]
    leagues: Mapping[str, Mapping[str, tuple[Standing, ...]]]
    costs: Costs = FREE


def judge(ledger: Ledger, *, horizon: int = HORIZON, costs: Costs = FREE) -> Judged:
    """Both sides on the same terms."""
    terms = terms_for(ledger, horizon)
    cases = {side: make_case(ledger, side, terms) for side in SIDES}
    return Judged(
        ledger, terms, cases, {side: leagues_of(case, ledger, costs.monthly) for side, case in cases.items()}, costs
    )
