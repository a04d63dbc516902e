"""Negative controls: comparisons that must find nothing, shipped beside every lift that finds something."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .tables import Outcomes, Signals


def permute_clients(signals: Signals, universe: Iterable[str], random: np.random.Generator) -> Signals:
    """The same signals, each client's moved together to another client of `universe` drawn at random.

    What a signal says no longer has to do with whom it is filed under, so its lift interval must contain 1. The
    universe is all clients with the bank, not those with signals: among these alone a difference would survive.
    """
    moved = _shuffle({*universe, *signals.client_id}, random)
    return replace(signals, client_id=[moved[client] for client in signals.client_id])


def placebo_outcomes(outcomes: Outcomes, universe: Iterable[str], random: np.random.Generator) -> Outcomes:
    """The same ends at the same times, each client's moved together to another client drawn at random."""
    moved = _shuffle({*universe, *outcomes.client_id}, random)
    return replace(outcomes, client_id=[moved[client] for client in outcomes.client_id])


def _shuffle(clients: set[str], random: np.random.Generator) -> dict[str, str]:
    ordered = sorted(clients)
    return dict(zip(ordered, [ordered[place] for place in random.permutation(len(ordered))], strict=True))
