"""Etiketleme: what is asked, that every answer is kept and can be taken back, and how people are compared."""

from datetime import UTC, datetime, timedelta

import pytest

from oncu.signals.learning.asking import fill_candidates, next_questions
from oncu.signals.learning.calibration import calibrate, kappa_of
from oncu.signals.learning.letters import letters_of
from oncu.storage.candidates import Nearness, add_candidates
from oncu.storage.labels import Label, load_labels, save_labels

from .staff import enter_as, hire

STRIKE = "Simya İlaç işçileri greve çıktı"
LAYOFFS = "Parlak Telekom 200 kişiyi işten çıkardı"
PLAIN = "Nehir Kimya yeni logosunu tanıttı"
AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def heard(bank):
    """A bank that read three texts, and two analysts."""
    for title in (STRIKE, LAYOFFS, PLAIN):
        bank.see(title)
    bank.run()
    for name in ("ece", "can"):
        hire(bank.database, bank.now, name, "analyst")
    hire(bank.database, bank.now, "ayse", "manager")
    return bank


@pytest.fixture
def enter(heard):
    """The pages as one of the bank's people sees them."""

    def come(name):
        return enter_as(heard, name)

    return come


def asked(page):
    """The mention a page asks about."""
    return page.text.split('data-item="')[1].split('"')[0]


def answers(bank):
    with bank.database.read() as connection:
        return [(x.mention_id, x.labeller, x.holds, x.noise, x.is_unsure) for x in load_labels(connection)]


def give(browser, item, choice, **more):
    return browser.post("/etiketleme/yanit", data={"belge": item, "choice": choice} | more, follow_redirects=False)


def test_the_page_asks_about_one_client_and_hides_the_guess(enter):
    page = enter("ece").get("/etiketleme")
    assert page.text.count('id="question"') == 1 and "<mark>" in page.text and "<kbd>3</kbd> İlgisiz" in page.text
    assert "Model:" not in page.text and 'value="none"' in page.text


def test_the_guess_is_shown_once_the_question_is_answered(heard, enter):
    browser = enter("ece")
    for _ in range(3):
        give(browser, asked(browser.get("/etiketleme")), "strike")
    assert "Model:" in browser.get("/etiketleme").text


def test_an_answer_is_kept_before_another_page_is_asked_for(heard, enter):
    browser = enter("ece")
    item = asked(browser.get("/etiketleme"))
    kept = give(browser, item, "none")
    assert (kept.status_code, kept.headers["location"]) == (303, "/etiketleme")
    assert answers(heard) == [(item, "ece", (), None, False)]


def test_the_same_question_stays_until_it_is_answered(enter):
    browser = enter("ece")
    assert asked(browser.get("/etiketleme")) == asked(browser.get("/etiketleme"))


def test_what_comes_next_is_known_before_the_answer(enter):
    browser = enter("ece")
    item = asked(browser.get("/etiketleme"))
    ahead = asked(browser.get("/etiketleme/soru", params={"sonra": item}))
    give(browser, item, "strike")
    assert asked(browser.get("/etiketleme")) == ahead != item


def test_looking_ahead_changes_nothing(heard, enter):
    browser = enter("ece")
    before = heard.tables()
    browser.get("/etiketleme")
    browser.get("/etiketleme/soru")
    browser.get("/etiketleme/uyum")
    assert heard.tables() == before


def test_several_types_are_kept_together(heard, enter):
    browser = enter("ece")
    give(browser, asked(browser.get("/etiketleme")), "chosen", type_strike="on", type_layoffs="on")
    assert answers(heard)[0][2] == ("layoffs", "strike")


def test_a_wrong_firm_and_a_skip_are_what_the_commands_write(heard, enter):
    browser = enter("ece")
    for choice in ("noise:wrong_company", "unsure"):
        give(browser, asked(browser.get("/etiketleme")), choice)
    assert [row[3:] for row in answers(heard)] == [("wrong_company", False), (None, True)]


def test_an_answer_that_cannot_be_is_said_and_the_text_stays(heard, enter):
    browser = enter("ece")
    item = asked(browser.get("/etiketleme"))
    page = give(browser, item, "none", type_strike="on")
    assert page.status_code == 400 and asked(page) == item and 'role="alert"' in page.text
    assert answers(heard) == []


def test_undo_brings_the_text_back_and_keeps_what_was_said_in_the_history(heard, enter):
    browser = enter("ece")
    item = asked(browser.get("/etiketleme"))
    give(browser, item, "strike")
    back = browser.post("/etiketleme/geri", data={"kuyruk": ""})
    assert asked(back) == item and answers(heard) == []
    assert heard.rows("SELECT how FROM labels ORDER BY labelled_at") == [("ui",), ("withdrawn",)]
    give(browser, item, "none")
    assert answers(heard) == [(item, "ece", (), None, False)]
    trail = heard.rows("SELECT action FROM audit WHERE action LIKE 'label.%' ORDER BY seq")
    assert trail == [("label.give",), ("label.withdraw",), ("label.give",)]


def test_undo_with_nothing_to_undo_asks_on(heard, enter):
    assert enter("ece").post("/etiketleme/geri", data={"kuyruk": ""}).status_code == 200


def test_progress_counts_answers_and_not_skips(heard, enter):
    browser = enter("ece")
    for choice in ("strike", "unsure"):
        give(browser, asked(browser.get("/etiketleme")), choice)
    assert "Bugün 1, toplam 1 yanıt; sırada 2 metin." in browser.get("/etiketleme").text
    heard.now += timedelta(days=1)
    assert "Bugün 0, toplam 1 yanıt" in enter("ece").get("/etiketleme").text


def test_a_colleague_is_asked_what_nobody_has_judged_and_then_for_a_second_opinion(heard, enter):
    ece, can = enter("ece"), enter("can")
    first = asked(ece.get("/etiketleme"))
    give(ece, first, "strike")
    seen = []
    for _ in range(3):
        seen.append(asked(can.get("/etiketleme")))
        give(can, seen[-1], "none")
    assert first in seen and len(set(seen)) == 3
    assert "kalmadı" in can.get("/etiketleme").text


def test_nothing_of_a_first_opinion_shows_to_who_gives_the_second(heard, enter):
    ece, can = enter("ece"), enter("can")
    for _ in range(3):
        give(ece, asked(ece.get("/etiketleme")), "strike")
    page = can.get("/etiketleme").text
    assert "ece" not in page and 'data-queue=""' in page


def test_what_two_differ_on_goes_to_the_disputed_queue_of_a_third(heard, enter):
    item = next_questions(heard.database, "ece", 1)[0].item
    for name, choice in (("ece", "strike"), ("can", "none")):
        give(enter(name), item, choice)
    found = next_questions(heard.database, "nur", 9, queue="disputed")
    assert [question.item for question in found] == [item]
    assert next_questions(heard.database, "ece", 9, queue="disputed") == []


def test_the_page_and_the_command_ask_the_same(heard, enter):
    assert asked(enter("ece").get("/etiketleme")) == next_questions(heard.database, "ece", 1)[0].item


def test_a_list_that_was_never_made_is_filled_on_demand(heard, enter):
    before = heard.rows("SELECT * FROM label_candidates ORDER BY id")
    with heard.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM label_candidates")
    browser = enter("ece")
    assert "Listeyi doldur" in browser.get("/etiketleme").text
    assert asked(browser.post("/etiketleme/liste"))
    assert heard.rows("SELECT * FROM label_candidates ORDER BY id") == before


def test_filling_again_forgets_no_answer(heard, enter):
    browser = enter("ece")
    give(browser, asked(browser.get("/etiketleme")), "strike")
    before = heard.rows("SELECT * FROM label_candidates ORDER BY id")
    fill_candidates(heard.database, heard.types, again=True)
    assert heard.rows("SELECT * FROM label_candidates ORDER BY id") == before


def test_what_was_judged_is_not_asked_again_because_it_was_read_again(heard, enter):
    item = asked(enter("ece").get("/etiketleme"))
    ((document, client),) = heard.rows(f"SELECT document_id, client_id FROM mentions WHERE id = '{item}'")
    ((other,),) = heard.rows(f"SELECT id FROM mentions WHERE document_id <> '{document}' LIMIT 1")
    anew = Nearness(document, client, other, 0.0, heard.now)
    query = f"SELECT count(*) FROM label_candidates WHERE mention_id = '{item}'"
    give(enter("ece"), item, "strike")
    with heard.database.write() as connection:
        add_candidates(connection, [anew])
    assert heard.rows(query) == [(1,)]
    enter("ece").post("/etiketleme/geri", data={"kuyruk": ""})
    with heard.database.write() as connection:
        add_candidates(connection, [anew])
    assert heard.rows(query) == [(0,)]


def test_a_passage_whose_text_was_erased_is_not_asked(heard):
    with heard.database.write() as connection:
        connection.exec_driver_sql("UPDATE texts SET title = '', body = '', erased_at = '2026-03-02'")
    assert next_questions(heard.database, "ece", 5) == []


def test_an_unknown_passage_is_not_found(enter):
    assert enter("ece").get("/etiketleme?belge=nothing").status_code == 404


def test_labelling_is_for_analysts(enter):
    browser = enter("ayse")
    assert browser.get("/etiketleme").status_code == 403
    assert give(browser, "m", "none").status_code == 403


def test_letters_come_from_the_titles_and_are_never_shared():
    found = letters_of({"a": "Dava", "b": "Dolandırıcılık", "c": "Şikâyet", "d": "İflas"})
    assert found == {"a": "d", "b": "o", "c": "s", "d": "f"}


def said(who, n, holds, start=0):
    return [Label(f"m{start + i}", who, holds, "ui", AT) for i in range(n)]


def test_kappa_of_a_known_table():
    pairs = [(("a",), ("a",))] * 20 + [(("a",), ("b",))] * 5 + [(("b",), ("a",))] * 10 + [(("b",), ("b",))] * 15
    found = kappa_of(pairs)
    assert found.value == pytest.approx(0.4) and found.low < 0.4 < found.high and found.n == 50


def test_two_people_are_compared_from_ten_common_texts_on():
    nine = [*said("ece", 9, ("strike",)), *said("can", 9, ("strike",))]
    assert calibrate(nine) == []
    (found,) = calibrate([*nine, *said("ece", 3, ("strike",), start=9), *said("can", 3, (), start=9)])
    assert (found.first, found.second, found.n, found.agreed.value) == ("can", "ece", 12, 0.75)
    assert (found.first_signals, found.second_signals) == (0.75, 1.0)
    assert found.differences == ((("none",), ("strike",), 3),)


def test_agreement_is_shown_with_its_interval_and_taken_home(heard, enter):
    for n in range(10):
        heard.see(f"Simya İlaç {n}. şubesini tanıttı")
    heard.run()
    with heard.database.write() as connection:
        items = connection.exec_driver_sql("SELECT DISTINCT mention_id FROM label_candidates LIMIT 12").scalars().all()
        rows = [Label(item, who, (), "ui", heard.now) for item in items for who in ("ece", "can")]
        rows += [Label(items[0], "can", ("strike",), "ui", heard.now + timedelta(hours=1))]
        save_labels(connection, rows)
    page = enter("ece").get("/etiketleme/uyum").text
    assert "<bdi>can</bdi> · <bdi>ece</bdi>" in page and "%92" in page and "Grev ve iş bırakma / İlgisiz (1)" in page
    assert "can;ece;12;0,916667" in enter("ece").get("/etiketleme/uyum.csv").text


def test_fewer_than_ten_common_texts_say_nothing(heard, enter):
    assert "En az 10 metni ortak yanıtlayan iki kişi yok" in enter("ece").get("/etiketleme/uyum").text
