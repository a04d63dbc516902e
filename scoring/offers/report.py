"""The whole report on past offers: win/loss, rivals, prices, what was left, who priced how. Every number with its n."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from ..estimates.intervals import Rate
from ..judge.asof import day_of
from .after_deal import AfterDeal, Event, after_deals
from .bid_response import BidResponse, bid_response
from .competitors import LostTo, Rival, head_to_head, lost_to, lost_to_by
from .discretion import Discretion, discretion_audit
from .fairness import Fairness, fairness_check
from .money_on_table import MoneyOnTable, money_on_table, runner_up_gap
from .price_thirds import PriceThird, win_rate_by_third
from .product_slopes import ProductSlope, product_slopes
from .reasons import LossReason, loss_reasons
from .response_curve import ResponseAt, response_curve
from .rival_price import Fan, RivalPrice, rival_fans, rival_price
from .tables import STATUSES, Offers
from .winloss import GROUPINGS, GroupWins, SignalLed, led_against_cold, win_rate, win_rate_by, wins_by_group
from .winnable import LostDeals, count_lost, headroom_lost

HORIZON = 90  # days within which an offer is usually decided
FAN_GROUPS = ("product", "segment")


@dataclass(frozen=True)
class OffersReport:
    """What the ledger says as of a day; prices in per cent per year, margins and gaps in price units (points)."""

    as_of: date
    horizon_days: int
    counts: Mapping[str, int]
    win_rate: Rate
    won_in_time: Rate
    loss_reasons: list[LossReason]
    lost_to: list[LostTo]
    lost_to_by_segment: Mapping[str, list[LostTo]]
    rivals: list[Rival]
    groups: Mapping[str, list[GroupWins]]
    signal_led: SignalLed | None
    lost_deals: LostDeals
    headroom_lost: float
    rival_price: RivalPrice | None
    fans: Mapping[str, list[Fan]]
    runner_up_gap: Rate | None
    price_thirds: list[PriceThird]
    bid_response: BidResponse
    response_curve: list[ResponseAt]
    product_slopes: list[ProductSlope]
    money_on_table: MoneyOnTable | None
    discretion: list[Discretion]
    fairness: list[Fairness]
    after_deals: list[AfterDeal]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        found = {one.name: plain(getattr(self, one.name)) for one in fields(self) if one.name != "bid_response"}
        return found | {"as_of": self.as_of.isoformat(), "bid_response": self.bid_response.as_json()}


def offers_report(offers: Offers, events: Iterable[Event], as_of: date, horizon_days: int = HORIZON) -> OffersReport:
    """Everything past offers teach, as known at the end of a day; `offers` and `events` hold nothing later."""
    response, day = bid_response(offers), day_of(as_of)
    return OffersReport(
        as_of=as_of,
        horizon_days=horizon_days,
        counts={"offers": len(offers), **{one: int(offers.has_status(one).sum()) for one in STATUSES}},
        win_rate=win_rate(offers),
        won_in_time=win_rate_by(offers, day, horizon_days),
        loss_reasons=loss_reasons(offers),
        lost_to=lost_to(offers),
        lost_to_by_segment=lost_to_by(offers, "segment"),
        rivals=head_to_head(offers),
        groups={by: found for by in GROUPINGS if (found := wins_by_group(offers, by))},
        signal_led=led_against_cold(offers),
        lost_deals=count_lost(offers),
        headroom_lost=headroom_lost(offers),
        rival_price=rival_price(offers),
        fans={by: fans for by in FAN_GROUPS if (fans := rival_fans(offers, by))},
        runner_up_gap=runner_up_gap(offers),
        price_thirds=win_rate_by_third(offers),
        bid_response=response,
        response_curve=response_curve(offers, response),
        product_slopes=product_slopes(offers, response),
        money_on_table=money_on_table(offers, response),
        discretion=discretion_audit(offers, response),
        fairness=fairness_check(offers, response),
        after_deals=after_deals(offers, events, day),
    )


def plain(value: Any) -> Any:
    """Dataclasses, mappings and lists as plain values for JSON."""
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value
