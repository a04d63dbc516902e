"""Coming in through the bank's identity provider, over loopback with a real one, and what is refused on the way."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from json import dumps

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.signals.people.accounts import set_active
from oncu.signals.people.provider import provider_of
from oncu.signals.surroundings import look_at_provider
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site
from oncu.storage.people import add_person

from .provider import CLIENT, SECRET, IdentityProvider, later
from .staff import PASSWORD, SAME_SITE, hire

HERE = "http://oncu.test"
LANDING = f"{HERE}/giris/kurum/donus"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    made = IdentityProvider(lambda: None, LANDING)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def provider(running, bank, monkeypatch):
    """The provider with every knob at rest; it knows the analyst Ece as u-4711."""
    monkeypatch.setenv("ONCU_OIDC_SECRET", SECRET)
    running.clock, running.subject, running.claims, running.forge = lambda: bank.now, "u-4711", {}, None
    running.is_down, running.calls_itself = False, ""
    bank.set(oidc={"issuer": running.issuer, "client_id": CLIENT})
    ece = replace(hire(bank.database, bank.now, "adem", "admin"), name="ece", roles=frozenset({"analyst"}))
    with bank.database.write() as connection:
        add_person(connection, replace(ece, password=None, subject="u-4711"))
    return running


def test_the_examination_says_whether_it_answers(bank, provider):
    [found] = look_at_provider(bank.settings, bank.now)
    provider.calls_itself = "https://another.example"
    [refused] = look_at_provider(bank.settings, bank.now)
    assert (found.is_fine, refused.is_fine) == (True, False)
    assert "another.example" in refused.text


def test_the_examination_says_that_its_secret_is_missing(bank, provider, monkeypatch):
    monkeypatch.delenv("ONCU_OIDC_SECRET")
    with pytest.raises(Problem, match="ONCU_OIDC_SECRET"):
        list(look_at_provider(bank.settings, bank.now))


@pytest.fixture
def site(bank, provider):
    return Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now)


@pytest.fixture
def browser(site):
    return browser_of(site)


def browser_of(site):
    return TestClient(build_app(site), base_url=HERE, raise_server_exceptions=False)


def leave(browser, back=""):
    """Go to the provider and come as far as its answer: the path with which it sends the browser back."""
    sent = browser.get("/giris/kurum", params={"back": back}, follow_redirects=False)
    answer = httpx2.get(sent.headers["location"], follow_redirects=False, trust_env=False)
    assert answer.headers["location"].startswith(LANDING)
    return answer.headers["location"].removeprefix(HERE)


def arrive(browser, path):
    return browser.get(path, follow_redirects=False)


def is_in(browser):
    return browser.get("/hesap", follow_redirects=False).status_code == 200


def test_who_the_provider_vouches_for_goes_on_where_they_were_going(browser, bank):
    assert "/giris/kurum?back=/clients" in browser.get("/clients").text
    answer = arrive(browser, leave(browser, "/clients"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/clients")
    assert is_in(browser)
    assert bank.rows("SELECT actor, reason FROM audit WHERE action = 'login'") == [("ece", "provider")]


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_the_way_back_leads_to_no_other_site(browser, back):
    answer = arrive(browser, leave(browser, back))
    assert "evil" not in answer.headers["location"]


def test_the_cookie_of_the_way_is_for_the_way_back_alone(browser):
    sent = browser.get("/giris/kurum", follow_redirects=False)
    cookie = sent.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/giris/kurum/donus", "max-age=600"))
    assert "domain" not in cookie
    assert 'oncu_provider=""' in arrive(browser, leave(browser)).headers["set-cookie"]


def test_an_answer_with_another_state_is_refused(browser):
    path = leave(browser)
    assert arrive(browser, path.partition("state=")[0] + "state=x").status_code == 400
    assert not is_in(browser)


def test_an_answer_is_good_in_the_browser_alone_that_left(browser, site):
    path = leave(browser)
    victim = browser_of(site)
    assert arrive(victim, path).status_code == 400
    leave(victim)  # also with a cookie of its own
    assert arrive(victim, path).status_code == 400
    assert not is_in(victim)


def test_an_answer_used_again_is_refused(browser, site):
    path, taken = leave(browser), browser.cookies["oncu_provider"]
    assert arrive(browser, path).status_code == 303
    again = browser_of(site)
    again.cookies.set("oncu_provider", taken, domain="oncu.test", path="/giris/kurum/donus")
    answer = arrive(again, path)
    assert (answer.status_code, "daha önce kullanıldı" in answer.text) == (400, True)


def test_who_takes_too_long_begins_anew(browser, bank):
    path = leave(browser)
    bank.now += timedelta(minutes=11)
    assert arrive(browser, path).status_code == 400


def test_an_answer_without_a_code_says_that_nothing_was_confirmed(browser):
    path = leave(browser)
    state = path.partition("state=")[2]
    answer = arrive(browser, f"/giris/kurum/donus?error=access_denied&state={state}")
    assert (answer.status_code, "onaylamadı" in answer.text) == (400, True)


def without_signature(claims):
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


def with_our_secret(claims):
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def with_a_foreign_key(claims):
    return jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048))


@pytest.mark.parametrize("forge", [without_signature, with_our_secret, with_a_foreign_key, lambda claims: "a.b.c"])
def test_a_token_that_others_could_have_made_is_refused(browser, provider, forge):
    provider.forge = forge
    assert arrive(browser, leave(browser)).status_code == 400
    assert not is_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": None},
        {"sub": 4711},
    ],
)
def test_a_token_for_another_purpose_is_refused(browser, provider, claims):
    provider.claims = claims
    assert arrive(browser, leave(browser)).status_code in (400, 403)
    assert not is_in(browser)


@pytest.mark.parametrize(("seconds", "status"), [(-59, 303), (-61, 400)])
def test_a_token_is_good_a_minute_beyond_its_end_for_clocks_that_differ(browser, provider, seconds, status):
    provider.claims = {"exp": later(provider, seconds=seconds)}
    assert arrive(browser, leave(browser)).status_code == status


def test_a_token_from_the_future_is_refused(browser, provider):
    provider.claims = {"iat": later(provider, minutes=5)}
    assert arrive(browser, leave(browser)).status_code == 400


def test_new_keys_of_the_provider_are_asked_for_and_old_ones_forgotten(browser, provider, bank):
    arrive(browser, leave(browser))
    old = provider.keys[0]
    provider.rotate()
    bank.now += timedelta(minutes=2)
    assert arrive(browser, leave(browser)).status_code == 303
    provider.forge = lambda claims: jwt.encode({"alg": "RS256", "kid": old.kid}, claims, old)
    bank.now += timedelta(minutes=2)
    assert arrive(browser, leave(browser)).status_code == 400


@pytest.mark.parametrize("knobs", [{"is_down": True}, {"calls_itself": "https://another.example"}])
def test_a_provider_that_cannot_be_used_is_said_to_be_down_until_it_can(browser, provider, knobs):
    for name, value in knobs.items():
        setattr(provider, name, value)
    answer = browser.get("/giris/kurum")
    assert (answer.status_code, "ulaşılamıyor" in answer.text) == (503, True)
    provider.is_down, provider.calls_itself = False, ""
    assert arrive(browser, leave(browser)).status_code == 303


def test_a_provider_that_goes_down_on_the_way_lets_nobody_in(browser, provider):
    path = leave(browser)
    provider.is_down = True
    assert arrive(browser, path).status_code in (400, 503)
    assert not is_in(browser)


def test_who_has_no_account_is_told_so(browser, provider, bank):
    provider.subject = "u-1"
    answer = arrive(browser, leave(browser))
    assert (answer.status_code, "hesabınız yok" in answer.text) == (403, True)
    assert bank.rows("SELECT actor, action FROM audit ORDER BY seq DESC LIMIT 1") == [("-", "login.refused")]


def test_who_is_disabled_is_told_so(browser, bank):
    set_active(bank.database, "ece", is_active=False, by="adem", now=bank.now)
    answer = arrive(browser, leave(browser))
    assert (answer.status_code, "kapalı" in answer.text) == (403, True)


def test_who_has_no_account_gets_one_where_the_settings_say_so(bank, provider):
    bank.set(oidc={"issuer": provider.issuer, "client_id": CLIENT, "role_of_new": "deputy"})
    browser = browser_of(Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now))
    provider.subject, provider.claims = "u-2", {"preferred_username": "Ece@bank.example", "name": "Ece Taş"}
    assert arrive(browser, leave(browser)).status_code == 303
    found = bank.rows("SELECT name, display, created_by, role FROM people JOIN person_roles ON person = name")
    assert ("ece-2", "Ece Taş", "provider", "deputy") in found


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), ("true", 403)])
def test_an_address_names_a_person_only_where_it_was_verified(bank, provider, verified, status):
    bank.set(oidc={"issuer": provider.issuer, "client_id": CLIENT, "claim": "email"})
    browser = browser_of(Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now))
    provider.claims = {"email": "u-4711", "email_verified": verified}
    assert arrive(browser, leave(browser)).status_code == status


def test_with_passwords_off_only_admins_come_in_with_one(bank, provider):
    hire(bank.database, bank.now, "ayse", "manager")
    bank.set(access={"passwords": False})
    browser = browser_of(Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now))
    assert "<details" in browser.get("/giris").text
    tried = [
        browser.post(
            "/giris", data={"name": name, "password": PASSWORD}, headers=SAME_SITE, follow_redirects=False
        ).status_code
        for name in ("ayse", "adem")
    ]
    assert tried == [401, 303]


def test_without_a_provider_there_is_no_way_to_one(bank):
    browser = browser_of(Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now))
    assert [browser.get(path).status_code for path in ("/giris/kurum", "/giris/kurum/donus")] == [404, 404]
    assert "/giris/kurum" not in browser.get("/giris").text


@pytest.mark.parametrize(
    "issuer",
    ["http://kimlik.example", "https://user@kimlik.example", "ftp://127.0.0.1", "kimlik", "https://k.example?x=1"],
)
def test_an_issuer_that_others_could_speak_for_is_no_setting(issuer):
    with pytest.raises(ValidationError, match="no issuer"):
        Settings(oidc={"issuer": issuer, "client_id": "x"})


def test_a_missing_secret_is_named(provider, bank, tmp_path):
    with pytest.raises(Problem, match="ONCU_OIDC_SECRET"):
        provider_of(bank.settings.oidc, {})
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    assert provider_of(bank.settings.oidc.model_copy(update={"secret_file": file}), {})
