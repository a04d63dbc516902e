"""Programs that ask a test's bank in somebody's name."""

from typing import Any

from fastapi.testclient import TestClient

from oncu.signals.people.tokens import make_token
from oncu.storage.people import Person, add_person

API = "/api/v1"
PURPOSE = "deneme"


def program_of(worked: Any, name: str, *, may_act: bool = True, language: str = "tr") -> TestClient:
    """A program in somebody's name at the clock of the bank's pages; its addresses begin behind API."""
    secret = make_token(worked.database, name, PURPOSE, 90, may_act=may_act, by="test", now=worked.now)
    asking = TestClient(worked.app, base_url=f"http://oncu.test{API}", raise_server_exceptions=False)
    asking.headers.update({"Authorization": f"Bearer {secret}", "Accept-Language": language})
    return asking


def engage(worked: Any, name: str, *roles: str, **known: Any) -> None:
    """Add a person who comes in by a token alone."""
    with worked.database.write() as connection:
        add_person(connection, Person(name, name.title(), frozenset(roles), "test", worked.now, **known))


def alert_of(worked: Any, client_id: str) -> str:
    """The id of a client's one alert."""
    return str(worked.alert_of(client_id)[0])
