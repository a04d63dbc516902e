"""Why a price may or may not be computed, in the reader's language."""

from oncu.scoring.offers.bid_response import FEWEST, BidResponse
from oncu.scoring.offers.corridor import NOTABLE, STEP, WANTED_SPREAD, power

from ..words import Words


def why_line(found: BidResponse, words: Words) -> str:
    """What identifies the bid response, or what is missing, what would identify it and how many offers that takes."""
    if found.slope is None:
        return words("of_not_identified", missing=_missing(found, words), remedy=_remedy(found, words))
    grounds = words("of_identified", grounds=_grounds(found, words))
    if found.disagrees:
        grounds += " " + words("of_disagrees")
    return grounds if found.is_clear else f"{grounds} {words('of_reaches_zero', remedy=_remedy(found, words))}"


def _missing(found: BidResponse, words: Words) -> str:
    if found.n_decided < FEWEST or not found.has_both:
        return words("of_few", n=found.n_decided)
    cost = words("of_cost_flat") if found.f is None else words("of_cost_weak", f=words.number(found.f, 1))
    drawn = words("of_drawn_few", n=found.n_randomised) if found.n_randomised else words("of_drawn_none")
    return f"{cost}; {drawn}"


def _remedy(found: BidResponse, words: Words) -> str:
    needed = words.number(found.needed) if found.needed else "?"
    seen = words.share(power(NOTABLE, WANTED_SPREAD))
    numbers = {"step": words.number(STEP, 2), "spread": words.number(WANTED_SPREAD, 2), "b": words.number(NOTABLE, 1)}
    return words("of_remedy", n=needed, power=seen, **numbers)


def _grounds(found: BidResponse, words: Words) -> str:
    cost = words("of_by_cost", f=words.number(found.f)) if found.f is not None else ""
    drawn = words("of_by_chance", n=words.number(found.n_randomised))
    return {"cost": cost, "randomised": drawn}.get(found.by, f"{cost} + {drawn}")
