"""Whatever stands in an address, the pages answer: what was asked for, or that it is not there; never a fault."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncu.config.settings import Settings
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import Database

from .asked import walk
from .fuzzed import DATES, texts
from .line import START
from .settled import catalogue, fill, read_all

LEAST_PAGES = 20  # there are more; fewer would mean that they are no longer found
HOLE = re.compile(r"{(\w+)(?::\w+)?}")
numbers = st.integers(-(10**12), 10**25).map(str) | st.sampled_from(("1", "0", "-1", "1e9", "NaN", "٣", "0x1", ""))
words = st.sampled_from(("risk", "opportunity", "new", "all", "ayse", "K1", "insolvency", "csv", "xlsx", "json", "tr"))
values = texts | numbers | words | DATES
REFUSED = {400, 401, 403, 404, 405, 422}


@dataclass(frozen=True)
class Place:
    """A page: its path with holes, and the names it looks for behind the question mark."""

    path: str
    asked: tuple[str, ...]

    @property
    def holes(self) -> list[str]:
        """What is to be filled into the path."""
        return HOLE.findall(self.path)


@pytest.fixture
def browser(database: Database, tmp_path: Path) -> TestClient:
    """The pages of a bank that heard of its clients."""
    fill(database)
    read_all(database, tmp_path)
    app = build_app(Site(database, catalogue(), Settings(), lambda: START))
    return TestClient(app, base_url="http://oncu.test", raise_server_exceptions=False)


def places_of(app: Any) -> list[Place]:
    """Every page that can be asked for."""
    found = [(path, route) for path, route in walk(app.routes) if "GET" in route.methods]
    return sorted((Place(path, tuple(_names(route.dependant))) for path, route in found), key=lambda place: place.path)


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _names(other)


def address(place: Place, filled: Sequence[str], asked: Mapping[str, str]) -> str:
    """The address of a page with anything in it."""
    parts = iter(filled)
    path = HOLE.sub(lambda _: quote(_clean(next(parts)), safe="") or "x", place.path)
    return f"{path}?{urlencode({name: _clean(value) for name, value in asked.items()})}"


def _clean(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def test_pages_answer_whatever_stands_in_the_address(browser: TestClient) -> None:
    places = places_of(browser.app)
    assert len(places) >= LEAST_PAGES
    asking = st.sampled_from(places).flatmap(
        lambda place: st.tuples(
            st.just(place),
            st.lists(values, min_size=len(place.holes), max_size=len(place.holes)),
            st.dictionaries(st.sampled_from(place.asked or ("page",)), values, max_size=4),
        )
    )

    @settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(asking)
    def ask(asked: tuple[Place, list[str], dict[str, str]]) -> None:
        answer = browser.get(address(*asked), follow_redirects=False)
        assert answer.status_code < 400 or answer.status_code in REFUSED, (answer.status_code, answer.text[:500])

    ask()
