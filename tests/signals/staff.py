"""People of a test's bank, and how they come in."""

from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient

from oncu.config.settings import AccessSettings
from oncu.signals.people.accounts import create_person
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import Database
from oncu.storage.people import Person

PASSWORD = "uzun-bir-parola-42"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def hire(
    database: Database, now: datetime, name: str, *roles: str, manager: str | None = None, team: str | None = None
) -> Person:
    """Add a person who logs in with PASSWORD; a manager's portfolio is that of their own name unless said otherwise."""
    manager = manager or (name if "manager" in roles else None)
    team = team or ("kuzey" if "lead" in roles else None)
    known = {"manager": manager, "team": team, "created_by": "test", "created_at": now}
    person = Person(name, name.title(), frozenset(roles), **known)
    create_person(database, person, PASSWORD, AccessSettings())
    return person


def log_in(browser: TestClient, name: str, password: str = PASSWORD) -> TestClient:
    """Let a person in; the client keeps the session's cookie."""
    answer = browser.post(
        "/giris", data={"name": name, "password": password}, headers=SAME_SITE, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return browser


def enter_as(bank: Any, name: str | None, *, actor: str = "local") -> TestClient:
    """The pages of a bank as one of its people sees them, at the bank's clock; without a name before anybody is in."""
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor=actor)
    browser = TestClient(build_app(site), base_url="http://oncu.test", headers=SAME_SITE)
    return log_in(browser, name) if name else browser
