"""Single routing rules as forms: what a form sends becomes the same rules, checked, kept with a reason."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from oncu.signals.flow.routing import current_plan
from oncu.signals.web.app import build_app
from oncu.signals.web.rule_form import fields_of, plain_plan, written
from oncu.signals.web.site import Site

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(bank):
    site = Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now, actor="ali")
    return TestClient(build_app(site), base_url="http://oncu.test", headers=OWN, raise_server_exceptions=False)


def plan_of(bank):
    with bank.database.read() as connection:
        return current_plan(connection, bank.settings, bank.types)


def names(bank):
    return [rule.name for rule in plan_of(bank).rules]


def faults_of(answer):
    found = re.search(r'role="alert".*?</div>', answer.text, re.S)
    return unescape(found[0]) if found else ""


def test_every_rule_sent_as_it_stands_changes_no_rule(bank, browser):
    before = plan_of(bank)
    for rule in before.rules:
        answer = browser.post(f"/yonlendirme/kural/{rule.name}", data=fields_of(rule) | {"reason": "deneme"})
        assert answer.status_code == 200, faults_of(answer)
    assert plan_of(bank) == before
    assert bank.rows("SELECT count(*) FROM routing_versions") == [(len(before.rules),)]


def test_a_changed_deadline_is_in_force(bank, browser):
    form = fields_of(plan_of(bank).rule("severe")) | {"deadline": "2h", "reason": "daha hızlı"}
    browser.post("/yonlendirme/kural/severe", data=form)
    assert plan_of(bank).rule("severe").deadline.total_seconds() == 7200
    assert 'value="2h"' in browser.get("/yonlendirme/kural/severe").text


def test_a_new_rule_stands_first_and_can_be_moved_and_removed(bank, browser):
    form = {"name": "big", "title_tr": "Büyükler", "title_en": "Large ones", "size.large": "1", "side": "risk"}
    form |= {"whom.owner": "1", "channel.digest": "1", "deadline": "8h", "steps_tr": "Arayın.", "reason": "yeni"}
    before = names(bank)
    assert browser.post("/yonlendirme/kural/yeni", data=form).status_code == 200
    assert names(bank) == ["big", *before]
    assert plan_of(bank).rule("big").steps[0].en == "Arayın."
    browser.post("/yonlendirme/kural/big/asagi", data={"reason": ""})
    assert names(bank)[:2] == [before[0], "big"]
    browser.post("/yonlendirme/kural/big/sil", data={"reason": ""})
    assert names(bank) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"deadline": "yarın"}, "deadline"),
        ({"level": "çok"}, "level"),
        ({"reason": ""}, "Gerekçe"),
        ({"whom.owner": None, "whom.risk_desk": None, "whom.deputy": None}, "whom"),
    ],
)
def test_faults_come_back_with_what_was_typed(bank, browser, changed, said):
    form = fields_of(plan_of(bank).rule("severe")) | {"title_tr": "Pek ağır", "reason": "deneme"} | changed
    answer = browser.post("/yonlendirme/kural/severe", data={key: one for key, one in form.items() if one is not None})
    assert answer.status_code == 422 and said in faults_of(answer) and "Pek ağır" in answer.text
    assert bank.rows("SELECT count(*) FROM routing_versions") == [(0,)]


def test_the_last_rule_cannot_be_removed_and_it_is_said_why(bank, browser):
    answer = browser.post("/yonlendirme/kural/rest/sil", data={"reason": ""})
    assert answer.status_code == 400 and "rest" not in names(bank)[:-1]


def test_rules_written_as_text_are_the_same_rules(bank):
    from pathlib import Path

    from oncu.config.routing import read_routing

    plan = plan_of(bank)
    assert read_routing(written(plain_plan(plan)), Path("routing")) == plan
