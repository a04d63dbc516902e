"""Where a prior of two numbers is likely: a grid that closes in on the place, so that its doubt can be carried on."""

from collections.abc import Callable

import numpy as np

from ..judge.tables import FloatArray

GRID, ZOOMS, FAR = 13, 4, 7.0  # places e^-7 times as likely as the best do not matter


def likely_places(limits: FloatArray, height: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
    """A grid over the part of `limits` ([[low, high], [low, high]]) that matters: its places (2 x n), their weights.

    `height` gives the log density of places (2 x n), up to a constant; one hill is expected. Weights sum to 1.
    """
    box = limits
    for _ in range(ZOOMS):
        sides = [np.linspace(low, high, GRID) for low, high in box]
        places = np.stack([side.ravel() for side in np.meshgrid(*sides)])
        found = height(places)
        near = places[:, found > found.max() - FAR]
        step = (box[:, 1] - box[:, 0]) / (GRID - 1)
        box = np.stack([near.min(axis=1) - step, near.max(axis=1) + step], axis=1).clip(limits[:, :1], limits[:, 1:])
    weight = np.exp(found - found.max())
    return places, weight / weight.sum()
