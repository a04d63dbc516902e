"""Accounts in the pages: everybody's own, and everybody as an admin tends them."""

import re

import pytest
from fastapi.testclient import TestClient

from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site

from .staff import PASSWORD, SAME_SITE, hire, log_in

NEW = "mavi at çimende koşar"
MISSING = ("C9", "X' OR 1=1")


@pytest.fixture
def staffed(bank):
    """The small bank with an admin, an auditor, a lead and the two managers of its clients."""
    for name, roles, team in (
        ("adem", ("admin",), None),
        ("oya", ("auditor",), None),
        ("lale", ("lead",), "kuzey"),
        ("ayse", ("manager",), "kuzey"),
        ("burak", ("manager",), "güney"),
    ):
        hire(bank.database, bank.now, name, *roles, team=team)
    return bank


@pytest.fixture
def enter(staffed):
    """Log in: `enter("ayse")` is a browser of its own on one running site."""
    site = Site(staffed.database, staffed.catalogue, staffed.settings, lambda: staffed.now)
    app = build_app(site)

    def log(name, password=PASSWORD):
        browser = TestClient(app, base_url="http://oncu.test", headers=SAME_SITE, raise_server_exceptions=False)
        return log_in(browser, name, password) if name else browser

    return log


def secret_of(page):
    return re.search(r'class="secret"><code>([^<]+)', page)[1]


def trail(bank, action):
    return bank.rows(f"SELECT actor, object, reason FROM audit WHERE action = '{action}' ORDER BY seq")


def test_a_person_is_added_with_a_password_shown_once_and_chooses_their_own(enter, staffed):
    fields = {"name": "deniz", "display": "Deniz Korkmaz", "role_analyst": "yes", "language": "tr"}
    answer = enter("adem").post("/kisiler", data=fields)
    secret = secret_of(answer.text)
    assert secret not in enter("adem").get("/kisiler/deniz").text
    deniz = enter("deniz", secret)
    assert deniz.get("/clients", follow_redirects=False).headers["location"] == "/hesap/parola"
    assert "yalnız sizin bildiğiniz" in deniz.get("/").text
    changed = deniz.post("/hesap/parola", data={"old": secret, "new": NEW, "again": NEW}, follow_redirects=False)
    assert changed.headers["location"] == "/hesap?yeni=parola"
    assert deniz.get("/clients").status_code == 200
    assert enter("deniz", NEW)


def test_a_password_somebody_else_chose_is_good_for_a_while_only(enter, staffed):
    from datetime import timedelta

    secret = secret_of(enter("adem").post("/kisiler/ayse/parola").text)
    staffed.now += timedelta(hours=73)
    browser = enter("")
    assert browser.post("/giris", data={"name": "ayse", "password": secret}).status_code == 401
    assert "süresi doldu" in enter("adem").get("/kisiler/ayse").text


def test_a_form_that_cannot_be_kept_comes_back_with_what_was_typed(enter):
    answer = enter("adem").post("/kisiler", data={"name": "deniz", "role_manager": "yes", "language": "tr"})
    assert answer.status_code == 400
    assert 'value="deniz"' in answer.text and 'name="role_manager" value="yes" checked' in answer.text


def test_roles_code_and_team_change_together_and_end_the_sessions(enter, staffed):
    ayse = enter("ayse")
    fields = {"display": "Ayşe", "role_lead": "yes", "manager": "", "team": "doğu", "language": "en"}
    assert enter("adem").post("/kisiler/ayse/bilgi", data=fields, follow_redirects=False).status_code == 303
    assert ayse.get("/", follow_redirects=False).headers["location"] == "/giris"
    page = enter("adem").get("/kisiler/ayse").text
    assert 'name="role_lead" value="yes" checked' in page and 'value="doğu"' in page
    assert "team: kuzey -> doğu" in trail(staffed, "person.change")[0][2]


def test_an_account_is_tied_to_the_provider_and_stays_so(enter, staffed):
    fields = {"display": "Ayşe", "role_manager": "yes", "manager": "ayse", "team": "kuzey", "language": "tr"}
    enter("adem").post("/kisiler/ayse/bilgi", data=fields | {"subject": "u-1"})
    enter("adem").post("/kisiler/ayse/bilgi", data=fields)  # without the field, which only a provider brings
    assert staffed.rows("SELECT subject FROM people WHERE name = 'ayse'") == [("u-1",)]
    assert enter("adem").post("/kisiler/burak/bilgi", data=fields | {"subject": "u-1"}).status_code == 400


def test_nobody_changes_what_they_see_themselves(enter, staffed):
    adem = enter("adem")
    fields = {"display": "Adem", "role_admin": "yes", "role_risk": "yes", "language": "tr"}
    answer = adem.post("/kisiler/adem/bilgi", data=fields)
    assert answer.status_code == 400
    assert staffed.rows("SELECT role FROM person_roles WHERE person = 'adem'") == [("admin",)]


def test_the_last_admin_stays(enter):
    answer = enter("adem").post("/kisiler/adem/durum", data={"active": "no"})
    assert (answer.status_code, "tek yönetici" in answer.text) == (400, True)


def test_a_disabled_person_is_out_and_comes_back(enter):
    ayse, adem = enter("ayse"), enter("adem")
    adem.post("/kisiler/ayse/durum", data={"active": "no"})
    assert ayse.get("/", follow_redirects=False).headers["location"] == "/giris"
    adem.post("/kisiler/ayse/durum", data={"active": "yes"})
    assert enter("ayse")


def test_a_lock_is_opened(enter):
    browser = enter("")
    for _ in range(5):
        browser.post("/giris", data={"name": "ayse", "password": "yanlış-parola-1"})
    assert "kilitli" in enter("adem").get("/kisiler/ayse").text
    enter("adem").post("/kisiler/ayse/kilit")
    assert enter("ayse")


@pytest.mark.parametrize(
    "path", ["/kisiler", "/kisiler/ayse", "/portfoyler", "/izinler", "/hesap/neden?person=ayse&client=C1"]
)
def test_an_admin_sees_no_client(enter, path):
    page = enter("adem").get(path)
    assert page.status_code == 200
    assert not [name for name in ("Simya", "Parlak", "Nehir") if name in page.text]


@pytest.mark.parametrize(
    ("name", "path"),
    [("ayse", "/kisiler"), ("lale", "/kisiler/ayse"), ("ayse", "/izinler"), ("adem", "/denetim"), ("oya", "/kisiler")],
)
def test_rooms_of_others_stay_closed(enter, name, path):
    assert enter(name).get(path).status_code == 403


def test_people_are_found_and_taken_home(enter):
    adem = enter("adem")
    page = adem.get("/kisiler?q=AYŞE").text
    assert "/kisiler/ayse" in page and "/kisiler/burak" not in page
    lines = adem.get("/kisiler.csv?role=manager").content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == ["ayse", "burak"]


def test_portfolios_name_codes_that_nobody_has_and_people_without_clients(enter, staffed):
    staffed.add_clients({"client_id": "C7", "legal_name": "Sahipsiz Gıda A.Ş.", "manager": "eski"})
    hire(staffed.database, staffed.now, "zeki", "manager", manager="zk")
    rows = enter("adem").get("/portfoyler.csv").content.decode("utf-8-sig").splitlines()[1:]
    assert rows == [
        "eski;1;;kimsede değil",
        "zk;0;zeki;bu kodla müşteri yok",
        "ayse;2;ayse;tamam",
        "burak;1;burak;tamam",
    ]


def test_own_password_needs_the_old_one_and_ends_other_sessions(enter):
    here, there = enter("ayse"), enter("ayse")
    wrong = {"old": "yanlış-parola-1", "new": NEW, "again": NEW}
    assert here.post("/hesap/parola", data=wrong).status_code == 400
    assert here.post("/hesap/parola", data=wrong | {"old": PASSWORD, "again": "başka"}).status_code == 400
    assert here.post("/hesap/parola", data={"old": PASSWORD, "new": "kısa", "again": "kısa"}).status_code == 400
    before = here.cookies["oncu_session"]
    assert here.post("/hesap/parola", data=wrong | {"old": PASSWORD}).status_code == 200
    assert here.cookies["oncu_session"] != before
    assert there.get("/", follow_redirects=False).headers["location"] == "/giris"


def test_other_sessions_are_listed_and_ended(enter):
    here, there, third = enter("ayse"), enter("ayse"), enter("ayse")
    page = here.get("/hesap").text
    handles = re.findall(r'name="handle" value="(\w+)"', page)
    assert len(handles) == 2 and page.count("bu tarayıcı") == 1
    here.post("/hesap/oturumlar", data={"handle": handles[0]})
    states = [one.get("/", follow_redirects=False).status_code for one in (there, third)]
    assert sorted(states) == [200, 303]
    here.post("/hesap/oturumlar", data={"handle": ""})
    assert [one.get("/", follow_redirects=False).status_code for one in (here, there, third)] == [200, 303, 303]


def test_nobody_ends_the_session_of_another(enter):
    enter("burak")
    ayse, burak = enter("ayse"), enter("burak")
    [handle] = {*re.findall(r'name="handle" value="(\w+)"', burak.get("/hesap").text)}
    ayse.post("/hesap/oturumlar", data={"handle": handle})
    assert handle in burak.get("/hesap").text


def test_a_token_is_shown_once_listed_and_ended(enter, staffed):
    ayse = enter("ayse")
    secret = secret_of(ayse.post("/hesap/jetonlar", data={"purpose": "crm", "days": "30"}).text)
    page = ayse.get("/hesap").text
    assert secret not in page and "crm" in page and "yalnız okur" in page
    assert "crm" in enter("adem").get("/kisiler/ayse").text
    ayse.post("/hesap/jetonlar/bitir", data={"purpose": "crm"})
    assert "Açık jeton yok" in ayse.get("/hesap").text


@pytest.mark.parametrize("fields", [{"purpose": "", "days": "3"}, {"purpose": "x", "days": "0"}, {"days": "٣"}])
def test_a_token_without_purpose_or_days_is_refused(enter, staffed, fields):
    assert enter("ayse").post("/hesap/jetonlar", data=fields).status_code == 400
    assert staffed.rows("SELECT * FROM api_tokens") == []


def test_language_and_keys_are_kept(enter):
    ayse = enter("ayse")
    assert "The language was saved." in ayse.post("/hesap/dil", data={"language": "en"}).text
    ayse.post("/hesap/tuslar", data={"keys": "off"})
    assert ayse.cookies["keys"] == "off"
    assert '<option value="off" selected>' in ayse.get("/hesap").text


def test_the_page_of_a_client_leads_to_why_it_is_seen(enter):
    ayse = enter("ayse")
    assert "/hesap/neden?client=C1" in ayse.get("/clients/C1").text
    assert "kendi portföyünde (ayse)" in ayse.get("/hesap/neden?client=C1").text


@pytest.mark.parametrize("client", MISSING)
def test_a_client_of_others_sounds_like_one_that_does_not_exist(enter, client):
    ayse = enter("ayse")
    of_others, missing = (ayse.get("/hesap/neden", params={"client": one}).text for one in ("C3", client))
    assert "Böyle bir müşteri yok ya da sizin değil" in of_others
    assert of_others.count("<li>") == missing.count("<li>")


def test_only_admins_and_auditors_ask_of_others(enter, staffed):
    asked = "/hesap/neden?client=C1&person=ayse"
    assert "kendi portföyünde" not in enter("burak").get(asked).text
    for name in ("adem", "oya"):
        assert "kendi portföyünde (ayse)" in enter(name).get(asked).text
    assert trail(staffed, "sight.view") == [("adem", "ayse C1", None), ("oya", "ayse C1", None)]


def test_an_absence_lets_the_deputy_see_the_portfolio_until_it_is_taken_back(enter, staffed):
    lale, burak = enter("lale"), enter("burak")
    assert burak.get("/clients/C1").status_code == 404
    days = {"first": "2026-03-02", "last": "2026-03-06"}
    lale.post("/izinler", data={"manager": "ayse", "deputy": "burak"} | days)
    assert burak.get("/clients/C1").status_code == 200
    assert "son gün 06.03.2026" in burak.get("/hesap/neden?client=C1").text
    key = re.search(r"/izinler/(\w+)/kaldir", lale.get("/izinler").text)[1]
    lale.post(f"/izinler/{key}/kaldir")
    assert burak.get("/clients/C1").status_code == 404


def test_a_lead_notes_absences_of_the_own_team_only(enter, staffed):
    lale = enter("lale")
    page = lale.get("/izinler").text
    assert "<option>ayse</option>" in page and "<option>burak</option>" not in page
    answer = lale.post(
        "/izinler", data={"manager": "burak", "deputy": "ayse", "first": "2026-03-02", "last": "2026-03-06"}
    )
    assert answer.status_code == 400 and staffed.rows("SELECT * FROM absences") == []


def test_without_accounts_the_account_page_says_how_to_begin(bank):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now)
    browser = TestClient(build_app(site), base_url="http://oncu.test")
    assert "--role admin" in browser.get("/hesap").text
    assert "her müşteriyi görür" in browser.get("/hesap/neden?client=C1").text
