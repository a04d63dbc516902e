"""The scoreboard as people read it: as of a day, in two languages, in four forms, and as a command."""

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from oncu.signals.score.charts import draw
from oncu.signals.score.figures import Label, Number, Remark, Row, Table
from oncu.signals.score.judging import judge
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.pages import render, save_both, wording_of
from oncu.signals.score.publish import publish
from oncu.signals.score.render import _brush, _text_table
from oncu.signals.score.report import report_of
from oncu.signals.words import load_words
from oncu.storage.outcomes import save_actions, save_exposure, save_outcomes
from oncu.storage.records import Record, Version, save_records
from oncu.storage.scores import newest_scores

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
PLANT = "Parlak Telekom yeni fabrika kuruyor"
BANKRUPT = "Nehir Kimya konkordato ilan etti"
ZONE = "Europe/Istanbul"
DAY = timedelta(days=1)
FORMS = ("text", "html", "json", "csv")


def outcome(client, kind, at, **more):
    base = {"client_id": client, "kind": kind, "subtype": None, "occurred_at": at, "recorded_at": at, "amount": None}
    return base | {"currency": None, "competing": False, "initiator": None, "note": None} | more


def exposure(client, begin, **more):
    return {"client_id": client, "from": begin, "to": None, "sector": "metal", "size_band": None, "region": None} | more


def action(client, kind, at, **more):
    base = {"client_id": client, "signal_id": None, "kind": kind, "acted_at": at, "recorded_at": at, "arm": "contact"}
    return base | {"propensity": 0.5, "note": None} | more


@pytest.fixture
def told(bank, now):
    """A bank that heard of a lawsuit and a new plant 200 days ago; the plant became a sale."""
    old = now - 200 * DAY
    for title in (LAWSUIT, PLANT):
        bank.see(title, at=old)
    bank.run(old)
    bank.compose(old.date(), old + DAY / 24)
    with bank.database.write() as connection:
        save_outcomes(connection, [outcome("C2", "sale", old + 30 * DAY)], now)
        save_exposure(connection, [exposure(one, (old - 100 * DAY).date()) for one in ("C1", "C2", "C3")], old)
        save_actions(connection, [action("C2", "visit", old + 5 * DAY)], now)
    return bank


@pytest.fixture
def report(told, now):
    def make(as_of=now, arm="live", horizon=90):
        return report_of(judge(read_ledger(told.database, as_of.date(), arm=arm), horizon=horizon), told.database)

    return make


@pytest.fixture
def wording(told):
    return lambda language="tr": wording_of(language, ZONE, told.types, told.sources)


# ---------------------------------------------------------------- point in time


def test_the_same_day_gives_the_same_bytes_whatever_came_later(told, report, wording, now):
    before = [render(report(now), form, wording()) for form in FORMS]
    later = now + 20 * DAY
    told.see(BANKRUPT, at=later)
    told.run(later)
    told.compose(later.date(), later + DAY / 24)
    with told.database.write() as connection:
        rows = [outcome("C1", "default", now - 10 * DAY, recorded_at=later), outcome("C3", "sale", later)]
        save_outcomes(connection, rows, later)
        save_actions(connection, [action("C1", "call", now - 5 * DAY, recorded_at=later)], later)
        save_exposure(connection, [exposure("C3", now.date(), recorded_at=later)], later)
    assert [render(report(now), form, wording()) for form in FORMS] == before
    assert all(render(report(later), form, wording()) != one for form, one in zip(FORMS, before, strict=True))


def test_what_came_later_is_in_the_later_report(told, report, now):
    later = now + 20 * DAY
    told.see(BANKRUPT, at=later)
    told.run(later)
    assert [_basis(report(at), "signals") for at in (now, later)] == [2, 3]


def test_a_later_new_name_does_not_change_an_earlier_report(told, report, wording, now):
    before = render(report(now), "html", wording())
    told.add_clients({"client_id": "C1", "legal_name": "Başka Ad A.Ş.", "manager": "burak"})
    assert render(report(now), "html", wording()) == before


def test_shadow_signals_have_a_scoreboard_of_their_own(told, report, now):
    """An archive found today: its news of a year ago counts as known then, in the shadow report only."""
    past = now - 150 * DAY
    told.see("Nehir Kimya, çevre kirliliği davasını kaybetti", at=now, published_at=past, source="arsiv")
    told.run(now)
    live, shadow = report(now), report(now, arm="shadow")
    assert (_basis(live, "signals"), _basis(shadow, "signals")) == (2, 1)
    assert [one.key for one in shadow.remarks if one.key == "score_shadow"] and live.arm == "live"


def _basis(report, metric):
    return report.sections[0].tables[0].rows[0].number(metric).value


# ---------------------------------------------------------------- forms


def test_page_one_answers_the_four_questions_in_their_order(report):
    assert [one.question for one in report().answers] == ["sales", "sources", "leads", "ends"]


def test_an_answer_too_early_gives_no_share(report, wording):
    early = report().answers[0]
    assert early.key == "score_answer_sales_early"
    assert "1 satış" in wording().answer(early, horizon=90)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_an_empty_bank_has_a_report_that_says_what_is_needed(bank, now, language):
    empty = report_of(judge(read_ledger(bank.database, now.date())), bank.database)
    page = render(empty, "html", wording_of(language, ZONE, bank.types, {}))
    assert "oncu outcomes import" in page and "oncu exposure import" in page


def test_csv_and_json_carry_every_number(report, wording):
    found = report()
    rows = list(csv.DictReader(io.StringIO(render(found, "csv", wording()))))
    numbers = list(found.lines())
    assert len(rows) == len(numbers) + sum(len(one.numbers) for one in found.answers)
    plain = json.loads(render(found, "json", wording()))
    assert sum(len(row["numbers"]) for s in plain["sections"] for t in s["tables"] for row in t["rows"]) == len(numbers)


def test_every_number_on_the_page_links_to_its_definition(report, wording):
    page = render(report(), "html", wording())
    used = set(re.findall(r'href="#d-([a-z_0-9]+)"', page))
    assert used and used <= set(re.findall(r'id="d-([a-z_0-9]+)"', page))


def test_definitions_stand_in_one_order_where_titles_are_the_same(report, wording):
    """A set has another order in each run of the program."""
    english, found = wording("en"), report()
    shown = re.findall(r'id="d-([a-z_0-9]+)"', render(found, "html", english))
    assert english.metric("ends_share") == english.metric("lost_share")
    assert shown == sorted(shown, key=lambda one: (english.metric(one), one))


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_metric_has_a_title_and_a_definition(report, wording, language):
    words = wording(language).words
    for _, _, _, number in report().lines():
        assert words(f"score_m_{number.metric}") and words(f"score_d_{number.metric}")


def test_both_languages_have_the_same_texts():
    turkish, english = (load_words(language, ZONE).texts for language in ("tr", "en"))
    assert {key for key in turkish if key.startswith("score")} == {key for key in english if key.startswith("score")}


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(report, wording):
    page = render(report(), "html", wording(), other="score-en.html")
    assert not re.findall(r"<script|https?://|url\(|@import|<link|<img", page)


def test_each_page_names_the_one_in_the_other_language(report, wording, tmp_path):
    save_both(report(), tmp_path / "score.html", wording("tr"), wording("en"))
    turkish, english = ((tmp_path / name).read_text("utf-8") for name in ("score.html", "score-en.html"))
    assert 'href="score-en.html"' in turkish and '<html lang="tr">' in turkish
    assert 'href="score.html"' in english and '<html lang="en">' in english


def test_charts_are_well_formed_and_described(report, wording):
    page = render(report(), "html", wording())
    drawings = re.findall(r'<div role="img" aria-label="([^"]+)">(<svg.*?</svg>)</div>', page, re.S)
    assert drawings
    for described, drawing in drawings:
        assert described and ElementTree.fromstring(drawing).tag == "svg"


def test_a_name_with_markup_stays_text(report, wording):
    found = report()
    odd = Table("league_source", "risk", (Row(Label("source", "<b>x</b>"), (Number("sightings", "count", 1.0),)),))
    section = found.sections[3].__class__("sources", (odd,))
    page = render(found.__class__(**vars(found) | {"sections": (section,)}), "html", wording())
    assert "<b>x</b>" not in page and "&lt;b&gt;x&lt;/b&gt;" in page


def test_a_key_that_looks_like_a_formula_is_harmless_in_a_spreadsheet(report, wording):
    found = report()
    odd = Table("league_source", "risk", (Row(Label("source", "=1+1"), (Number("sightings", "count", 1.0),)),))
    section = found.sections[3].__class__("sources", (odd,))
    lines = render(found.__class__(**vars(found) | {"sections": (section,)}), "csv", wording()).splitlines()
    assert any(",'=1+1," in line for line in lines) and not any(",=1+1," in line for line in lines)


# ---------------------------------------------------------------- wording


@pytest.mark.parametrize(
    ("number", "turkish", "english"),
    [
        (Number("lift", "times", 3.64, 1.07, 12.4, 41), "3,6 kat (1,1 – 12,4, n=41)", "3.6 × (1.1 to 12.4, n=41)"),
        (Number("conversion", "share", 0.416, 0.19, 0.63, 41), "%42 (%19 – %63, n=41)", "42 % (19 % to 63 %, n=41)"),
        (Number("excess", "points", -0.05), "−5,0 puan", "−5.0 pp"),
        (Number("gain_days", "days", 35, None, 99, 7), "35 gün (? – 99, n=7)", "35 days (? to 99, n=7)"),
        (Number("recall", "share", None), "–", "–"),
    ],
)
def test_numbers_read_as_the_language_writes_them(wording, number, turkish, english):
    said = [wording(language).whole(number).replace("\N{NO-BREAK SPACE}", " ") for language in ("tr", "en")]
    assert said == [turkish, english]


def test_a_figure_is_not_torn_apart_at_the_end_of_a_line(wording):
    number = Number("lift", "times", 3.64, 1.07, 12.4)
    assert wording().whole(number).split(" ") == [
        "3,6\N{NO-BREAK SPACE}kat",
        "(1,1\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}12,4)",
    ]


def test_too_early_is_said_instead_of_the_number(wording, now):
    number = Number("conversion", "share", 0.4, n=3).early(now.date())
    assert wording().whole(number) == "henüz erken, ~02.03.2026"


def test_a_day_in_a_remark_is_written_in_the_language(wording, now):
    remark = Remark("score_cut", {"delay": 5, "day": now.date()})
    assert "02.03.2026" in wording("tr").remark(remark) and "2026-03-02" in wording("en").remark(remark)


def test_rows_too_early_stand_together_at_the_end_of_a_table(wording):
    early, rated = Number("conversion", "share", 0.4, n=3).early(None), Number("conversion", "share", 0.4, 0.2, 0.6, 30)
    rows = [Row(Label("days", key), (one,)) for key, one in (("30", early), ("90", rated), ("365", early))]
    said = list(_text_table(Table("horizons", "risk", tuple(rows)), wording()))
    assert [line.split(":")[0].strip() for line in said[1:]] == ["90 gün", "Henüz erken"]
    assert "30 gün, 365 gün" in said[2]


def test_a_row_without_any_rate_is_too_early_too(wording):
    numbers = Number("foresight_precision", "share", 0.4, n=3).early(None), Number("half_life", "days", None)
    said = list(_text_table(Table("league_type", "risk", (Row(Label("type", "lawsuit"), numbers),)), wording()))
    assert [line.strip() for line in said[1:]] == ["Henüz erken: Dava"]


def test_lifts_that_are_too_early_are_not_drawn(wording):
    lifts = {
        "real": Number("lift", "times", 3.0, 2.0, 4.0, 40),
        "permuted": Number("lift", "times", 2.0, 0.1, 9.0, 2).early(None),
    }
    table = Table(
        "controls", "risk", tuple(Row(Label("row", key), (one,)) for key, one in lifts.items()), chart="lifts"
    )
    assert draw(table, _brush(table, wording())).count("<circle") == 1


def test_the_line_of_no_lift_keeps_clear_of_the_labels(wording):
    """Letters reach 15 over and 4 under the line they stand on."""
    rows = [Row(Label("row", key), (Number("lift", "times", 3.0, 2.0, 4.0, 40),)) for key in ("real", "permuted")]
    drawing = ElementTree.fromstring(
        draw(table := Table("controls", "risk", tuple(rows), chart="lifts"), _brush(table, wording()))
    )
    lines = [(float(one.get("y1")), float(one.get("y2"))) for one in drawing.iter("line") if one.get("class") == "base"]
    labels = [float(one.get("y")) for one in drawing.iter("text") if one.get("text-anchor") == "start"]
    assert lines and not any(top < y + 4 and bottom > y - 15 for top, bottom in lines for y in labels)


# ---------------------------------------------------------------- published


def test_published_scores_can_be_quoted_from_their_day_on(told, now):
    publish(told.database, judge(read_ledger(told.database, now.date()), horizon=90), told.types, now)
    with told.database.read() as connection:
        today = newest_scores(connection, "type", "conversion", until=now.date())
        before = newest_scores(connection, "type", "conversion", until=now.date() - DAY)
        sources = newest_scores(connection, "source", "foresight", until=now.date())
        categories = newest_scores(connection, "category", "foresight", until=now.date())
    assert (set(today), today["lawsuit"].n, before) == ({"lawsuit", "plant_expansion"}, 1, {})
    assert (sources["gazete"].value, sources["gazete"].n, set(categories)) == (0.5, 2, {"news"})


def test_shadow_scores_are_never_published(told, now):
    judged = judge(read_ledger(told.database, now.date(), arm="shadow"))
    assert publish(told.database, judged, told.types, now) == 0


# ---------------------------------------------------------------- what was missed, and the money


def test_a_missed_end_is_shown_with_the_step_at_which_it_was_lost(told, report, now):
    with told.database.write() as connection:
        rows = [
            outcome("C1", "default", now - 190 * DAY, amount=5.0),
            outcome("C3", "default", now - 100 * DAY, amount=9.0),
        ]
        save_outcomes(connection, rows, now)
    tables = {table.key: table for table in report().sections[2].tables}
    lost = {row.label.key: row.number("lost").value for row in tables["waterfall"].rows}
    assert {key: value for key, value in lost.items() if value} == {"not covered": 1}
    assert [(row.label.key, row.note.values["reason"]) for row in tables["largest"].rows] == [("C3", "not covered")]


def test_the_largest_misses_are_named_as_they_were_known_then(told, report, wording, now):
    names = ((now - 300 * DAY, "Nehir Kimya A.Ş."), (now + DAY, "Irmak Kimya A.Ş."))
    versions = tuple(Version({"legal_name": name}, at) for at, name in names)
    with told.database.write() as connection:
        save_outcomes(connection, [outcome("C3", "default", now - 100 * DAY)], now)
        for version in versions:
            record = Record("crm", "3", "C3", "first", "", versions[0].recorded_at, (version,))
            save_records(connection, [record], version.recorded_at)
    [row] = next(table for table in report().sections[2].tables if table.key == "largest").rows
    assert (row.label.key, wording().label(row.label)) == ("C3", "Nehir Kimya A.Ş.")


def test_an_unknown_amount_is_not_shown_as_nothing(told, report, now):
    with told.database.write() as connection:
        save_outcomes(connection, [outcome("C3", "default", now - 100 * DAY)], now)
    tables = {table.key: table for table in report().sections[2].tables}
    lost = next(row for row in tables["waterfall"].rows if row.label.key == "not covered")
    assert (lost.number("lost").value, lost.number("lost_money").value) == (1, None)
    assert tables["largest"].rows[0].number("lost_money").value is None


def test_what_was_done_between_warning_and_end_is_money_lowered_in_time(told, report, now):
    """Two limit cuts; the second came after the end and helped nobody. The list halved the limit in between."""
    warned, end = now - 200 * DAY, now - 120 * DAY
    cuts = [action("C1", "limit_cut", at, amount=30.0) for at in (warned + 20 * DAY, end + DAY)]
    records = [Record("crm", "1", "C1", "first", "", warned, (Version({"limit": limit}, at),))
               for limit, at in ((100.0, warned - DAY), (50.0, warned + 20 * DAY))]  # fmt: skip
    with told.database.write() as connection:
        save_outcomes(connection, [outcome("C1", "default", end)], now)
        save_actions(connection, cuts, now)
        for record in records:
            save_records(connection, [record], record.versions[0].recorded_at)
    rows = {row.label.key: row for table in report().sections[2].tables if table.key == "money" for row in table.rows}
    assert (rows["protected"].number("protected").value, rows["protected"].number("secured").value) == (1, 30)
    assert (rows["limit_change"].number("limit_change").value, rows["limit_change"].number("limit_lowered").value) == (
        -0.5,
        50,
    )


# ---------------------------------------------------------------- the command


@pytest.fixture
def installed(told, monkeypatch, oncu):
    monkeypatch.setenv("ONCU_DATABASE_URL", str(told.database.engine.url))
    return oncu


def test_the_command_prints_json(installed, now):
    said = installed("score", "--as-of", f"{now:%Y-%m-%d}", "--format", "json", "--horizon", "90")
    assert said.code == 0 and json.loads(said.out)["horizon"] == 90


def test_the_command_writes_both_pages(installed, now, tmp_path):
    said = installed("score", "--as-of", f"{now:%Y-%m-%d}", "--format", "html", "--out", tmp_path / "s.html")
    assert said.code == 0 and {path.name for path in tmp_path.glob("*.html")} == {"s.html", "s-en.html"}


def test_a_day_to_come_is_refused(installed):
    said = installed("score", "--as-of", "2199-01-01")
    assert said.code == 1 and "2199-01-01" in said.err and "Traceback" not in said.err


def test_a_file_that_cannot_be_written_is_said(installed, now, tmp_path):
    said = installed("score", "--as-of", f"{now:%Y-%m-%d}", "--format", "csv", "--out", tmp_path / "no" / "s.csv")
    assert said.code == 1 and "no/s.csv" in said.err and "--out" in said.err
