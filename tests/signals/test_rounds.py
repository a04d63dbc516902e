"""A round of digests says what each would say alone, and asks the database no more often for many than for one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from oncu.config.problems import Problem
from oncu.signals.faces.channels import Undeliverable
from oncu.signals.faces.deliver import Sending, send_digest
from oncu.signals.faces.digest import compose_digests, view_digests
from oncu.signals.faces.rounds import compose_all, send_all
from oncu.signals.flow.absences import note_absence
from oncu.signals.flow.silences import silence
from oncu.signals.words import load_words

FIRMS = {"C1": "Simya İlaç", "C2": "Parlak Telekom", "C3": "Nehir Kimya", "C4": "Toruntay Yapı", "C5": "Kavak Lojistik"}
MANAGERS = ["ayse", "burak", "ceren", "deniz"]
OWNERS = dict(zip(FIRMS, ["ayse", "ayse", "burak", "ceren", "deniz"], strict=True))
NEWS = ("{} konkordato ilan etti", "{} yeni fabrika kuruyor", "Rakibi, {} hakkında dava açtı")
TR = load_words("tr", "Europe/Istanbul")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MADE = ("digest_alerts", "digests", "withheld")


@pytest.fixture
def busy(empty_bank, now):
    """Four managers with a day behind them, and today too much news, a silence, a denial and an absence."""
    bank = empty_bank
    names = {key: {"legal_name": f"{name} A.Ş.", "short_names": (name,)} for key, name in FIRMS.items()}
    bank.add_clients(*({"client_id": key, "manager": OWNERS[key]} | names[key] for key in FIRMS))
    bank.set(
        digest={"max_alerts": 1},
        mail={"host": "x", "starttls": False, "sender": "oncu@bank.example"}
        | {"recipients": {name: f"{name}@bank.example" for name in MANAGERS}},
        links={"address": "https://oncu.bank.example"},
    )
    tell(bank, now, NEWS[1:2], ("C1", "C3", "C4"))
    compose(bank, MANAGERS, now)
    tell(bank, now + HOUR, ("{} hakkındaki yeni fabrika haberi yalanlandı",), ("C3",))
    tell(bank, now + 2 * HOUR, NEWS, FIRMS)
    quiet = {"client_id": "C4", "until": (now + 9 * DAY).date(), "reason": "known", "by": "ece"}
    silence(bank.database, **quiet, settings=bank.settings, types=bank.types, sources=bank.sources, now=now)
    days = ((now + DAY).date(), (now + DAY).date())
    note_absence(bank.database, "ayse", days, deputy="burak", by="ece", today=now.date(), now=now)
    return bank


def tell(bank, at, titles, clients):
    for title in titles:
        for key in clients:
            bank.see(title.format(FIRMS[key]), at=at)
    bank.run(at)


def compose(bank, managers, at):
    compose_digests(bank.database, managers, at.date(), bank.settings, at, types=bank.types)


def views(bank, managers, at):
    more = {"types": bank.types, "sources": bank.sources}
    return list(view_digests(bank.database, managers, at.date(), bank.settings, TR, **more))


def made(bank):
    tables = bank.tables()
    return {name: tables[name] for name in MADE}


def test_a_round_fixes_what_each_manager_alone_would_get(busy, now):
    today = now + DAY
    compose(busy, MANAGERS, today)
    together = made(busy)
    with busy.database.write() as connection:
        for name in MADE:
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE {_is_of(name)} '{today.date()}'")
    for manager in reversed(MANAGERS):
        compose(busy, [manager], today)
    assert made(busy) == together
    assert set(busy.rows("SELECT DISTINCT kind FROM withheld")) == {("silenced",), ("no_room",)}


def _is_of(table: str) -> str:
    return "(SELECT day FROM digests WHERE id = digest_id) =" if table == "digest_alerts" else "day ="


def test_a_round_shows_what_each_manager_alone_would_see(busy, now):
    today = now + DAY
    compose(busy, MANAGERS[:2], today)
    compose(busy, MANAGERS, today + HOUR)
    together = views(busy, MANAGERS, today)
    assert [view.manager for view in together] == MANAGERS
    assert any(view.updates for view in together) and any(view.lookback for view in together)
    assert together == [views(busy, [manager], today)[0] for manager in MANAGERS]


def test_where_a_round_is_cut_does_not_matter(busy, now, monkeypatch):
    compose(busy, MANAGERS, now + DAY)
    together = views(busy, MANAGERS, now + DAY)
    monkeypatch.setattr("oncu.signals.faces.digest.AT_ONCE", 3)
    assert views(busy, MANAGERS, now + DAY) == together


def test_one_manager_without_a_digest_is_named(busy, now):
    compose(busy, MANAGERS[:3], now + DAY)
    with pytest.raises(Problem, match="no digest of 2026-03-03 was made for 'deniz'; compose it first"):
        views(busy, MANAGERS, now + DAY)


@pytest.fixture
def questions(busy) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []
    note = lambda *said: asked.append(said[2])  # noqa: E731
    event.listen(busy.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(busy.database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("step", [compose, views])
def test_many_managers_ask_no_more_than_one(busy, questions, now, step):
    if step is views:
        compose(busy, MANAGERS, now + DAY)
    asked = []
    for managers in (MANAGERS[:1], MANAGERS[1:]):
        questions.clear()
        step(busy, managers, now + DAY)
        asked.append(len(questions))
    assert asked[1] <= asked[0] > 0


# ---------------------------------------------------------------------------------------------------- sent


class Server(list):
    """A mail server that takes everything but what is for one reader."""

    refuses = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def send_message(self, mail):
        if self.refuses and self.refuses in mail["To"]:
            raise Undeliverable("not here")
        self.append(mail)


@pytest.fixture
def server(monkeypatch):
    taken = Server()
    monkeypatch.setattr("oncu.signals.faces.channels.open_mail", lambda *_: taken)
    return taken


def sending(bank, at):
    return Sending(bank.database, bank.settings, TR, at.date(), at, environment={bank.settings.links.key_env: "k" * 40})


def test_a_round_sends_the_mails_that_are_sent_one_by_one(busy, server, now):
    at = now + DAY
    way = sending(busy, at)
    compose_all(way, MANAGERS, busy.catalogue)
    send_all(way, MANAGERS, busy.catalogue)
    together = [mail.as_bytes() for mail in server]
    for manager in MANAGERS:
        view = busy.view(at.date(), manager)
        more = {"again": True, "environment": way.environment}
        send_digest(busy.database, view, at.date(), busy.settings, TR, at, **more)
    assert [mail.as_bytes() for mail in server[len(MANAGERS) :]] == together
    assert [mail["To"] for mail in server[: len(MANAGERS)]] == [
        f"{name}@bank.example" for name in ("burak", "burak", "ceren", "deniz")
    ]


def test_a_digest_that_is_not_taken_stops_no_other_and_is_sent_the_next_time(busy, server, now):
    way = sending(busy, now + DAY)
    compose_all(way, MANAGERS, busy.catalogue)
    server.refuses = "ceren"
    first = send_all(way, MANAGERS, busy.catalogue)
    server.refuses = ""
    second = send_all(way, MANAGERS, busy.catalogue)
    assert (first.sent, first.problems, second.sent, second.known) == (3, ("ceren: not here",), 1, 3)
