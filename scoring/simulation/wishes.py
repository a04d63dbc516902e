"""What the synthetic bank should be like, checked before anything is drawn."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from ..judge.tables import BadInput

START = date(2024, 1, 1)
FOLLOWED_HALF_LIVES = 4  # a story is told on, and can still come true by itself, for so many half-lives


@dataclass(frozen=True)
class Wishes:
    """The bank to make. Shares lie in 0 ... 1; every number has the plain meaning of its name.

    `signalled`: share of clients that get a story on a side. `confounding`: 0 stories fall on all alike; 1 firms that
    seldom buy or default are written about in proportion more. `half_life`: days after which half of the stories that
    come true have done so. `copies`: other sources that repeat a story, on average. `delay`: days, on average, until an
    end is recorded. `effect`: share of the defaults a story would lead to that acting averts. `holdout`: share of the
    risk stories nobody acts on, at random. `churn`: share of clients that leave in a year.
    """

    clients: int = 5000
    days: int = 730
    sources: int = 40
    signalled: float = 0.4
    confounding: float = 0.7
    half_life: float = 25.0
    copies: float = 2.0
    delay: float = 3.0
    effect: float = 0.5
    holdout: float = 0.1
    churn: float = 0.12
    offers: int = 2000
    seed: int = 1

    @property
    def as_of(self) -> date:
        """The last day of the bank."""
        return START + timedelta(days=self.days - 1)

    @property
    def told_days(self) -> int:
        """Days for which a story is told on."""
        return round(FOLLOWED_HALF_LIVES * self.half_life)


LIMITS: dict[str, tuple[float, float]] = {
    "clients": (50, 2_000_000),
    "days": (120, 7300),
    "sources": (4, 2000),
    "signalled": (0.01, 0.9),
    "confounding": (0, 1),
    "half_life": (2, 120),
    "copies": (0, 20),
    "delay": (0, 60),
    "effect": (0, 1),
    "holdout": (0, 0.9),
    "churn": (0, 0.9),
    "offers": (0, 5_000_000),
    "seed": (0, 2**32 - 1),
}


def check_wishes(wishes: Wishes) -> None:
    """Raise BadInput for the first number that makes no bank."""
    for one in fields(wishes):
        value: Any = getattr(wishes, one.name)
        low, high = LIMITS[one.name]
        if not low <= value <= high:
            raise BadInput(
                f"--{one.name.replace('_', '-')}", f"found {value:,.12g}", f"expected {low:g} to {high:,.12g}"
            )
    if wishes.told_days >= wishes.days:
        needed = wishes.told_days + 1
        raise BadInput("--days", f"found {wishes.days}", f"expected at least {needed}, four half-lives and a day")
