"""In words: why something that was heard was not told."""

from collections.abc import Callable

from oncu.storage.withheld import MUTED, QUIET, Withheld

from ..words import Words


def held_reason(row: Withheld, words: Words, title_of: Callable[[str], str]) -> str:
    """One line, such as "susturuldu (ece, 2026-12-01: bilinen yapılandırma)"; `title_of` a type's code."""
    if row.kind == MUTED:
        return words("suppressed_by", type=title_of(row.reason))
    reason = words.calendar_day(row.reason) if row.kind == QUIET else row.reason
    return words(f"held_{row.kind}", reason=reason)
