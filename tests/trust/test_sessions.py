"""Logins and sessions under attack: what was ended stays ended, what was not asked for here does not happen, and
whoever guesses is kept out. Each case is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.settings import Settings
from oncu.signals.faces.signed import Asked, sign
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.people import passwords
from oncu.signals.people.accounts import change_account, set_active, set_password, set_roles
from oncu.signals.people.guesses import Guesses, house_of
from oncu.signals.people.tokens import make_token
from oncu.signals.web.app import build_app
from oncu.signals.web.site import SESSION, Site
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.models import metadata
from oncu.storage.people import find_person

from ..signals.staff import PASSWORD, SAME_SITE, hire, log_in
from .asked import app_of, places_of, routes_of

OWN = "/clients/C1"
NEW = "mavi at çimende koşar"
KEY = "k" * 40
KEPT_ASIDE = {"audit", "audit_head", "sessions"}  # that somebody looked is noted; the session that looked is in use


@dataclass
class Gate:
    """A small bank behind one running site, whose clock tests move."""

    database: Database
    now: datetime
    settings: Settings

    def __post_init__(self) -> None:
        catalogue = Catalogue({}, load_signal_types(SIGNALS))
        self.site = Site(self.database, catalogue, self.settings, lambda: self.now)
        self.app = build_app(self.site)

    def browser(self, scheme: str = "http", address: str = "10.0.0.1") -> TestClient:
        made = TestClient(self.app, base_url=f"{scheme}://oncu.test", client=(address, 1))
        made.headers.update(SAME_SITE)
        return made

    def enter(self, name: str, **where: str) -> TestClient:
        return log_in(self.browser(**where), name)

    def guess(self, name: str = "ayse", password: str = "yanlış-parola-1", **where: str) -> int:
        answer = self.browser(**where).post("/giris", data={"name": name, "password": password}, follow_redirects=False)
        return answer.status_code


@pytest.fixture
def gate(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    monkeypatch.setenv("ONCU_LINK_KEY", KEY)
    row = {"client_id": "C1", "legal_name": "Simya İlaç Sanayi A.Ş.", "short_names": (), "manager": "ayse"}
    with database.write() as connection:
        save_clients(connection, [row], now)
    for name, role in (("ayse", "manager"), ("adem", "admin"), ("ece", "analyst")):
        hire(database, now, name, role)
    yield Gate(database, now, Settings())


def is_in(browser: TestClient) -> bool:
    return browser.get(OWN, follow_redirects=False).status_code == 200


def test_a_session_works_at_all(gate: Gate) -> None:
    assert is_in(gate.enter("ayse")) and not is_in(gate.browser())


def test_1_a_session_that_was_ended_is_not_replayed(gate: Gate) -> None:
    browser = gate.enter("ayse")
    taken = browser.cookies[SESSION]
    browser.post("/cikis")
    thief = gate.browser()
    thief.cookies.set(SESSION, taken)
    assert not is_in(thief)


def test_2_a_session_planted_before_the_login_is_not_the_one_after_it(gate: Gate) -> None:
    victim, planted = gate.browser(), "a-secret-the-attacker-knows-as-well"
    victim.cookies.set(SESSION, planted, domain="oncu.test", path="/")
    log_in(victim, "ayse")
    thief = gate.browser()
    thief.cookies.set(SESSION, planted)
    assert not is_in(thief)


def test_3_an_attackers_own_session_ends_when_the_victim_logs_in_over_it(gate: Gate) -> None:
    attacker = gate.enter("ece")
    victim = gate.browser()
    victim.cookies.set(SESSION, attacker.cookies[SESSION], domain="oncu.test", path="/")
    log_in(victim, "ayse")
    assert attacker.get("/hesap", follow_redirects=False).status_code == 303


FOREIGN = {
    "4 no header at all": {},
    "5 another origin": {"Origin": "https://evil.example"},
    "6 an opaque origin": {"Origin": "null"},
    "7 another port": {"Origin": "http://oncu.test:8080"},
    "8 typed or bookmarked": {"Sec-Fetch-Site": "none"},
    "9 another site": {"Sec-Fetch-Site": "cross-site"},
    "10 a sibling of the bank's": {"Sec-Fetch-Site": "same-site"},
    "11 another site that forges the origin": {"Sec-Fetch-Site": "cross-site", "Origin": "http://oncu.test"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_change_from_elsewhere_is_refused_with_the_best_of_sessions(gate: Gate, headers: dict[str, str]) -> None:
    browser = gate.enter("adem")
    del browser.headers["Sec-Fetch-Site"]
    answer = browser.post("/kisiler/ayse/durum", data={"active": "no"}, headers=headers)
    assert answer.status_code == 403
    with gate.database.read() as connection:
        assert find_person(connection, "ayse").is_active  # type: ignore[union-attr]


def test_12_a_name_is_locked_after_five_wrong_passwords(gate: Gate) -> None:
    assert [gate.guess() for _ in range(5)] == [401] * 5
    assert gate.guess(password=PASSWORD) == 401
    gate.now += timedelta(minutes=16)
    assert gate.guess(password=PASSWORD) == 303


def test_13_an_address_that_guesses_at_many_names_is_kept_out_and_others_are_not(gate: Gate) -> None:
    tried = [gate.guess(f"kisi{number}") for number in range(gate.settings.access.address_failures)]
    assert set(tried) == {401}
    assert gate.guess(password=PASSWORD) == 429
    assert gate.guess(password=PASSWORD, address="10.0.0.2") == 303
    gate.now += timedelta(minutes=15)
    assert gate.guess(password=PASSWORD) == 303


def test_14_whoever_is_tried_costs_the_same_work_and_gets_the_same_answer(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_active(gate.database, "ece", is_active=False, by="adem", now=gate.now)
    hashed: list[str] = []
    real = passwords._hasher()
    monkeypatch.setattr(passwords, "_hasher", lambda: _Counted(real, hashed))
    answers = []
    for name in ("ayse", "ece", "yok", "Ayşe'; --"):
        before = trail_length(gate)
        data = {"name": name, "password": "yanlış-parola-1"}
        answer = gate.browser().post("/giris", data=data)
        answers.append((answer.status_code, answer.text.count("yanlış"), trail_length(gate) - before))
    assert len(set(answers)) == 1 and len(hashed) == 4


@dataclass
class _Counted:
    hasher: object
    seen: list[str]

    def verify(self, password: str, kept: str) -> bool:
        self.seen.append(kept)
        return self.hasher.verify(password, kept)  # type: ignore[attr-defined,no-any-return]


def trail_length(gate: Gate) -> int:
    with gate.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM audit").scalar() or 0)


def test_15_a_link_out_of_an_old_digest_has_expired(gate: Gate) -> None:
    token = sign(Asked("ayse", "0" * 32, "right"), KEY, gate.now - timedelta(days=15))
    answers = [ask(f"/yanit/{token}").status_code for ask in (gate.browser().get, gate.browser().post)]
    assert answers == [410, 410]


def test_16_a_session_ends_unused_and_in_any_case(gate: Gate) -> None:
    browser = gate.enter("ayse")
    gate.now += timedelta(minutes=31)
    assert not is_in(browser)
    browser = gate.enter("ayse")
    for _ in range(36):
        gate.now += timedelta(minutes=20)
        is_in(browser)
    assert is_in(browser)  # twelve hours to the minute
    gate.now += timedelta(minutes=1)
    assert not is_in(browser)


CHANGES = {
    "17 disabled": lambda gate: set_active(gate.database, "ayse", is_active=False, by="adem", now=gate.now),
    "18 other roles": lambda gate: set_roles(gate.database, "ayse", {"risk"}, by="adem", now=gate.now),
    "19 other password": lambda gate: set_password(
        gate.database, "ayse", NEW, gate.settings.access, by="adem", now=gate.now
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_session_and_a_token_end_when_their_person_is(gate: Gate, change) -> None:
    browser = gate.enter("ayse")
    token = make_token(gate.database, "ayse", "crm", 9, may_act=False, by="ayse", now=gate.now)
    change(gate)
    assert not is_in(browser)
    bearer = {"Authorization": f"Bearer {token}"}
    assert gate.browser().get("/api/v1/me", headers=bearer).status_code == 401


def test_20_a_portfolio_taken_away_is_gone_with_the_next_request(gate: Gate) -> None:
    browser = gate.enter("ayse")
    with gate.database.read() as connection:
        ayse = find_person(connection, "ayse")
    wished = type(ayse)(**vars(ayse) | {"manager": "baska"})
    change_account(gate.database, wished, by="adem", now=gate.now)
    assert browser.get(OWN).status_code == 404


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_21_a_login_leads_to_no_other_site(gate: Gate, back: str) -> None:
    data = {"name": "ayse", "password": PASSWORD, "back": back}
    answer = gate.browser().post("/giris", data=data, follow_redirects=False)
    inside = gate.enter("ayse").get("/giris", params={"back": back}, follow_redirects=False)
    assert [one.headers["location"] for one in (answer, inside)] == ["/", "/"]


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
def test_22_scripts_other_sites_and_plain_http_do_not_get_the_cookie(gate: Gate, scheme: str, is_secure: bool) -> None:
    data = {"name": "ayse", "password": PASSWORD}
    answer = gate.browser(scheme).post("/giris", data=data, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "domain=" not in cookie
    assert ("; secure" in cookie) == is_secure


@pytest.mark.parametrize(("scheme", "said"), [("http", None), ("https", "max-age=31536000")])
def test_23_a_browser_that_came_over_https_comes_over_it_alone(gate: Gate, scheme: str, said: str | None) -> None:
    for path in ("/giris", "/static/oncu.css", "/nothing"):
        assert gate.browser(scheme).get(path).headers.get("Strict-Transport-Security") == said


def test_24_a_guess_at_the_old_password_counts_as_one_at_the_door(gate: Gate) -> None:
    thief = gate.enter("ayse")  # on a computer left open
    wrong = {"old": "yanlış-parola-1", "new": NEW, "again": NEW}
    for _ in range(5):
        thief.post("/hesap/parola", data=wrong)
    assert thief.post("/hesap/parola", data=wrong | {"old": PASSWORD}).status_code == 400
    assert gate.guess(password=PASSWORD) == 401


@pytest.mark.parametrize("person", ["mt01", "yonetici", "denetci", "riskci"])
def test_25_looking_changes_nothing_on_any_page(caged: Database, person: str) -> None:
    browser = TestClient(app_of(caged), base_url="https://oncu.test", raise_server_exceptions=False)
    log_in(browser, person)
    before = contents(caged)
    for path in routes_of(browser.app, "GET"):  # type: ignore[arg-type]
        for place in [*places_of(path, caged), "/kisiler/mt01"]:
            browser.get(place, follow_redirects=False)
    assert contents(caged) == before


def contents(database: Database) -> dict[str, int]:
    """A digest of every row of every table but those that say who looked."""
    with database.read() as connection:
        tables = [table for table in metadata.sorted_tables if table.name not in KEPT_ASIDE]
        return {one.name: hash(frozenset(map(repr, connection.execute(one.select())))) for one in tables}


def test_addresses_that_failed_longest_ago_are_forgotten_first(now: datetime) -> None:
    access, guesses = Settings().access.model_copy(update={"address_failures": 1}), Guesses(most=2)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        guesses.note(address, access, now)
    closed = [guesses.are_too_many(f"10.0.0.{last}", access, now) for last in (1, 2, 3)]
    assert closed == [False, True, True]


@pytest.mark.parametrize(
    ("address", "house"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_one_customer_of_ipv6_is_one_address(address: str, house: str) -> None:
    assert house_of(address) == house
