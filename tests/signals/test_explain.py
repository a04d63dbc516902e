"""Why an alert exists."""

import json
from datetime import timedelta

import pytest

from oncu.config.problems import Problem
from oncu.signals.faces.explain import explain_alert, explain_lines
from oncu.signals.words import load_words

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
DAY = timedelta(days=1)


@pytest.fixture
def alert_id(bank):
    bank.see(LAWSUIT, url="javascript:alert(1)")
    bank.see("Simya İlaç yeni fabrika kuruyor")
    bank.run()
    return bank.rows("SELECT id FROM alerts WHERE type = 'lawsuit'")[0][0]


def explain(bank, start):
    return explain_alert(bank.database, start, bank.settings, bank.catalogue)


def lines(bank, start, language="en"):
    return "\n".join(explain_lines(explain(bank, start), load_words(language, "Europe/Istanbul")))


def test_an_alert_is_found_by_the_beginning_of_its_id(bank, alert_id):
    assert explain(bank, alert_id[:8].upper())["alert"]["id"] == alert_id


def test_an_explanation_holds_the_words_the_name_and_the_arithmetic(bank, alert_id):
    found = explain(bank, alert_id)
    (evidence,) = found["evidence"]
    assert evidence["quote"] == LAWSUIT and "davası açtı" in evidence["tag_reason"] and evidence["mention_reason"]
    assert found["alert"]["reason"].startswith("probability ")


@pytest.mark.parametrize(
    ("language", "line"), [("tr", "veriler   12.500.000 TRY · 03.04.2026 · Bursa"), ("en", "facts     12,500,000 TRY")]
)
def test_an_explanation_shows_what_the_sentence_states(bank, language, line):
    bank.see("Simya İlaç'a 03.04.2026 tarihinde Bursa'da 12,5 milyon lira idari para cezası kesildi")
    bank.run()
    ((penalty,),) = bank.rows("SELECT id FROM alerts")
    assert line in lines(bank, penalty, language)


def test_an_explanation_names_what_else_is_open(bank, alert_id):
    assert explain(bank, alert_id)["also_open"] == ["opportunity:plant_expansion"]


def test_an_explanation_shows_the_level_step_by_step(bank, alert_id, now):
    bank.see("Simya İlaç'a patent davası açıldığı iddiası yalanlandı", at=now + DAY)
    bank.run(now + DAY)
    assert [step["kind"] for step in explain(bank, alert_id)["level"]] == ["raise", "withdraw"]


def test_an_explanation_is_json(bank, alert_id):
    assert json.loads(json.dumps(explain(bank, alert_id), default=str))["client"]["client_id"] == "C1"


@pytest.mark.parametrize("start", ["ffff", "", "%", "_", "x' OR 1=1 --", "😀", "İ"])
def test_an_id_nobody_has_is_a_problem(bank, alert_id, start):
    with pytest.raises(Problem, match="no alert has an id that begins with"):
        explain(bank, start)


def test_an_ambiguous_id_asks_for_more_of_it(bank, now):
    rows = [{"client_id": f"K{n}", "legal_name": f"Deneme{n} Kimya A.Ş."} for n in range(17)]
    bank.add_clients(*rows)
    for n in range(17):
        bank.see(f"Deneme{n} Kimya konkordato ilan etti, mahkeme {n + 1} ay süre verdi")
    bank.run()
    ids = [found for (found,) in bank.rows("SELECT id FROM alerts")]
    start = max({i[0] for i in ids}, key=lambda digit: sum(i.startswith(digit) for i in ids))
    with pytest.raises(Problem, match=f"alerts begin with '{start}'; write more of the id: {start}"):
        explain(bank, start)


def test_a_type_that_is_gone_is_named_by_its_code(bank, alert_id):
    del bank.types["lawsuit"]
    assert "lawsuit" in lines(bank, alert_id)


def test_an_address_that_is_no_web_address_is_not_shown(bank, alert_id):
    assert "javascript" not in lines(bank, alert_id)
