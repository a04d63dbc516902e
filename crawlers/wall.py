"""Pages that come in the place of a document with a friendly "200 OK": a login, a puzzle, a block."""

import re
from functools import cache

from oncu.config.load import HERE, read_yaml
from oncu.config.values import Strict

from .phrases import any_of, may_hold

LOOKUP = HERE / "lookups" / "wall.yml"


class WallLookup(Strict):
    """config/lookups/wall.yml."""

    short: int
    titles: tuple[str, ...]
    phrases: tuple[str, ...]
    marks: tuple[str, ...]


def wall_reason(title: str, text: str, markup: str, lookup: WallLookup | None = None) -> str | None:
    """Why a page is a wall in front of a document, or None; `markup` is the page, empty where there was none.

    What customers write about a login that fails ("giriş yapamıyorum") has neither the title nor the marks of a wall.
    """
    lookup = lookup or load_wall_lookup()
    if len(text) >= lookup.short or "<" not in markup:
        return None
    shown = f"{title}\n{text}"
    said = [match[0] for match in any_of(lookup.phrases).finditer(shown)] if may_hold(lookup.phrases, shown) else []
    mark = next((mark for mark in lookup.marks if mark in markup), None)
    if _title_form(lookup.titles).match(title) and (said or mark or not text):
        return f"the page is a wall: “{title[:60]}”"
    if said and (mark or len({phrase.casefold() for phrase in said}) > 1):
        return f"the page is a wall: “{said[0]}”"
    return None


@cache
def _title_form(titles: tuple[str, ...]) -> re.Pattern[str]:
    """A whole title, or its part before a bar: "Giriş yapamıyorum" is a complaint."""
    return re.compile(rf"(?:{any_of(titles).pattern})\s*(?:$|[|!.…:–-])", re.IGNORECASE)


@cache
def load_wall_lookup() -> WallLookup:
    """The list the program ships. Raises ConfigError."""
    return WallLookup.model_validate(read_yaml(LOOKUP))
