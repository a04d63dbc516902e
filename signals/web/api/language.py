"""In which language the API answers: the first that the program accepts, else its person's."""

from typing import cast

from fastapi import Request

from ...words import Words
from ..site import LANGUAGES, Site, Visit

LONGEST = 500  # letters of a header that are looked at


def language_of(request: Request) -> str | None:
    """The first of our languages in Accept-Language, by weight; None where there is none of them."""
    offers = [_weighed(part) for part in request.headers.get("accept-language", "")[:LONGEST].split(",")]
    ours = [(weight, -place, tag) for place, (weight, tag) in enumerate(offers) if tag in LANGUAGES and weight > 0]
    return max(ours)[2] if ours else None


def words_for(request: Request) -> Words:
    """The words of the answer."""
    site, known = cast(Site, request.app.state.site), getattr(request.state, "visit", None)
    if isinstance(known, Visit):
        return known.words
    return site.words(language_of(request) or site.settings.digest.language)


def _weighed(part: str) -> tuple[float, str]:
    """`en-GB;q=0.8` → (0.8, "en"); a weight that cannot be read is none."""
    tag, _, weight = part.strip().partition(";q=")
    try:
        return float(weight or 1), tag[:2].lower()
    except ValueError:
        return 0.0, ""
