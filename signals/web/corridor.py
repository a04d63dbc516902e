"""The prices of one offer on a line: cost, floor, ours, the best, list price, and where the rivals' likely lie."""

from markupsafe import Markup, escape

from oncu.scoring.offers.one_offer import OfferPricing

from ..words import Words

WIDTH, EDGE, LINE, ROW = 440, 12, 22, 26


def draw_corridor(found: OfferPricing, words: Words) -> Markup:
    """The line as SVG with a text alternative; the page tells the same in words."""
    marks = sorted((value, key) for key, value in price_marks(found).items())
    low, high = _ends(found, [value for value, _ in marks])

    def x(price: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (price - low) / ((high - low) or 1.0)

    parts = []
    if found.radar:
        left, right = x(found.radar.tenth), x(found.radar.ninetieth)
        parts.append(
            f'<rect class="faint" x="{left:.1f}" y="{LINE - 9}" width="{right - left:.1f}" height="18" rx="4"/>'
        )
    parts.append(f'<line class="axis" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{LINE}" y2="{LINE}"/>')
    for place, (value, key) in enumerate(marks):
        y = LINE + 26 + ROW * place
        said = escape(f"{words(f'web_price_{key}')} {words.number(value, 2)}")
        at, anchor = x(value), "start" if x(value) < WIDTH / 2 else "end"
        parts.append(f'<line class="tick" x1="{at:.1f}" x2="{at:.1f}" y1="{LINE - 7}" y2="{y - 4}"/>')
        parts.append(f'<circle class="{key}" cx="{at:.1f}" cy="{LINE}" r="6"/>')
        shift = 6 if anchor == "start" else -6
        parts.append(f'<text x="{at + shift:.1f}" y="{y}" text-anchor="{anchor}">{said}</text>')
    box = f'viewBox="0 0 {WIDTH} {LINE + 32 + ROW * len(marks)}"'
    return Markup(
        f'<svg class="corridor" {box} role="img" aria-label="{escape(words("web_price_line"))}">{"".join(parts)}</svg>'
    )


def price_marks(found: OfferPricing) -> dict[str, float]:
    """The prices that are known, by what they are."""
    rival = found.radar.mean.value if found.radar else None
    marks = {"cost": found.cost, "floor": found.floor, "own": found.price, "best": found.best, "list": found.cap}
    return {key: value for key, value in (marks | {"rival": rival}).items() if value is not None}


def _ends(found: OfferPricing, prices: list[float]) -> tuple[float, float]:
    more = [found.radar.tenth, found.radar.ninetieth] if found.radar else []
    return min(*prices, *more), max(*prices, *more)
