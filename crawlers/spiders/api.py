"""JSON APIs: rows by path, page after page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

import jmespath

from oncu.config.readers import ApiReader
from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..pages.page import Link, Page, Row
from ..plan import page_link


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The rows of an answer and the link to the next one."""
    assert spec.api is not None
    try:
        answer = load_json(page.text)
    except ValueError as error:
        yield Issue("json", page.url, f"not JSON: {error}")
        return
    rows = jmespath.search(spec.api.items, answer)
    if not isinstance(rows, list):
        yield Issue("json", page.url, f"no list at {spec.api.items!r}; has the answer changed?")
        return
    for number, row in enumerate(rows, 1):
        values = {name: as_text(jmespath.search(path, row)) for name, path in spec.api.fields.items()}
        yield Row(values, f"{page.url} row {number}")
    if rows and (following := _following(spec, spec.api, page, answer, link)):
        yield following


def load_json(text: str, *, may_hold_nan: bool = False) -> Any:
    """JSON without NaN and Infinity; ValueError says what is wrong, also where it is nested too deep.

    Tables exported by data programs write an empty cell as NaN; where it may be held, it is null.
    """
    try:
        return json.loads(text, parse_constant=_no_value if may_hold_nan else _refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def as_text(value: Any) -> str:
    """A JSON value as a field's text: a list joined by "; ", a truth value as true or false, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text for text in map(as_text, value) if text)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _following(spec: SourceSpec, api: ApiReader, page: Page, answer: Any, link: Link) -> Link | None:
    if api.page:
        return page_link(spec, link.number + 1, link.window)
    if api.cursor:
        cursor = as_text(jmespath.search(api.cursor.path, answer))
        return page_link(spec, link.number + 1, link.window, cursor=cursor) if cursor else None
    found = jmespath.search(api.next, answer) if api.next else None
    url = page.join(found) if isinstance(found, str) and found else None
    return replace(link, url=url, number=link.number + 1) if url else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _no_value(_: str) -> None:
    return None
