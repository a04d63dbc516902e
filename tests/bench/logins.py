"""Logins at a bank of 150,000 clients: from the password to Bugün behind the wall."""

import statistics
import time
from dataclasses import dataclass

import httpx2
from heard import EVENING, MANAGER

from oncu.config.settings import AccessSettings
from oncu.signals.people.accounts import create_person
from oncu.storage.database import Database, connect
from oncu.storage.people import Person

PASSWORD = "uzun-bir-parola-42"
ROUNDS, FEW, FEW_CLIENTS = 15, "m-few", 75
READERS = {"few": ("manager", FEW), "many": ("manager", MANAGER), "rana": ("risk", None)}
TITLES = {"few": f"manager of {FEW_CLIENTS}", "many": "manager of 675", "rana": "risk, all clients"}


@dataclass(frozen=True)
class Spent:
    """Seconds from the password to the page, and of the same page asked for again."""

    landing: float
    again: float


def hire_readers(url: str) -> None:
    """A manager of a few clients, one of many, and one of the risk team."""
    database = connect(url)
    _give_few(database)
    for name, (role, manager) in READERS.items():
        person = Person(name, name, frozenset({role}), "bench", EVENING, manager=manager)
        create_person(database, person, PASSWORD, AccessSettings())
    database.close()


def print_logins(address: str) -> None:
    """Milliseconds of a login that lands on Bugün, and of Bugün alone, of each kind of reader."""
    print("                              login + Bugün p50, p95 ms     Bugün p50 ms")
    for name, title in TITLES.items():
        spent = [_enter(address, name) for _ in range(ROUNDS + 1)][1:]  # the first warms up what is kept
        landings = [one.landing for one in spent]
        middle, tail = statistics.median(landings), statistics.quantiles(landings, n=20)[-1]
        again = statistics.median(one.again for one in spent)
        print(f"    {title:<24} {middle * 1e3:>12.0f} {tail * 1e3:>10.0f} {again * 1e3:>18.0f}")


def _enter(address: str, name: str) -> Spent:
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx2.Client(
        base_url=address, headers=headers, timeout=120, trust_env=False, follow_redirects=True
    ) as client:
        start = time.perf_counter()
        answer = client.post("/giris", data={"name": name, "password": PASSWORD}).raise_for_status()
        landed = time.perf_counter()
        assert answer.url.path == "/", answer.url
        client.get("/").raise_for_status()
        return Spent(landed - start, time.perf_counter() - landed)


def _give_few(database: Database) -> None:
    few = f"SELECT client_id FROM clients WHERE manager = '{MANAGER}' ORDER BY client_id LIMIT {FEW_CLIENTS}"
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE clients SET manager = '{FEW}' WHERE client_id IN ({few})")
