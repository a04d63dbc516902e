"""Nobody reads of a client that is not theirs: every route of the site, asked as every kind of person."""

import pytest
from fastapi.testclient import TestClient

from oncu.config.settings import Settings
from oncu.signals.faces.digest import compose_digest, view_digest
from oncu.signals.faces.render import render_digest
from oncu.signals.people.tokens import make_token
from oncu.signals.words import load_words

from .asked import (
    FOREIGN,
    SEE_NONE,
    app_of,
    ask_changes,
    ask_pages,
    canaries_in,
    places_of,
    routes_of,
    said_of,
    strangers_in,
)
from .canaries import MANAGERS, NOW, catalogue, own_clients

# One of every role, and two managers, one of the lead's team; the nightly run asks as everybody.
PEOPLE = (MANAGERS[0], MANAGERS[7], "lider", "arastirmaci", "analist", "vekil", "yonetici", "denetci", "riskci")


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_shows_a_client_that_is_not_theirs(caged, person):
    leaks, broken, sang = ask_pages(caged, person)
    assert not leaks
    assert not broken
    assert sang or person in SEE_NONE


@pytest.mark.parametrize("person", PEOPLE)
def test_no_change_reaches_a_client_that_is_not_theirs(caged, person):
    before = said_of(caged, FOREIGN)
    leaks, broken = ask_changes(caged, person)
    assert not leaks
    assert not broken
    assert FOREIGN in own_clients(person)[0] or said_of(caged, FOREIGN) == before


@pytest.mark.parametrize("manager", MANAGERS[:3])
def test_a_digest_tells_of_the_own_portfolio_alone(caged, manager):
    shown, settings = catalogue(), Settings()
    compose_digest(caged, manager, NOW.date(), settings, NOW, types=shown.types)
    words = load_words("tr", settings.timezone)
    view = view_digest(caged, manager, NOW.date(), settings, words, types=shown.types, sources=shown.sources)
    for form in ("text", "html", "json"):
        assert not strangers_in(render_digest(view, words, form, wait_days=3).encode(), manager)


def test_a_token_opens_no_more_than_its_person(caged):
    secret = make_token(caged, MANAGERS[0], "deneme", 30, may_act=True, by="yonetici", now=NOW)
    browser = TestClient(app_of(caged), base_url="https://oncu.test", headers={"Authorization": f"Bearer {secret}"})
    sang = set()
    for path in (path for path in routes_of(browser.app, "GET") if path.startswith("/api/v1/")):
        for place in places_of(path, caged):
            answer = browser.get(place, follow_redirects=False)
            assert answer.status_code < 500 and not strangers_in(answer.content, MANAGERS[0]), place
            sang |= {path} if canaries_in(answer.content) else set()
    assert {"/api/v1/alerts", "/api/v1/clients/{client_id}"} <= sang


def test_without_a_login_there_is_a_door_and_nothing_else(caged):
    browser = TestClient(app_of(caged), base_url="https://oncu.test", raise_server_exceptions=False)
    for path in routes_of(browser.app, "GET"):
        for place in places_of(path, caged):
            answer = browser.get(place, follow_redirects=False)
            assert not canaries_in(answer.content), place
