"""Every route of the site asked as one person, and what of strangers stands in the answers.

The routes are found from the router, so a page made tomorrow is asked too, and one with a part in its address that is
not known here fails until it is told what may stand there.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import product

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Mount

from oncu.config.settings import Settings
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.database import Database

from ..signals.staff import SAME_SITE, log_in
from .canaries import MANAGERS, NOW, catalogue, own_clients

CANARY = re.compile(r"(qkanarya|qaltin)(\d\d)q")
UNKNOWN = ("silence_id", "tip_id", "token")  # of which the bank has none
OWN, FOREIGN = "K00", "K35"  # the first and the last client
QUERIES = ("", "all=1&days=30", f"manager={MANAGERS[-1]}", f"q={FOREIGN}", "q=a", f"client={FOREIGN}", "days=90")
SEE_NONE = ("vekil", "yonetici", "denetci")


def app_of(database: Database) -> FastAPI:
    return build_app(Site(database, catalogue(), Settings(), lambda: NOW))


def routes_of(app: FastAPI, method: str) -> list[str]:
    """Every address of the site that takes a method, those of included routers and mounted applications too."""
    return [path for path, route in walk(app.routes) if method in route.methods]


def walk(routes: Iterable[object], before: str = "") -> Iterator[tuple[str, APIRoute]]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield before + route.path, route
        elif isinstance(route, Mount):
            yield from walk(route.routes, before + route.path)
        elif hasattr(route, "original_router"):
            yield from walk(route.original_router.routes, before + route.include_context.prefix)


def places_of(path: str, database: Database) -> list[str]:
    """The address with everything that may stand in its parts, about an own and about a foreign client."""
    parts = re.findall(r"{(\w+)(?::\w+)?}", path)
    known = known_parts(database)
    missing = [part for part in parts if part not in known]
    assert not missing, f"say in known_parts what may stand at {missing} of {path}"
    found = []
    for values in product(*(known[part] for part in parts)):
        place = path
        for part, value in zip(parts, values, strict=True):
            place = re.sub(rf"{{{part}(?::\w+)?}}", str(value), place)
        found.append(place)
    return found


def known_parts(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:

        def ids(query: str) -> list[str]:
            return [str(row[0]) for client in (OWN, FOREIGN) for row in connection.exec_driver_sql(query % client)]

        alerts = ids("SELECT id FROM alerts WHERE client_id = '%s' ORDER BY id LIMIT 2")
        return {
            "form": ["csv", "xlsx"],
            "client_id": [OWN, FOREIGN],
            "alert_id": alerts,
            "signal_id": ids("SELECT id FROM signals WHERE client_id = '%s' ORDER BY id LIMIT 1"),
            "act_id": ids("SELECT id FROM actions WHERE client_id = '%s' ORDER BY id LIMIT 1"),
            "offer_id": [f"T{OWN}", f"T{FOREIGN}"],
            "name": ["haber", "severe"],
            "code": ["lawsuit", "yeni"],
            "number": ["0", "1"],
            "way": ["asagi"],
            "key": ["risk", "sources", "leads", "x"],
            "language": ["tr"],
            **dict.fromkeys(UNKNOWN, ["x"]),
        }


def canaries_in(body: bytes) -> set[tuple[str, str]]:
    """The kind and client of each canary in an answer, also inside a spreadsheet."""
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    return {(kind, f"K{number}") for kind, number in CANARY.findall(body.decode("utf-8", "replace"))}


def strangers_in(body: bytes, person: str) -> set[tuple[str, str]]:
    seen, rich = own_clients(person)
    return {one for one in canaries_in(body) if one[1] not in (rich if one[0] == "qaltin" else seen)}


def browser_of(database: Database, person: str) -> TestClient:
    made = TestClient(app_of(database), base_url="https://oncu.test", raise_server_exceptions=False)
    return log_in(made, person)


def ask_pages(database: Database, person: str) -> tuple[dict[str, set[tuple[str, str]]], list[str], bool]:
    """By address the canaries of strangers that a person reads there; addresses that failed; whether own ones sang."""
    browser = browser_of(database, person)
    leaks, broken, sang = {}, [], False
    for path in routes_of(browser.app, "GET"):
        for place, query in product(places_of(path, database), QUERIES if "{" not in path else QUERIES[:1]):
            answer = browser.get(f"{place}?{query}", follow_redirects=False)
            if found := strangers_in(answer.content, person):
                leaks[f"{place}?{query}"] = found
            if answer.status_code >= 500:
                broken.append(place)
            sang = sang or bool(canaries_in(answer.content))
    return leaks, broken, sang


def ask_changes(database: Database, person: str) -> tuple[dict[str, set[tuple[str, str]]], list[str]]:
    """The same for every address that changes something, with forms that name the foreign client."""
    browser = browser_of(database, person)
    leaks, broken = {}, []
    for path in routes_of(browser.app, "POST"):
        for place in places_of(path, database) if path not in ("/giris", "/cikis") else ():
            answer = browser.post(place, data=asked_for(database), headers=SAME_SITE, follow_redirects=False)
            if found := strangers_in(answer.content, person):
                leaks[place] = found
            if answer.status_code >= 500:
                broken.append(place)
    return leaks, broken


def asked_for(database: Database) -> dict[str, str]:
    """A form that names the foreign client wherever a form may name one."""
    alert = known_parts(database)["alert_id"][-1]
    many = {
        "alert": alert,
        "alert_id": alert,
        "alerts": alert,
        "client": FOREIGN,
        "client_id": FOREIGN,
        "other": FOREIGN,
    }
    acts = {"answer": "right", "kind": "accept", "move": "accept", "stage": "accepted", "note": "x", "reason": "old"}
    return many | acts | {"until": "2026-10-05", "whom": "riskci", "type": "", "source": ""}


TOLD = ("moves", "reviews", "silences", "actions", "offers", "outcomes", "labels", "decisions", "documents")


def said_of(database: Database, client_id: str) -> dict[str, int]:
    """How many rows people have made about a client, by table."""
    about = {
        "moves": "alert_id IN (SELECT id FROM alerts WHERE client_id = '{}')",
        "reviews": "alert_id IN (SELECT id FROM alerts WHERE client_id = '{}')",
        "labels": "mention_id IN (SELECT id FROM mentions WHERE client_id = '{}')",
        "decisions": "subject IN (SELECT id FROM alerts WHERE client_id = '{0}') OR subject = '{0}'",
        "documents": "id IN (SELECT document_id FROM mentions WHERE client_id = '{}')",
    }
    with database.read() as connection:
        counts = {}
        for table in TOLD:
            where = about.get(table, "client_id = '{}'").format(client_id)
            counts[table] = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar()
    return counts
