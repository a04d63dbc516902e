"""The logit of winning on the price, with standard errors that count the first stage and the clients' own ways."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..estimates.intervals import Z95, Rate, rate
from ..estimates.logistic import fit_logistic
from ..judge.tables import BoolArray, FloatArray, IntArray
from .regressors import Decided, independent


@dataclass(frozen=True)
class Slope:
    """The slope b of the log odds by price (positive: dearer loses) and its standard error."""

    b: float
    spread: float

    def as_rate(self, n: int) -> Rate:
        return rate(self.b, self.b - Z95 * self.spread, self.b + Z95 * self.spread, n)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero on the side it must be on."""
        return self.b > Z95 * self.spread


@dataclass(frozen=True)
class Fitted:
    """A logit whose first column moves with the price: coefficients, robust covariance, design (a row an offer)."""

    coefficients: FloatArray
    covariance: FloatArray
    design: FloatArray

    @property
    def slope(self) -> Slope:
        return Slope(-float(self.coefficients[0]), sqrt(float(self.covariance[0, 0])))

    @property
    def log_odds(self) -> FloatArray:
        """Of each offer, at its own price."""
        return self.design @ self.coefficients

    def odds_at(self, row: int, cut: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log odds of one offer, and their standard errors, were its price lower by each `cut`."""
        moved = np.tile(self.design[row], (len(cut), 1))
        moved[:, 0] -= cut
        spread = np.sqrt(np.einsum("ij,jk,ik->i", moved, self.covariance, moved))
        return moved @ self.coefficients, spread


def fit_response(
    design: FloatArray, decided: Decided, rows: BoolArray, *, first: FloatArray | None = None, cut: bool = False
) -> Fitted:
    """The logit on `rows`, covariance by the sandwich clustered by client.

    With `first`, column 1 of the design is the residual of that first stage, and its error is counted in. `cut` says
    that the design has the chosen rows only.
    """
    used = design if cut else _those(design, rows)
    won, client = decided.won[rows], decided.client[rows]
    fit = fit_logistic(used, won)
    chance = 1 / (1 + np.exp(-(used @ fit.coefficients)))
    scores = used * (won - chance)[:, None]
    if first is not None:
        slopes = chance * (1 - chance) * fit.coefficients[1]
        scores += _first_stage_scores(used, won - chance, slopes, _those(first, rows))
    return Fitted(fit.coefficients, _clustered(scores, client, fit.covariance), design)


def carry_over(found: Fitted, decided: Decided) -> Fitted:
    """The slope of the randomised offers carried over to all: the rest of the logit is fitted with that slope given."""
    base = decided.price - decided.delta
    rows = decided.teaches
    design = np.column_stack([decided.controls, base])
    design = design if independent(design[rows]).shape[1] == design.shape[1] else decided.controls
    rest = fit_logistic(design[rows], decided.won[rows], -found.slope.b * decided.delta[rows])
    size = 1 + design.shape[1]
    covariance = np.zeros((size, size))
    covariance[0, 0], covariance[1:, 1:] = found.covariance[0, 0], rest.covariance
    coefficients = np.append(-found.slope.b, rest.coefficients)
    return Fitted(coefficients, covariance, np.column_stack([decided.delta, design]))


def residual(values: FloatArray, design: FloatArray, rows: BoolArray | None = None) -> FloatArray:
    """What a least-squares fit on `rows` (all by default) leaves of each value."""
    x, y = (design, values) if rows is None else (_those(design, rows), values[rows])
    return values - design @ np.linalg.solve(x.T @ x, x.T @ y)


def _first_stage_scores(design: FloatArray, error: FloatArray, slopes: FloatArray, first: FloatArray) -> FloatArray:
    """What an error of the first stage does to the scores of the second (Murphy & Topel 1985), row by row.

    The residual r = p - w @ t: d(score)/dt = (e_r * error - design * slopes) (-w).
    """
    moves = (design * slopes[:, None]).T @ first
    moves[1] -= error @ first
    scores: FloatArray = first @ np.linalg.solve(first.T @ first, moves.T)
    scores *= design[:, 1][:, None]
    return scores


def _those(design: FloatArray, rows: BoolArray) -> FloatArray:
    """The chosen rows, without a copy where they are all."""
    return design if rows.all() else design[rows]


def _clustered(scores: FloatArray, client: IntArray, bread: FloatArray) -> FloatArray:
    sums = np.stack([np.bincount(client, weights=column) for column in scores.T], axis=1)
    groups = int(np.count_nonzero(np.bincount(client)))
    return groups / max(groups - 1, 1) * bread @ (sums.T @ sums) @ bread
