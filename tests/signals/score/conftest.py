"""A ledger with invented signals and outcomes, brought before the judge; day 0 is 1 January 2025."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from oncu.scoring.judge.columns import exposure_from_rows
from oncu.scoring.judge.tables import Signals
from oncu.signals.score.case import make_case, terms_for
from oncu.signals.score.ledger import Ledger, Listening
from oncu.storage.judged import ToldAlert
from oncu.storage.outcomes import Action, Outcome

AS_OF = date(2025, 12, 31)
FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KINDS = {"opportunity": "plant_expansion", "risk": "lawsuit"}


def _heard(client, day, side="risk", **more):
    return {"client": client, "day": day, "side": side, "type": KINDS[side], "source": "gazete"} | more


def _ended(client, day, kind="default", *, late=0, **more):
    at = FIRST + day * DAY
    base = {"client_id": client, "kind": kind, "subtype": None, "occurred_at": at, "recorded_at": at + late * DAY}
    rest = {"amount": None, "currency": None, "competing": False, "initiator": None, "note": None}
    return Outcome(**base | rest | more)


def _acted(client, day, kind="visit", propensity=0.5):
    return Action(client, None, kind, FIRST + day * DAY, "contact", propensity, None)


def _told(client, day, priority=0.5, side="risk", **more):
    at = FIRST + day * DAY
    row = {"id": f"{client}-{day}", "client_id": client, "side": side, "type": KINDS[side], "manager": "ayse"}
    return ToldAlert(**row | {"priority": priority, "created_at": at, "told_at": at} | more)


def _signals_of(rows):
    return Signals(
        signal_id=[f"s{n}" for n in range(len(rows))],
        client_id=[row["client"] for row in rows],
        side=[row["side"] for row in rows],
        type=[row["type"] for row in rows],
        source=[row["source"] for row in rows],
        known_at=np.array([(FIRST + row["day"] * DAY).replace(tzinfo=None) for row in rows], dtype="datetime64[us]"),
        probability=np.array([row.get("probability", 0.5) for row in rows], dtype=np.float64),
        story_id=[row.get("story", f"t{n}") for n, row in enumerate(rows)],
        category=[row.get("category", "news") for row in rows],
        origin=[row.get("origin", "independent") for row in rows],
    )


@pytest.fixture
def heard() -> Callable[..., Any]:
    """A row of a signal: client, day, side."""
    return _heard


@pytest.fixture
def ended() -> Callable[..., Any]:
    """A bad end (or another kind) of a client on a day."""
    return _ended


@pytest.fixture
def acted() -> Callable[..., Any]:
    """What the bank did for a client on a day."""
    return _acted


@pytest.fixture
def told() -> Callable[..., Any]:
    """An alert on a client, told on its day."""
    return _told


@pytest.fixture
def names() -> Callable[[int], list[str]]:
    """So many clients: C000, C001 …"""
    return lambda count: [f"C{n:03}" for n in range(count)]


@pytest.fixture
def ledger():
    def make(*rows, outcomes=(), clients=(), as_of=AS_OF, **more):
        signals = _signals_of(rows)
        exposed = [{"client_id": one, "from": "2024-01-01", "to": "", "sector": "metal"} for one in clients]
        base = {"actions": (), "alerts": (), "verdicts": (), "leads": (), "arm": "live"}
        return Ledger(
            as_of=as_of,
            signals=signals,
            published_at=signals.known_at,
            outcomes=tuple(outcomes),
            exposure=exposure_from_rows(exposed) if exposed else None,
            **base | {"listening": Listening(10, {}, {}, (0, 0))} | more,
        )

    return make


@pytest.fixture
def risk(ledger):
    """The risk side of a ledger; the headline looks 90 days ahead."""

    def make(*rows, horizon=90, **more):
        found = ledger(*rows, **more)
        return make_case(found, "risk", terms_for(found, horizon)), found

    return make
