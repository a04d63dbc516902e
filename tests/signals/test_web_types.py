"""Signal types on the pages: read, tried, put in force with a reason, and taken back; faults never get through."""

import re

import pytest
from fastapi.testclient import TestClient

from oncu.signals.flow.taxonomy import in_force, write_type
from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site

from .staff import hire, log_in

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(bank):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ali")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


def form_of(browser, code):
    """What the form of a type would send as it stands."""
    page = browser.get(f"/turler/{code}").text
    fields = dict(re.findall(r'<input name="(\w+)" value="([^"]*)"', page))
    fields |= {
        key: unescape(text)
        for key, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    }
    return {key: unescape(value) for key, value in fields.items()} | {
        "side": re.search(r'value="(\w+)" selected', page)[1]
    }


def unescape(text):
    from html import unescape as plain

    return plain(text)


def test_a_form_sent_as_it_stands_changes_nothing_but_the_version(bank, browser):
    form = form_of(browser, "insolvency")
    answer = browser.post("/turler/insolvency", data=form | {"reason": "deneme"})
    assert answer.status_code == 200 and "Sürüm 1" in answer.text, re.findall(r"<bdi>(.*?)</bdi>", answer.text)[:9]
    kept = in_force(bank.database, bank.catalogue).types["insolvency"]
    assert kept == bank.catalogue.types["insolvency"]
    assert bank.rows("SELECT action, actor FROM audit WHERE action = 'type.save'") == [("type.save", "ali")]


def test_a_changed_type_is_in_force_and_its_earlier_state_can_come_back(bank, browser):
    form = form_of(browser, "lawsuit") | {"severity": "0,9", "title_tr": "Mahkeme işi", "reason": "ağırlık arttı"}
    assert browser.post("/turler/lawsuit", data=form).status_code == 200
    assert in_force(bank.database, bank.catalogue).types["lawsuit"].severity == 0.9
    assert "Mahkeme işi" in browser.get("/turler").text
    browser.post("/turler/lawsuit/0/geri-al")
    assert in_force(bank.database, bank.catalogue).types["lawsuit"] == bank.catalogue.types["lawsuit"]
    assert "restored version 0" in browser.get("/turler/lawsuit").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"severity": "çok"}, "severity"),
        ({"severity": "3"}, "severity"),
        ({"cues": "- {pattern: ["}, "İpuçları okunamadı"),
        ({"cues": '- {pattern: "zzzz", p: 0.9}'}, "examples"),
        ({"muted_by": "yok_boyle"}, "yok_boyle"),
        ({"examples_tr_holds": "Tek cümle."}, "examples"),
        ({"reason": "  "}, "Gerekçe"),
    ],
)
def test_faults_are_named_what_was_typed_stays_and_nothing_changes(bank, browser, changed, said):
    answer = browser.post("/turler/lawsuit", data=form_of(browser, "lawsuit") | {"reason": "deneme"} | changed)
    assert answer.status_code == 422
    assert said in re.search(r'role="alert".*?</div>', answer.text, re.S)[0]
    assert bank.rows("SELECT count(*) FROM type_versions") == [(0,)]


def test_a_trial_says_what_would_change_and_keeps_nothing(bank, browser):
    bank.see("Çınarlı Boya hakkında soruşturma başlatıldı")
    bank.see("Parlak Telekom zzortaya çıktı")
    form = form_of(browser, "lawsuit")
    answer = browser.post(
        "/turler/lawsuit/dene", data=form | {"cues": form["cues"] + '- {pattern: "zzortaya", p: 0.9}'}
    )
    assert "Eklenecek olanlar" in answer.text and "zzortaya çıktı" in answer.text
    assert bank.rows("SELECT count(*) FROM type_versions") == [(0,)]


def test_a_new_type_is_read_from_the_next_document_on(bank, browser):
    form = {"code": "award", "side": "opportunity", "outcome": "sale", "title_tr": "Ödül", "title_en": "Award"}
    form |= {"definition_tr": "Firma bir ödül aldı.", "definition_en": "The firm won an award."}
    form |= {"talking_point_tr": "Kutlarız.", "talking_point_en": "Congratulations."}
    form |= {"horizon_days": "90", "merge_days": "30", "half_life_days": "90", "severity": "0.3", "threshold": "0.5"}
    form |= {
        "alert_after": "1",
        "cues": '- {pattern: "odul* ~2 (al|kazan)*", p: 0.8}\n- {pattern: "won ~3 award*", p: 0.8, language: en}',
    }
    form |= {"examples_tr_holds": "Akasya Cam ödül aldı.\nBorusan ödülü kazandı.\nLale Un yılın ödülünü aldı."}
    form |= {"examples_tr_fails": "Ödül töreni ertelendi.\nAkasya Cam ödül verdi.\nÖdüllü film gösterimde."}
    form |= {"examples_en_holds": "Acacia Glass won an award.", "examples_en_fails": "The award was postponed."}
    answer = browser.post("/turler/yeni", data=form | {"reason": "ödüller fırsattır"})
    assert answer.status_code == 200, re.findall(r"<bdi>(.*?)</bdi>", answer.text)[:5]
    assert in_force(bank.database, bank.catalogue).types["award"].title.tr == "Ödül"


def test_only_analysts_change_types(bank):
    for name, role in (("ali", "analyst"), ("ayse", "manager")):
        hire(bank.database, bank.now, name, role)
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now)
    manager = TestClient(build_app(site), base_url="https://oncu.test", headers=OWN)
    log_in(manager, "ayse")
    assert manager.get("/turler").status_code == 403
    assert manager.post("/turler/lawsuit", data={"reason": "x"}).status_code == 403


def test_a_type_written_as_yaml_is_read_back_the_same(bank):
    from oncu.config.load import read_signal_type

    for code, spec in bank.types.items():
        assert read_signal_type(code, write_type(spec)) == spec
