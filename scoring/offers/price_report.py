"""The report of `oncu price`: everything an offers file says about prices, ready for JSON."""

from .bid_response import bid_response
from .competitors import lost_to
from .money_on_table import money_on_table, runner_up_gap
from .reasons import loss_reasons
from .rival_price import rival_price
from .tables import Offers
from .winloss import win_rate
from .winnable import count_lost

Report = dict[str, object]


def price_report(offers: Offers) -> Report:
    """Counts, win rate, why and to whom offers were lost, the rival's price, the bid response, what was left.

    Prices are per cent per year, `b` per price unit; what the offers cannot tell is null, never a guess.
    """
    response = bid_response(offers)
    rival, gap, left = rival_price(offers), runner_up_gap(offers), money_on_table(offers, response)
    return {
        "offers": len(offers),
        **{status: int(offers.has_status(status).sum()) for status in ("won", "lost", "open")},
        "win_rate": win_rate(offers).as_json(),
        "loss_reasons": [{"reason": one.reason, "n": one.n, "share": one.share} for one in loss_reasons(offers)],
        "lost_to": [{"winner": one.winner, "n": one.n, "share": one.share.as_json()} for one in lost_to(offers)],
        "rival_price": rival.as_json() if rival else None,
        "bid_response": response.as_json(),
        "lost_deals": count_lost(offers).as_json(),
        "runner_up_gap": _ends(gap.as_json()) if gap else None,
        "money_on_table": left.as_json() if left else None,
    }


def _ends(gap: dict[str, float | int | None]) -> dict[str, float | int | None]:
    return {"median": gap["value"], **{key: gap[key] for key in ("low", "high", "n")}}
