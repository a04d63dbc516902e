"""Writing down what was done about a client: who may, what is kept, how it is taken back, and who counts it."""

from datetime import timedelta

import pytest

from oncu.signals.score.ledger import read_ledger
from oncu.storage.acts import acts_of
from oncu.storage.audit import find_broken_link
from oncu.storage.outcomes import load_actions, load_offers, offer_of_id

from .worked import NOW, Worked

VISIT = {"kind": "visit", "acted_on": "2026-03-02", "note": "Fabrikayı gezdik."}
OFFER = {
    "product": "İşletme kredisi",
    "amount": "1.250.000",
    "tenor_months": "12",
    "price": "41,5",
    "cost": "38",
    "offered_on": "2026-03-01",
}
EMPTY = {"back": ""}
LOST = {
    "status": "lost",
    "decided_on": "2026-03-02",
    "loss_reason": "price",
    "loss_reason_source": "client",
    "winner": "Sarnıç Bank",
    "rival_price": "39,75",
}
TIP = {"said": "Konkordato ilan etmeye hazırlanıyorlarmış.", "origin": "customer", "heard_on": "2026-03-01"}


def actions(worked: Worked):
    with worked.database.read() as connection:
        return load_actions(connection, worked.now)


def the_offer(worked: Worked):
    with worked.database.read() as connection:
        (found,) = load_offers(connection, worked.now)
        return found


def test_visit_because_of_an_alert_is_the_row_an_import_makes(worked):
    key, alert = worked.alert_of("C1")
    answer = worked.enter("ayse").post("/clients/C1/eylem", data=VISIT | {"alert": key, "back": f"/alerts/{key}"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{key}#eylemler")
    (made,) = actions(worked)
    assert (made.client_id, made.kind, made.signal_id) == ("C1", "visit", alert.signal_id)
    assert (made.note, made.acted_at, made.arm, made.propensity) == ("Fabrikayı gezdik.", worked.now, None, None)
    assert worked.said("SELECT made_by, recorded_at IS NULL FROM actions") == [("ayse", 0)]


def test_visit_of_an_earlier_day_is_known_from_today(worked):
    worked.enter("ayse").post("/clients/C1/eylem", data=VISIT | {"acted_on": "2026-02-20"})
    (made,) = actions(worked)
    assert worked.now - made.acted_at == timedelta(days=10)
    with worked.database.read() as connection:
        assert load_actions(connection, worked.now - timedelta(minutes=1)) == []


def test_the_same_form_sent_twice_is_one_visit(worked):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/eylem", data=VISIT)
    worked.now += timedelta(seconds=20)
    browser.post("/clients/C1/eylem", data=VISIT)
    assert len(actions(worked)) == 1
    worked.now += timedelta(minutes=5)
    browser.post("/clients/C1/eylem", data=VISIT)
    assert len(actions(worked)) == 2


def test_act_stands_on_both_pages_with_its_reason_and_its_way_back(worked):
    key, _ = worked.alert_of("C1")
    browser = worked.enter("ayse")
    browser.post("/clients/C1/eylem", data=VISIT | {"alert": key})
    browser.post("/clients/C1/eylem", data=VISIT | {"kind": "call", "note": ""})
    for path in ("/clients/C1", f"/alerts/{key}"):
        page = browser.get(path).text
        assert "Fabrikayı gezdik." in page and "Kaydedildi" in page and page.count("Geri al") == 2
        assert "1 ziyaret (1 uyarı üzerine, 0 uyarısız)" in page and "1 telefon (0 uyarı üzerine, 1 uyarısız)" in page
    assert "Ziyaret: Fabrikayı gezdik." in browser.get("/clients/C1/gecmis.csv").text


def test_what_is_taken_back_is_gone_from_now_on_and_stays_in_the_trail(worked):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/eylem", data=VISIT)
    ((key,),) = worked.said("SELECT id FROM actions")
    written = worked.now
    worked.now += timedelta(minutes=10)
    assert browser.post(f"/eylemler/{key}/geri", data=EMPTY).status_code == 303
    with worked.database.read() as connection:
        assert load_actions(connection, worked.now) == [] == acts_of(connection, "C1", worked.now)
        assert len(load_actions(connection, written)) == 1
        assert find_broken_link(connection) is None
    told = [action for (action,) in worked.said("SELECT action FROM audit WHERE action LIKE 'act.%' ORDER BY seq")]
    assert told == ["act.visit", "act.take_back"]
    assert browser.post(f"/eylemler/{key}/geri", data=EMPTY).status_code == 404


def test_only_the_writer_takes_back_and_only_for_a_day(worked):
    worked.enter("ayse").post("/clients/C1/eylem", data=VISIT)
    ((key,),) = worked.said("SELECT id FROM actions")
    assert worked.enter("lale").post(f"/eylemler/{key}/geri", data=EMPTY).status_code == 404
    worked.now += timedelta(hours=25)
    answer = worked.enter("ayse").post(f"/eylemler/{key}/geri", data=EMPTY)
    assert answer.status_code == 400 and "bir günden" in answer.text
    assert len(actions(worked)) == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"acted_on": "2026-03-09"}, "gelmedi"),
        ({"acted_on": "2019-03-01"}, "yıldan"),
        ({"acted_on": ""}, "boş"),
        ({"acted_on": "dün"}, "tarih değil"),
        ({"kind": "dans"}, "bilinmiyor"),
        ({"note": "x" * 2001}, "2001"),
    ],
)
def test_refused_act_comes_back_with_what_was_typed(worked, changed, told):
    typed = VISIT | {"note": "Uzun konuştuk"} | changed
    answer = worked.enter("ayse").post("/clients/C1/eylem", data=typed)
    assert answer.status_code == 400 and told in answer.text and "Kaydedilmedi" in answer.text
    assert typed["note"] in answer.text
    assert actions(worked) == []


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("ayse", "visit", 303),
        ("lale", "call", 303),
        ("rana", "visit", 303),
        ("rana", "limit_cut", 303),
        ("ayse", "limit_cut", 403),
        ("burak", "visit", 404),
        ("nil", "visit", 403),
    ],
)
def test_who_may_write_what(worked, name, kind, status):
    answer = worked.enter(name).post("/clients/C1/eylem", data=VISIT | {"kind": kind})
    assert answer.status_code == status
    assert len(actions(worked)) == (status == 303)


def test_reason_must_be_an_alert_of_the_client(worked):
    foreign, _ = worked.alert_of("C3")
    assert worked.enter("ayse").post("/clients/C1/eylem", data=VISIT | {"alert": foreign}).status_code == 404
    assert actions(worked) == []


def test_risk_logs_how_far_a_limit_was_cut(worked):
    form = {"kind": "limit_cut", "acted_on": "2026-03-02", "amount": "500.000", "note": "Komite kararı"}
    worked.enter("rana").post("/clients/C1/eylem", data=form)
    (made,) = actions(worked)
    assert (made.kind, made.amount) == ("limit_cut", 500_000)
    assert read_ledger(worked.database, NOW.date()).actions == (made,)
    (limit,) = worked.said("SELECT \"limit\" FROM clients WHERE client_id = 'C1'")
    assert limit == (None,)


def test_offer_is_kept_with_its_signal_and_counts_as_a_meeting(worked):
    key, alert = worked.alert_of("C1")
    worked.enter("ayse").post("/clients/C1/teklif", data=OFFER | {"alert": key, "offer_id": "T-9"})
    made = the_offer(worked)
    assert (made.offer_id, made.status, made.signal_id, made.signal_led) == ("T-9", "open", alert.signal_id, True)
    assert (made.amount, made.price, made.cost, made.floor, made.manager) == (1_250_000, 41.5, 38, None, "ayse")
    assert [(one.kind, one.signal_id) for one in actions(worked)] == [("offer", alert.signal_id)]


def test_offer_without_a_number_gets_one_and_sent_twice_is_one(worked):
    browser = worked.enter("ayse")
    for _ in range(2):
        assert browser.post("/clients/C1/teklif", data=OFFER).status_code == 303
    assert the_offer(worked).offer_id.startswith("S260302-") and len(actions(worked)) == 1


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"amount": "çok"}, "amount", "sayı değil"),
        ({"amount": "0"}, "amount", "0"),
        ({"price": ""}, "price", "boş"),
        ({"tenor_months": "on iki"}, "tenor_months", "sayı değil"),
        ({"offer_id": "T-1"}, "offer_id", "başka bir teklifin"),
    ],
)
def test_refused_offer_says_by_the_field_what_is_wrong(worked, changed, field, told):
    browser = worked.enter("ayse")
    browser.post("/clients/C2/teklif", data=OFFER | {"offer_id": "T-1"})
    answer = browser.post("/clients/C1/teklif", data=OFFER | changed)
    marked = answer.text.split(f'id="offer-{field}-wrong">')[1].split("<")[0]
    assert answer.status_code == 400 and told in marked and "İşletme kredisi" in answer.text
    with worked.database.read() as connection:
        assert [one.client_id for one in load_offers(connection, worked.now)] == ["C2"]


def test_lost_offer_is_told_by_the_offers_report(worked, oncu, monkeypatch):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    assert browser.post("/teklifler/T-1/sonuc", data=LOST).status_code == 303
    monkeypatch.setenv("ONCU_DATABASE_URL", str(worked.database.engine.url))
    said = oncu("offers", "report", "--as-of", "2026-03-02")
    assert said.code == 0 and "Sarnıç Bank" in said.out and "fiyat" in said.out


def test_the_end_of_an_offer_is_kept_whole_and_can_be_corrected(worked):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    browser.post("/teklifler/T-1/sonuc", data=LOST)
    lost = the_offer(worked)
    assert (lost.status, lost.loss_reason, lost.loss_reason_source) == ("lost", "price", "client")
    assert (lost.winner, lost.rival_price, lost.rival_price_source) == ("Sarnıç Bank", 39.75, "client")
    form = browser.get("/teklifler/T-1").text.split('class="act closing"')[1]
    assert 'value="2026-03-02"' in form and 'value="39,75"' in form and 'value="Sarnıç Bank"' in form
    assert '<option value="price" selected>' in form and '<option value="client" selected>' in form
    browser.post("/teklifler/T-1/sonuc", data={"status": "won", "decided_on": "2026-03-02", "loss_reason": "price"})
    won = the_offer(worked)
    assert (won.status, won.loss_reason, won.winner, won.rival_price) == ("won", None, None, None)
    browser.post("/teklifler/T-1/sonuc", data={"status": "open"})
    assert (the_offer(worked).status, the_offer(worked).decided_at) == ("open", None)
    ends = worked.said("SELECT before_digest <> after_digest FROM audit WHERE action = 'offer.close'")
    assert ends == [(1,)] * 3


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"status": ""}, "nasıl bittiğini"),
        ({"loss_reason": ""}, "boş"),
        ({"decided_on": "2026-02-01"}, "önce"),
        ({"rival_price": "ucuz"}, "sayı değil"),
    ],
)
def test_refused_end_comes_back_with_what_was_typed(worked, changed, told):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    answer = browser.post("/teklifler/T-1/sonuc", data=LOST | changed)
    assert answer.status_code == 400 and told in answer.text and "Sarnıç Bank" in answer.text
    assert the_offer(worked).status == "open"


def test_open_offers_wait_in_order_and_only_before_their_own_people(worked):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    browser.post("/clients/C2/teklif", data=OFFER | {"offer_id": "T-2", "offered_on": "2026-02-01"})
    page = browser.get("/teklifler/acik").text
    assert page.index("T-2") < page.index("T-1") and "29 gündür açık" in page
    assert "T-2" in browser.get("/teklifler/acik.csv").text
    other = worked.enter("burak")
    assert "T-1" not in other.get("/teklifler/acik").text
    for path in ("/teklifler/T-1/sonuc", "/teklifler/T-1/geri"):
        assert other.post(path, data=LOST).status_code == 404
    browser.post("/teklifler/T-2/sonuc", data=LOST)
    assert "T-2" not in browser.get("/teklifler/acik").text


def test_offer_taken_back_is_in_no_list_and_may_be_made_again(worked):
    browser = worked.enter("ayse")
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    assert "Geri al" in browser.get("/teklifler/T-1").text
    assert browser.post("/teklifler/T-1/geri", data=EMPTY).status_code == 303
    assert actions(worked) == [] and browser.get("/teklifler/T-1").status_code == 404
    browser.post("/clients/C1/teklif", data=OFFER | {"offer_id": "T-1"})
    with worked.database.read() as connection:
        assert offer_of_id(connection, "T-1", worked.now) is not None


def test_contacts_are_counted_by_manager_both_ways_for_those_who_see_them(worked):
    key, _ = worked.alert_of("C1")
    browser = worked.enter("ayse")
    browser.post("/clients/C1/eylem", data=VISIT | {"alert": key})
    browser.post("/clients/C2/eylem", data=VISIT | {"kind": "call"})
    worked.enter("burak").post("/clients/C3/eylem", data=VISIT)
    rows = worked.enter("lale").get("/eylemler.csv").text.splitlines()
    assert rows[1:] == ["ayse;1;0;0;1;0,5"]
    assert len(worked.enter("rana").get("/eylemler.csv").text.splitlines()) == 4
    worked.now += timedelta(days=40)
    assert "yazılmış ziyaret ya da telefon yok" in worked.enter("lale").get("/eylemler?days=30").text


def test_pages_speak_english(worked):
    browser = worked.enter("ayse", "en")
    answer = browser.post("/clients/C1/eylem", data=VISIT | {"acted_on": "2026-03-09"})
    assert "that day is still to come" in answer.text and "Log a visit or call" in answer.text
