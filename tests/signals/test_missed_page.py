"""What was missed as a page and as CSV: one section an end, linked with the scoreboard beside it."""

import csv
import io
from datetime import date
from html.parser import HTMLParser

import pytest

from oncu.scoring.judge.misses import Trace, waterfall
from oncu.signals.score.pages import wording_of
from oncu.signals.score.regret import Held, Missed, Regret
from oncu.signals.score.regret_page import SHOWN, Terms, regret_page, render_regret, save_regret
from oncu.signals.score.regret_rows import regret_csv

DAY = date(2026, 3, 31)
TERMS = Terms(DAY, "risk", 365, 365)


def held(**more):
    given = {
        "document_id": "d1", "source": "gazete", "title": "Deneme <b>başlık</b>", "published": date(2026, 3, 1),
        "seen": date(2026, 3, 12), "lost": "crawled late", "change": "change_cadence",
        "values": {"source": "gazete", "hours": 30},
    }  # fmt: skip
    return Held(**given | more)


def missed(name="Deneme A.Ş.", amount=1_000_000.0, documents=(), **more):
    change = documents[0].change if documents else "change_source"
    values = documents[0].values if documents else {"name": name}
    reason = documents[0].lost if documents else "not covered"
    return Missed("C1", name, "default", date(2026, 3, 10), amount, reason, change, values, tuple(documents), **more)


def regret_of(*ends, of=10):
    traces = [Trace("x", 9) for _ in ends] + [Trace("y", 9, None, 1, 1, 1, 1, 1, 1, 1)] * (of - len(ends))
    return Regret(of, tuple(waterfall(traces)), tuple(ends), of)


@pytest.fixture
def wording(bank, make_source):
    def make(language="tr"):
        sources = {"gazete": make_source("gazete", title="Deneme Gazetesi")}
        return wording_of(language, "Europe/Istanbul", bank.types, sources)

    return make


def test_each_missed_end_has_a_section_with_its_documents(wording):
    page = regret_page(regret_of(missed(documents=[held()])), TERMS, wording())
    overview, end = page.sections
    assert overview.key == "overview" and end.title == "Deneme A.Ş. · temerrüt · 10.03.2026"
    assert [row.number("seen_before").value for row in end.tables[0].rows] == [-2]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_page_says_where_it_was_lost_and_what_would_have_helped(wording, language):
    said = render_regret(regret_of(missed(documents=[held()])), TERMS, wording(language))
    assert {"tr": "Deneme Gazetesi sonuçtan 30 saat önce", "en": "Deneme Gazetesi had it 30 hours"}[language] in said


def test_a_title_with_markup_stays_text(wording):
    said = render_regret(regret_of(missed(documents=[held()])), TERMS, wording())
    assert "<b>başlık" not in said and "&lt;b&gt;başlık" in said


def test_an_end_nothing_was_held_of_says_so(wording):
    assert "hiçbir belge yok" in render_regret(regret_of(missed()), TERMS, wording())


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(wording):
    said = render_regret(regret_of(missed(documents=[held()])), TERMS, wording())
    assert not any(one in said for one in ("<script", "http://", "https://", "@import", "url("))


def test_ends_beyond_those_shown_are_counted(wording):
    page = regret_page(regret_of(*[missed()] * (SHOWN + 3), of=200), TERMS, wording())
    assert len(page.sections) == SHOWN + 1 and page.remarks[0].values == {"n": 3}


def test_without_ends_the_page_says_what_to_import(wording):
    assert "oncu outcomes import" in render_regret(Regret(0, (), ()), TERMS, wording("en"))


def test_the_change_that_helps_most_is_too_early_to_name_by_share_below_five(wording):
    page = regret_page(regret_of(missed(), missed()), TERMS, wording())
    assert page.answers[1].numbers["caught_share"].is_early


def test_both_pages_name_each_other_and_the_scoreboard_beside_them(wording, tmp_path):
    (tmp_path / "score.html").write_text("", encoding="utf-8")
    save_regret(regret_of(missed()), TERMS, tmp_path / "missed.html", wording("tr"), wording("en"))
    links = {name: _links((tmp_path / name).read_text(encoding="utf-8")) for name in ("missed.html", "missed-en.html")}
    assert {"score.html", "missed-en.html"} <= links["missed.html"]
    assert "missed.html" in links["missed-en.html"] and "score-en.html" not in links["missed-en.html"]


def test_csv_has_a_line_a_document_and_one_for_an_end_without_any():
    rows = list(csv.DictReader(io.StringIO(regret_csv(regret_of(missed(documents=[held(), held()]), missed("=cmd"))))))
    assert [row["document_id"] for row in rows] == ["d1", "d1", ""]
    assert rows[2]["name"] == "'=cmd" and rows[0]["seen"] == "2026-03-12"


def test_the_command_writes_pages_and_csv(oncu, tmp_path):
    oncu("init")
    said = oncu("missed", "--as-of", "2026-03-31", "--html", tmp_path / "missed.html", "--csv", tmp_path / "missed.csv")
    assert said.code == 0 and len(said.out.splitlines()) == 3
    assert {one.name for one in tmp_path.glob("missed*")} == {"missed.html", "missed-en.html", "missed.csv"}


def test_a_page_that_cannot_be_written_is_said(oncu, tmp_path):
    oncu("init")
    said = oncu("missed", "--html", tmp_path / "nowhere" / "missed.html")
    assert said.code == 1 and "nowhere/missed.html" in said.err and len(said.err.splitlines()) == 1


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.found.add(dict(attributes).get("href"))


def _links(page):
    parser = _Links()
    parser.feed(page)
    return parser.found
