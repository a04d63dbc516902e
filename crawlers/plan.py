"""Where a visit begins and what it asks about: the first pages, the window of days, the hours a host is left alone."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from zoneinfo import ZoneInfo

from w3lib.url import add_or_replace_parameter

from oncu.config.readers import Paging, Windows
from oncu.config.specs import SourceSpec

from .dates import ISTANBUL
from .pages.page import Link, Window

# A paper may date a page before it lists it; a page already read since then is not asked for again.
OVERLAP = timedelta(days=1)
MARKS = re.compile(r"\{(from|to)\}")
FEED_HOLDS_LITTLE = (
    "a feed only holds its newest entries; add a sitemap, listing or api source of the same publisher for its past"
)
ONE_PAGE = (
    "its reader knows one page only; add how pages follow ({}), or {{from}} and {{to}} in url with a windows block"
)


def is_quiet(quiet: str | None, now: datetime) -> bool:
    """Whether the clock of Istanbul stands in these hours, "23:00-06:00"; the last minute is no longer quiet."""
    if quiet is None:
        return False
    clock = f"{now.astimezone(ISTANBUL):%H:%M}"
    start, _, end = quiet.partition("-")
    return start <= clock < end if start < end else clock >= start or clock < end


def days_window(first: date, last: date) -> Window:
    """From the first moment of one day in Istanbul to the last of another. Raises ValueError where they are swapped."""
    if last < first:
        raise ValueError(f"the last day {last} lies before the first {first}; swap --from and --to")
    days = (first, last + timedelta(days=1))
    start, end = (datetime.combine(day, time(), ISTANBUL).astimezone(UTC) for day in days)
    return Window(start, end)


def refuse_backfill(spec: SourceSpec) -> str | None:
    """Why the past of a source cannot be fetched, or None."""
    if spec.windows or spec.reader in ("sitemap", "file") or spec.feed.max_pages > 1:
        return None
    if spec.listing:
        return None if spec.listing.next or spec.listing.page else ONE_PAGE.format("next or page")
    if spec.api:
        paged = spec.api.next or spec.api.page or spec.api.cursor
        return None if paged else ONE_PAGE.format("next, page or cursor")
    return FEED_HOLDS_LITTLE


def visit_window(spec: SourceSpec, now: datetime, last_visit: datetime | None) -> Window | None:
    """What an ordinary visit asks about: the last days by the source's file, after the last visit for a sitemap."""
    soon = now + timedelta(days=1)  # a page may be dated a little ahead of our clock
    if spec.windows:
        return Window(now - timedelta(days=spec.windows.days), now)
    if spec.sitemap:
        oldest = now - timedelta(days=spec.sitemap.max_age_days)
        return Window(max(oldest, last_visit - OVERLAP) if last_visit else oldest, soon)
    return None


def first_links(spec: SourceSpec, window: Window | None) -> list[Link]:
    """The first page, or the first page of each step of a longer window, newest step first."""
    if window is None or spec.windows is None:
        return [page_link(spec, 1, window)]
    return [page_link(spec, 1, step) for step in split_window(window, timedelta(days=spec.windows.step_days))]


def split_window(window: Window, step: timedelta) -> Iterator[Window]:
    """The window in steps, newest first; the oldest may be shorter."""
    end = window.end
    while end > window.start:
        yield Window(max(window.start, end - step), end)
        end -= step


def page_link(spec: SourceSpec, number: int, window: Window | None, *, cursor: str = "") -> Link:
    """The `number`-th page of a source's list, as its file says how pages and days are asked for."""
    values = _page_values(spec, number, cursor)
    url = fill_window(spec.url, spec.windows, window, quoted=True)
    if spec.api and spec.api.post:
        body = _filled(spec.api.post.body, spec.windows, window)
        return Link(url, number=number, body=_encode(spec.api.post.kind, body, values), window=window)
    for name, value in values.items():
        url = add_or_replace_parameter(url, name, str(value))
    return Link(url, number=number, window=window)


def fill_window(text: str, windows: Windows | None, window: Window | None, *, quoted: bool = False) -> str:
    """`{from}` and `{to}` as the source writes days; `{to}` is the last moment that belongs to the window."""
    if windows is None or window is None:
        return text
    moments = {"from": window.start, "to": window.end - timedelta(seconds=1)}
    written = {name: write_moment(moment, windows) for name, moment in moments.items()}
    if not quoted:
        return MARKS.sub(lambda mark: written[mark[1]], text)
    path, mark, query = text.partition("?")  # a day in a path may be made of folders, 2026/11/20
    asked = MARKS.sub(lambda found: quote_plus(written[found[1]]), query)
    return MARKS.sub(lambda found: quote(written[found[1]]), path) + mark + asked


def write_moment(moment: datetime, windows: Windows) -> str:
    """A moment as strftime writes it in the source's zone, or in seconds since 1970 where the format is `epoch`."""
    local = moment.astimezone(ZoneInfo(windows.zone))
    return str(int(moment.timestamp())) if windows.format == "epoch" else local.strftime(windows.format)


def _page_values(spec: SourceSpec, number: int, cursor: str) -> dict[str, int | str]:
    reader = spec.api or spec.listing
    paging: Paging | None = reader.page if reader else None
    if paging:
        return {paging.param: paging.start + (number - 1) * paging.step}
    return {spec.api.cursor.param: cursor} if cursor and spec.api and spec.api.cursor else {}


def _filled(value: Any, windows: Windows | None, window: Window | None) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, windows, window) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, windows, window) for inner in value]
    return fill_window(value, windows, window) if isinstance(value, str) else value


def _encode(kind: str, body: dict[str, Any], values: dict[str, int | str]) -> str:
    if kind == "form":
        return urlencode({**body, **values})
    for name, value in values.items():
        *folders, leaf = name.split(".")
        place = body
        for folder in folders:
            place = place.setdefault(folder, {})
        place[leaf] = value
    return json.dumps(body, ensure_ascii=False)
