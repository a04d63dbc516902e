"""The API: who is let in, how often, and what is answered when something is wrong."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from oncu.signals.web.api.bounds import Rates
from oncu.storage.people import change_person
from oncu.storage.sessions import end_token, start_session

from .programs import API, engage, program_of


def test_token_says_who_asks_and_what_it_may(worked: Any) -> None:
    told = program_of(worked, "ayse", may_act=False).get("/me").json()
    assert (told["name"], told["roles"], told["token"]["may_act"]) == ("ayse", ["manager"], False)
    assert "desk" in told["rooms"] and "people" not in told["rooms"]


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer yok"}, {"Authorization": "Basic YTpi"}])
def test_without_a_valid_token_nobody_is_let_in(worked: Any, given: dict[str, str]) -> None:
    asking = program_of(worked, "ayse")
    del asking.headers["Authorization"]
    answer = asking.get("/alerts", headers=given)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="oncu"')


def test_session_of_a_browser_does_not_count(worked: Any) -> None:
    with worked.database.write() as connection:
        secret = start_session(connection, "ayse", worked.now)
    asking = program_of(worked, "ayse")
    del asking.headers["Authorization"]
    asking.cookies.set("oncu_session", secret)
    own = {"Sec-Fetch-Site": "same-origin"}
    assert asking.get("/alerts").status_code == 401
    assert asking.post("/moves", json={"alert_ids": ["a"], "kind": "accept"}, headers=own).status_code == 401


def _expire(worked: Any) -> None:
    worked.now += timedelta(days=91)


def _end(worked: Any) -> None:
    with worked.database.write() as connection:
        end_token(connection, "ayse", "deneme", worked.now, by="test")


def _disable(worked: Any) -> None:
    with worked.database.write() as connection:
        change_person(connection, "ayse", action="person.disable", by="test", now=worked.now, is_active=False)


@pytest.mark.parametrize("what", [_expire, _end, _disable])
def test_token_that_has_ended_is_refused_at_once(worked: Any, what: Any) -> None:
    asking = program_of(worked, "ayse")
    assert asking.get("/me").status_code == 200
    what(worked)
    assert asking.get("/me").status_code == 401


def test_token_that_only_reads_changes_nothing(worked: Any) -> None:
    asking = program_of(worked, "ayse", may_act=False)
    alert = asking.get("/alerts").json()["items"][0]["id"]
    before = worked.said("SELECT count(*) FROM moves")
    answer = asking.post("/moves", json={"alert_ids": [alert], "kind": "accept"})
    assert (answer.status_code, worked.said("SELECT count(*) FROM moves")) == (403, before)
    assert "--act" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "path"),
    [("aden", "/alerts"), ("ayse", "/sources"), ("rana", "/leads"), ("nil", "/offers")],
)
def test_what_is_for_other_roles_is_refused_by_name(worked: Any, name: str, path: str) -> None:
    engage(worked, "aden", "admin")
    answer = program_of(worked, name).get(path)
    assert answer.status_code == 403 and "roller" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("en", "Not there"),
        ("de, en-GB;q=0.7, tr;q=0.2", "Not there"),
        ("tr", "Burada yok"),
        ("de", "Burada yok"),
        ("en;q=x", "Burada yok"),
    ],
)
def test_faults_speak_the_language_that_is_accepted(worked: Any, header: str, title: str) -> None:
    answer = program_of(worked, "ayse").get("/clients/X9", headers={"Accept-Language": header})
    assert answer.json()["title"] == title


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/alerts/a%0Ab", 404),
        ("GET", "/../v2/me", 404),
        ("DELETE", "/me", 405),
        ("POST", "/alerts", 405),
        ("GET", "/../", 404),
    ],
)
def test_no_address_behind_the_api_answers_with_a_page(worked: Any, method: str, path: str, status: int) -> None:
    answer = program_of(worked, "ayse").request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_wrong_values_are_named_and_not_repeated(worked: Any) -> None:
    answer = program_of(worked, "ayse").get("/alerts?days=bir-sır&side=up", headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and "bir-sır" not in answer.text
    assert {one["where"]: one["what"] for one in answer.json()["errors"]} == {
        "query.days": "must be a whole number",
        "query.side": "is none of 'opportunity' or 'risk'",
    }


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"alert_ids": NaN}', b'{"kind": "\\ud800"}', b"null"]
)
def test_body_that_cannot_be_read_is_refused_and_no_failure(worked: Any, body: bytes) -> None:
    answer = program_of(worked, "ayse").post("/moves", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and answer.headers["content-type"] == "application/problem+json"


def test_body_that_is_too_long_is_refused(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    parts = (b" " * 10_000 for _ in range(30))
    for body in (b" " * 200_001, parts):
        answer = asking.post("/moves", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_failure_is_a_problem_without_a_traceback(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncu.signals.web.api.clients.flagged_now", lambda visit: 1 / 0)
    answer = program_of(worked, "ayse").get("/risks")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "Traceback" not in answer.text and "ZeroDivision" not in answer.text


def test_token_waits_once_it_has_asked_too_often(worked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncu.signals.web.api.app.Rates", lambda: Rates(clock=lambda: 0.0, a_minute=2))
    asking = program_of(worked, "ayse")
    answers = [asking.get("/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "30"


def test_rates_fill_evenly_and_remember_a_bounded_number_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncu.signals.web.api.bounds.TOKENS", 2)
    seconds = [0.0]
    rates = Rates(clock=lambda: seconds[0], a_minute=60)
    assert [rates.take("a") for _ in range(61)] == [0] * 60 + [1]
    seconds[0] = 1.0
    assert [rates.take("a"), rates.take("a")] == [0, 1]
    rates.take("b"), rates.take("c")
    assert list(rates.buckets) == ["b", "c"]


def test_description_is_public_and_names_every_operation_in_both_languages(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    del asking.headers["Authorization"]
    turkish, english = (
        asking.get("/openapi.json", headers={"Accept-Language": language}).json() for language in ("tr", "en")
    )
    assert turkish["paths"].keys() == english["paths"].keys()
    says = [one["summary"] for path in turkish["paths"].values() for one in path.values()]
    assert len(set(says)) == len(says)
    for path, methods in turkish["paths"].items():
        assert all(one["summary"] != english["paths"][path][method]["summary"] for method, one in methods.items())


@pytest.mark.parametrize(("language", "word"), [("tr", "Anahtar"), ("en", "A token")])
def test_page_tells_a_person_of_every_operation(worked: Any, language: str, word: str) -> None:
    asking = program_of(worked, "ayse")
    paths = asking.get("/openapi.json").json()["paths"]
    reading = TestClient(asking.app, base_url="http://oncu.test", cookies={"lang": language})
    page = reading.get("/api").text
    assert word in page and "oncu users token" in page
    assert not [path for path in paths if f"<code>/api{path}</code>" not in page]


def test_host_that_is_not_ours_is_refused_here_too(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    object.__setattr__(worked.site, "hosts", frozenset({"localhost"}))
    assert TestClient(asking.app).get(f"{API}/me", headers={"host": "evil.example"}).status_code == 421
