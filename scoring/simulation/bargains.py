"""Offers whose best alternative is known: at what price each client would have said no."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import BoolArray, FloatArray, IntArray
from .population import Population
from .wishes import Wishes

RESPONSE = 1.2  # per price unit: P(won) = 1 / (1 + exp(-1.2 (rival - price)))
RIVAL = {"cash_loan": 5.0, "letter_of_guarantee": 2.6}  # mean best alternative, per cent a year
COST_GAP, COST_SPREAD, MARGIN = 1.6, 0.5, 1.0
KEENNESS = 0.35  # how much of a client's willingness its manager sees and charges for
RANDOMISED, OFFSET = 0.3, 0.4  # share of offers with a price offset drawn by lot, and its size
REASON_KNOWN, RIVAL_KNOWN, WITHDRAWN = 0.6, 0.4, 0.05
DECIDED_IN = 20.0  # days, on average


@dataclass(frozen=True)
class Bargains:
    """One entry an offer. `rival`: the best alternative, the highest price the client pays; `offset`: NaN where the
    price was not randomised; `status`: won, lost, open, withdrawn."""

    client: IntArray
    product: IntArray
    day: IntArray
    decided: IntArray
    price: FloatArray
    cost: FloatArray
    rival: FloatArray
    offset: FloatArray
    status: list[str]
    reason_known: BoolArray
    rival_known: BoolArray
    amount: FloatArray
    tenor: IntArray
    manager: IntArray
    signal_led: BoolArray

    def __len__(self) -> int:
        return len(self.client)


def draw_bargains(wishes: Wishes, people: Population, led: IntArray, random: np.random.Generator) -> Bargains:
    """Offers to clients with the bank; managers ask more of those who want more (so price and success look unrelated).

    `led`: clients that had an opportunity story; an offer to one of them is signal-led.
    """
    n = wishes.offers
    client = random.integers(0, len(people), n)
    product = random.integers(0, len(RIVAL), n)
    day = random.integers(people.joined[client], np.minimum(people.left[client], wishes.days - 1) + 1)
    mean = np.array(list(RIVAL.values()))[product]
    rival = mean + random.logistic(0, 1 / RESPONSE, n)
    cost = mean - COST_GAP + random.normal(0, COST_SPREAD, n)
    offset = np.where(random.random(n) < RANDOMISED, random.choice((-OFFSET, OFFSET), n), np.nan)
    price = np.round(cost + MARGIN + KEENNESS * (rival - mean) + np.nan_to_num(offset), 2)
    decided = day + 1 + np.floor(random.exponential(DECIDED_IN, n)).astype(np.int64)
    withdrawn = random.random(n) < WITHDRAWN
    return Bargains(
        client=client,
        product=product,
        day=day,
        decided=decided,
        price=price,
        cost=np.round(cost, 2),
        rival=np.round(rival, 2),
        offset=offset,
        status=_statuses(price <= np.round(rival, 2), decided >= wishes.days, withdrawn),
        reason_known=random.random(n) < REASON_KNOWN,
        rival_known=random.random(n) < RIVAL_KNOWN,
        amount=np.round(random.lognormal(12, 1, n), -3) + 10_000,
        tenor=random.choice((6, 12, 24, 36), n),
        manager=client % 20,
        signal_led=np.isin(client, led),
    )


def _statuses(won: BoolArray, is_open: BoolArray, withdrawn: BoolArray) -> list[str]:
    words = np.where(is_open, "open", np.where(withdrawn, "withdrawn", np.where(won, "won", "lost")))
    return [str(word) for word in words]
