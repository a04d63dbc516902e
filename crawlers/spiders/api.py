"""JSON APIs: rows by path, page after page, and what lies behind each row."""

import json
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import quote

import jmespath

from oncu.config.readers import ApiReader, Detail
from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Issue

from ..document import fill_template
from ..pages.page import Link, Page, Row
from ..plan import page_link
from .listing import read_detail


def read(spec: SourceSpec, page: Page, link: Link, now: datetime) -> Iterator[Row | Link | Issue]:
    """The rows of an answer, or the links to what lies behind them, and the link to the next answer."""
    assert spec.api is not None
    if link.kind == "detail" and spec.api.detail and spec.api.detail.kind == "page":
        yield from read_detail(spec.api.detail.fields, page, link, now)
        return
    try:
        answer = load_json(page.text)
    except ValueError as error:
        yield Issue("json", page.url, f"not JSON: {error}")
        return
    if link.kind == "detail" and spec.api.detail:
        yield _detail(spec.api.detail, page, answer, link)
        return
    rows = jmespath.search(spec.api.items, answer)
    if not isinstance(rows, list):
        yield Issue("json", page.url, f"no list at {spec.api.items!r}; has the answer changed?")
        return
    for number, row in enumerate(rows, 1):
        values, place = _values(spec.api.fields, row), f"{page.url} row {number}"
        yield _behind(spec.api.detail, page, row, values, place) if spec.api.detail else Row(values, place)
    if rows and (following := _following(spec, spec.api, page, answer, link)):
        yield following


def _values(paths: Mapping[str, str], row: Any) -> dict[str, str]:
    return {name: as_text(jmespath.search(path, row)) for name, path in paths.items()}


def _behind(detail: Detail, page: Page, row: Any, values: dict[str, str], place: str) -> Link | Issue:
    """The link to the detail of a row, or an issue where the row names none."""
    address = as_text(jmespath.search(detail.link, row)) if detail.link else _address(detail.url or "", values)
    url = page.join(address) if address else None
    return Link(url, "detail", known=values) if url else Issue("json", place, "no address of its detail in this row")


def _address(template: str, values: Mapping[str, str]) -> str:
    """The address made of a row's fields, each as one part of it; nothing where a field is empty."""
    quoted = {name: quote(value, "") for name, value in values.items()}
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return fill_template(template, quoted) if all(quoted.get(name) for name in names) else ""


def _detail(detail: Detail, page: Page, answer: Any, link: Link) -> Row | Issue:
    """What an answer says, and what its row said of the rest; an issue where it says nothing we ask for."""
    said = {name: value for name, value in _values(detail.fields, answer).items() if value}
    if not said:
        return Issue("json", page.url, f"nothing at {', '.join(detail.fields.values())}; has the answer changed?")
    return Row({**link.known, **said}, page.url)


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
