"""Watching precision day by day without crying wolf: an alarm that may be looked at after every single label."""

from dataclasses import dataclass

import numpy as np

from ..judge.tables import BadInput, BoolArray, FloatArray

ALPHA = 0.05


@dataclass(frozen=True)
class Watch:
    """The wealth after each label, the label (0, 1, ...) of the first alarm or None, and the anytime-valid p now."""

    wealth: FloatArray
    alarm_at: int | None
    p: float


def watch_precision(
    is_right: BoolArray, least: float, *, suspected: float | None = None, alpha: float = ALPHA
) -> Watch:
    """Has precision fallen below `least`? Labels in the order in which they became known.

    The wealth of a bet against "precision >= least", w_t = product of 1 + lam (least - y), is an e-process: the chance
    that it ever passes 1/alpha is at most alpha however often one looks (Ville 1939; Waudby-Smith & Ramdas 2024).
    lam = (least - suspected) / (least (1 - least)) grows fastest if precision is `suspected` (half of `least`);
    a label multiplies by suspected / least when right, by (1 - suspected) / (1 - least) when wrong.
    p = 1 / highest wealth so far. Least .3: each wrong one gives x 1.214, so 16 in a row raise the alarm.
    """
    fallen = least / 2 if suspected is None else suspected
    if not 0 < fallen < least < 1 or not 0 < alpha < 1:
        raise BadInput("monitor", f"found {fallen} against {least}", "expected 0 < suspected < least < 1")
    bet = (least - fallen) / (least * (1 - least))
    log_wealth = np.cumsum(np.log1p(bet * (least - is_right.astype(np.float64))))
    alarms = np.flatnonzero(log_wealth >= -np.log(alpha))
    highest = float(log_wealth.max(initial=0.0))
    return Watch(
        wealth=np.exp(np.clip(log_wealth, -700, 700)),
        alarm_at=int(alarms[0]) if len(alarms) else None,
        p=float(np.exp(-highest)),
    )
