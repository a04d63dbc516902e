"""Field tips: read by those who see the client and by nobody else, and classified like any news."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.signals.flow.contagion import severe_risks
from oncu.signals.flow.risks import read_risks
from oncu.storage.outcomes import save_relations

from .conftest import shipped_types
from .worked import Worked

TIP = {"said": "Konkordato ilan etmeye hazırlanıyorlarmış.", "origin": "customer", "heard_on": "2026-03-01"}
HEARD = "hazırlanıyorlarmış"


def write(worked: Worked, client: str = "C1", name: str = "ayse", **changed: str):
    return worked.enter(name).post(f"/clients/{client}/saha-notu", data=TIP | changed)


def test_tip_is_read_at_once_by_those_who_see_the_client_and_by_nobody_else(worked):
    assert write(worked).status_code == 303
    for name in ("ayse", "lale", "rana"):
        page = worked.enter(name).get("/clients/C1").text
        assert HEARD in page and "bir müşterisinden" in page
    assert worked.enter("burak").get("/clients/C1").status_code == 404
    seen = [worked.enter(name).get("/clients/C3").text for name in ("burak", "rana")]
    assert not any(HEARD in page for page in seen)


def test_tip_goes_through_the_tagger_and_alerts_like_any_news(worked):
    write(worked)
    worked.run()
    ((key,),) = worked.said("SELECT id FROM alerts WHERE client_id = 'C1' AND type = 'insolvency'")
    page = worked.enter("ayse").get(f"/alerts/{key}").text
    assert "Saha notu" in page and HEARD in page
    assert worked.said(
        "SELECT source, category, origin FROM signals WHERE type = 'insolvency' AND client_id = 'C1'"
    ) == [("saha-notu", "tip", "customer")]
    assert worked.enter("burak").get(f"/alerts/{key}").status_code == 404


def test_client_named_beside_in_a_tip_does_not_come_to_know_it(worked):
    write(worked, said="Nehir Kimya'ya borcunu ödeyemiyor, konkordato ilan edecekmiş. Bulut Cam A.Ş. de bekliyor.")
    worked.run()
    about = (
        "SELECT DISTINCT m.client_id FROM mentions m JOIN documents d ON d.id = m.document_id WHERE category = 'tip'"
    )
    assert worked.said(about) == [("C1",)]
    assert worked.said("SELECT count(*) FROM prospect_mentions") == [(0,)]


def test_tip_of_one_client_reaches_no_other_over_their_ties(worked):
    tie = {"client_id": "C3", "other_id": "C1", "kind": "parent", "share": 0.9}
    with worked.database.write() as connection:
        save_relations(connection, [tie], worked.now)
    write(worked)
    worked.run()
    assert worked.said("SELECT count(*) FROM signals WHERE type = 'contagion' AND client_id = 'C3'") == [(0,)]


def test_public_news_of_what_a_tip_told_first_does_reach_others(make_signal, now):
    types = shipped_types()
    tip = make_signal(type="insolvency", id="a", category="tip")
    news = replace(tip, id="b", category="news", known_at=now + timedelta(days=1))
    rule = types["contagion"].contagion
    private = severe_risks(read_risks([tip], {}), types, rule, now)
    public = severe_risks(read_risks([tip, news], {}), types, rule, now)
    assert (private, [risk.signal.id for risk in public]) == ([], ["b"])


def test_personal_data_of_a_tip_is_masked_before_it_is_kept(worked):
    write(worked, said="Muhasebeci 0532 123 45 67 numarasından aradı, konkordato ilan edeceklermiş.")
    ((body,),) = worked.said("SELECT body FROM texts t JOIN documents d ON d.id = t.document_id WHERE category = 'tip'")
    assert "123 45" not in body and "konkordato" in body


def test_tip_is_taken_back_by_its_writer_until_it_is_read(worked):
    write(worked)
    ((key,),) = worked.said("SELECT id FROM documents WHERE category = 'tip'")
    assert worked.enter("lale").post(f"/saha-notlari/{key}/geri", data={"back": ""}).status_code == 404
    assert worked.enter("burak").post(f"/saha-notlari/{key}/geri", data={"back": ""}).status_code == 404
    assert worked.enter("ayse").post(f"/saha-notlari/{key}/geri", data={"back": ""}).status_code == 303
    assert HEARD not in worked.enter("ayse").get("/clients/C1").text
    worked.run()
    assert worked.said("SELECT count(*) FROM signals WHERE category = 'tip'") == [(0,)]


def test_tip_that_was_read_stays(worked):
    write(worked)
    worked.run()
    ((key,),) = worked.said("SELECT id FROM documents WHERE category = 'tip'")
    answer = worked.enter("ayse").post(f"/saha-notlari/{key}/geri", data={"back": ""})
    assert answer.status_code == 400 and "uyarısını reddedin" in answer.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"said": " "}, 400), ({"origin": "Ahmet Bey"}, 400), ({"heard_on": "2026-04-01"}, 400), ({}, 303)],
)
def test_tip_needs_its_words_and_says_in_general_from_whom(worked, changed, status):
    assert write(worked, **changed).status_code == status
    assert worked.said("SELECT count(*) FROM documents WHERE category = 'tip'") == [(int(status == 303),)]


def test_the_same_words_of_a_day_are_one_tip(worked):
    for _ in range(2):
        write(worked)
        worked.now += timedelta(seconds=5)
    assert worked.said("SELECT count(*) FROM documents WHERE category = 'tip'") == [(1,)]


def test_trail_does_not_tell_what_a_tip_says(worked):
    write(worked)
    assert HEARD not in str(worked.said("SELECT * FROM audit"))
    assert [row[0] for row in worked.said("SELECT action FROM audit WHERE action LIKE 'tip.%'")] == ["tip.write"]
