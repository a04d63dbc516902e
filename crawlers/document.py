"""From the raw values of a row to the document that is stored, by the lookups and templates of its source."""

import re
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from w3lib.url import safe_url_string

from oncu.config.readers import Dates
from oncu.config.specs import SourceSpec
from oncu.storage.keys import digest_of
from oncu.storage.shapes import ADVERTORIAL, Document, Issue

from .dates import parse_moment
from .furniture import drop_furniture
from .guard import refuse_url
from .pages.page import Row
from .spam import spam_reason
from .tax_numbers import mend_tax_numbers
from .text import SPACES, clean_line, plain_text
from .voice import judge_voice
from .wall import wall_reason

STANDARD = frozenset(("key", "title", "text", "url", "published_at", "author", "language"))
# What `safe_url_string` and `refuse_url` have nothing against; most addresses.
PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9]+\.)+[a-z]{2,20}/(?!.*/\.)[A-Za-z0-9._~/-]{0,500}(?:\?[A-Za-z0-9._~=&/-]{1,500})?"
)
MAX_KEY = 500
AUTHOR_SALT = "oncu"


class _Lenient(string.Formatter):
    """str.format in which a field that is not there is empty."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "")


def build_document(
    spec: SourceSpec, row: Row, now: datetime, *, salt: str = AUTHOR_SALT
) -> tuple[Document | None, list[Issue]]:
    """The document of a row and what is wrong with it; None where there is neither title nor text.

    `now` is the crawler's clock: `first_seen_at`, and the limit for a claimed date. An author is kept as a salted
    digest only. The key is the source's own, else the address, else the content. A row the source ignores is neither
    document nor issue.
    """
    if _is_ignored(spec, row.values):
        return None, []
    values = _standard_values(spec, row.values)
    if not values["title"] and not values["text"]:
        return None, [Issue("empty-row", row.place, "neither title nor text; do the selectors still fit?")]
    if wall := wall_reason(values["title"], values["text"], row.markup):
        return None, [Issue("wall", row.place, wall)]
    published_at = _read_date(spec, values["published_at"], now)
    fields = {name: clean_line(value) for name, value in _looked_up(spec, row.values).items() if name not in STANDARD}
    fields = mend_tax_numbers(spec, fields) if spec.tax_numbers else fields
    judged = judge_voice(values["title"], values["text"], values["url"]) if spec.category == "news" else None
    if judged and judged.voice == "paid":
        fields[ADVERTORIAL] = judged.reason
    document = Document(
        source=spec.name,
        natural_key=_natural_key(values, fields),
        title=values["title"],
        text=values["text"],
        first_seen_at=now,
        published_at=published_at,
        url=values["url"] or None,
        language=values["language"] if values["language"] in ("tr", "en") else spec.language,
        category=spec.category,
        origin="self" if judged and spec.origin != "authority" else spec.origin,
        fields={name: value for name, value in fields.items() if value},
        author_digest=digest_of(salt, values["author"]) if values["author"] else None,
        quarantine=spam_reason(row.markup or row.values.get("text", ""), values["url"] or spec.url),
    )
    return document, _date_issue(values["published_at"], published_at, row.place)


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """`{firm}: {stage}` with the values put in; a missing one is empty, spaces are tidied."""
    return SPACES.sub(" ", _Lenient().vformat(template, (), values)).strip()


def _looked_up(spec: SourceSpec, values: Mapping[str, str]) -> dict[str, str]:
    return {name: spec.lookups.get(name, {}).get(value.strip(), value) for name, value in values.items()}


def _standard_values(spec: SourceSpec, raw: Mapping[str, str]) -> dict[str, str]:
    values = dict.fromkeys(STANDARD, "") | _looked_up(spec, raw)
    filled: dict[str, str] = {name: fill_template(template, values) for name, template in spec.templates.items()}
    values |= filled
    return {name: clean_line(values[name]) for name in STANDARD} | {
        "title": plain_text(values["title"]).replace("\n", " "),
        "text": drop_furniture(plain_text(values["text"])),
        "url": _web_address(values["url"]),
    }


def _is_ignored(spec: SourceSpec, values: Mapping[str, str]) -> bool:
    return any(values.get(name, "").strip() in unwanted for name, unwanted in spec.ignore.items())


def _read_date(spec: SourceSpec, claimed: str, now: datetime) -> datetime | None:
    if not claimed:
        return None
    return parse_moment(claimed if spec.dates is None else read_given(claimed, spec.dates), now, language=spec.language)


def read_given(claimed: str, dates: Dates) -> str:
    """The date in ISO form by the first of the source's own formats that fits; empty where none does."""
    for form in dates.formats:
        try:
            return datetime.strptime(claimed, form).replace(tzinfo=ZoneInfo(dates.zone)).isoformat()
        except ValueError:
            continue
    return ""


def _web_address(url: str) -> str:
    """The address as it may be shown and fetched, else nothing: a javascript: link must not reach a screen."""
    if PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        safe = safe_url_string(clean_line(url)).partition("#")[0]
    except ValueError:
        return ""
    return "" if refuse_url(safe) else safe


def _natural_key(values: Mapping[str, str], fields: Mapping[str, str]) -> str:
    key = values["key"] or values["url"]
    content = (values["title"], values["text"], *sorted(fields.items()))
    return key if 0 < len(key) <= MAX_KEY else digest_of(key or content)


def _date_issue(claimed: str, published_at: datetime | None, place: str) -> list[Issue]:
    if not claimed or published_at:
        return []
    problem = f"date {claimed[:60]!r} cannot be read or lies in the future; the document is kept without a date"
    return [Issue("date", place, problem)]
