"""JSON APIs: rows by path, page after page."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NoReturn

import jmespath
from w3lib.url import add_or_replace_parameter

from oncu.config.specs import ApiReader, SourceSpec
from oncu.storage.runs import Issue

from ..pages.page import Link, Page, Row


def first_url(spec: SourceSpec) -> str:
    """The address of the first page, with its page number where the API counts pages."""
    return _page_url(spec, 1) if spec.api and spec.api.page else spec.url


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
    if rows and (following := _next_url(spec, spec.api, page, answer, link.number)):
        yield Link(following, "list", link.number + 1)


def load_json(text: str) -> Any:
    """JSON without NaN and Infinity; ValueError says what is wrong, also where it is nested too deep."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None


def as_text(value: Any) -> str:
    """A JSON value as a field's text: a list joined by "; ", a truth value as true or false, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text for text in map(as_text, value) if text)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _next_url(spec: SourceSpec, api: ApiReader, page: Page, answer: Any, number: int) -> str | None:
    if api.page:
        return _page_url(spec, number + 1)
    found = jmespath.search(api.next, answer) if api.next else None
    return page.join(found) if isinstance(found, str) and found else None


def _page_url(spec: SourceSpec, number: int) -> str:
    assert spec.api is not None and spec.api.page is not None
    return add_or_replace_parameter(spec.url, spec.api.page.param, str(spec.api.page.start + number - 1))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
