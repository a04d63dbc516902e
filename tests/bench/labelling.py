"""The next passage to label in a bank of 150,000 clients: by itself, and with the answer before it kept."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
from heard import EVENING, fill_bank
from measure import timed
from pages import _running, _serve_nothing, _serve_pages

from oncu.config.load import load_signal_types
from oncu.config.settings import AccessSettings
from oncu.signals.learning.asking import fill_candidates
from oncu.signals.people.accounts import create_person
from oncu.storage.candidates import count_open
from oncu.storage.database import create_database
from oncu.storage.people import Person

ROUNDS = 60
ANALYST, PASSWORD = "ali", "uzun-bir-parola-42"


def bench_labelling(folder: Path) -> None:
    """The next of 100,000 passages in a bank of 150,000 clients: over HTTP as an analyst who has logged in."""
    url = f"sqlite:///{folder / 'labels.db'}"
    database = create_database(url)
    fill_bank(database)
    seconds = timed(lambda: fill_candidates(database, load_signal_types(), again=True))
    with database.read() as connection:
        print(f"  list of {count_open(connection):,} passages made in {seconds:.1f} s", flush=True)
    roles, since = frozenset(("analyst",)), EVENING - timedelta(days=30)
    create_person(database, Person(ANALYST, ANALYST, roles, "bench", since), PASSWORD, AccessSettings())
    database.close()
    with _running(_serve_pages, url) as pages, _running(_serve_nothing, url) as nothing:
        own, bare = (httpx2.Client(base_url=place, timeout=120, trust_env=False) for place in (pages, nothing))
        own.headers["Sec-Fetch-Site"] = "same-origin"
        own.post("/giris", data={"name": ANALYST, "password": PASSWORD})
        _print_times([_turn(own, bare) for _ in range(ROUNDS)])


def _turn(own: httpx2.Client, bare: httpx2.Client) -> dict[str, float]:
    """Seconds of each step of one answer."""
    spent: dict[str, float] = {}

    def take(name: str, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        start = time.perf_counter()
        answer = ask()
        spent[name] = time.perf_counter() - start
        return answer.raise_for_status()

    take("no work, 50 rows", lambda: bare.get("/"))
    page = take("whole page", lambda: own.get("/etiketleme"))
    item = page.text.split('data-item="')[1].split('"')[0]
    take("next, fetched ahead", lambda: own.get("/etiketleme/soru", params={"sonra": item}))
    sent = {"belge": item, "kuyruk": "", "choice": "none"}
    take("answer kept", lambda: own.post("/etiketleme/yanit", data=sent, headers={"X-Part": "after"}))
    return spent | {"answer kept, then next": spent["answer kept"] + spent["next, fetched ahead"]}


def _print_times(turns: list[dict[str, float]]) -> None:
    bare = statistics.median(turn["no work, 50 rows"] for turn in turns)
    print("                              p50 ms    p95 ms     ratio")
    for name in turns[0]:
        times = [turn[name] for turn in turns]
        middle, tail = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"    {name:<24} {middle * 1e3:>9.1f} {tail * 1e3:>9.1f} {bare / middle:>9.2f}")
