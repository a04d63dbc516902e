"""The offers report as a page: its four answers, its tables and drawings, in both languages."""

import random
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from oncu.scoring.offers.columns import offers_from_rows
from oncu.scoring.offers.report import OffersReport, offers_report
from oncu.scoring.offers.tables import label
from oncu.signals.cli import app
from oncu.signals.imports.run import import_table
from oncu.signals.imports.tables import Table
from oncu.signals.offers.page import LOOK, offers_page, render_page, save_both, wording_of
from oncu.signals.score.wording import HELD
from oncu.storage.database import create_database

DAY = date(2026, 9, 1)
PLAIN = {
    "client_id": "C1",
    "product": "loan",
    "amount": 1_000_000,
    "tenor_months": 12,
    "offered_at": "2026-01-10",
    "decided_at": "2026-01-20",
    "price": 41.0,
    "cost": 38.0,
    "floor": 39.0,
    "status": "lost",
}
TURKISH, ENGLISH = (wording_of(one, "Europe/Istanbul", {}) for one in ("tr", "en"))


def report(*rows: dict[str, object], **groups: list[str]) -> OffersReport:
    offers = offers_from_rows({**PLAIN, "offer_id": f"T{place}", **row} for place, row in enumerate(rows))
    offers.groups.update({name: label(column) for name, column in groups.items()})  # type: ignore[attr-defined]
    return offers_report(offers, [], DAY)


def answer(found: OffersReport, question: str) -> str:
    page = offers_page(found, ENGLISH.words)
    said = next(ENGLISH.answer(one, horizon=90) for one in page.answers if one.question == question)
    return said.replace(HELD, " ")


def identified(n: int = 900) -> OffersReport:
    """A coin of half a point moves each price; the log odds fall by 2 a point."""
    drawn, rows = random.Random(5), []
    for place in range(n):
        delta, cost = drawn.choice((-0.5, 0.5)), 38 + drawn.random()
        chance = 1 / (1 + 2.718281828 ** (2 * delta))
        won = drawn.random() < chance
        rows.append(
            {
                "client_id": f"C{place}",
                "price": cost + 3 + delta,
                "cost": cost,
                "delta_randomised": delta,
                "status": "won" if won else "lost",
                "manager": drawn.choice(("ada", "ece")),
            }
        )
    return report(*rows, segment=[drawn.choice(("large", "small")) for _ in rows])


WON = {"status": "won"}
BEATEN = {"loss_reason": "price", "winner": "Dağ Bank", "rival_price": 40.5}


def test_few_offers_are_too_early_to_answer() -> None:
    assert answer(report(WON, BEATEN), "won") == "Only 2 offers are decided so far."


def test_the_most_frequent_stated_reason_and_winner_are_named() -> None:
    said = answer(report(*[BEATEN] * 4, {"loss_reason": "speed", "winner": "Ova Bank"}, {}), "why")
    assert "“price”: 67 %" in said and "for 1 none is known" in said and "Dağ Bank: 4 of 5" in said


def test_where_no_reason_is_recorded_the_page_says_so_and_not_too_early() -> None:
    page = offers_page(report(*[{}] * 6), ENGLISH.words)
    assert [LOOK.headline(one, ENGLISH).replace(HELD, " ") for one in page.answers] == [
        "0 %",
        "not recorded",
        "0 %",
        "cannot be known",
    ]


def test_lost_deals_say_the_cut_that_was_needed() -> None:
    assert "median cut needed is 0.50 pp" in answer(report(*[BEATEN] * 5), "winnable")


def test_a_cut_from_fewer_than_five_deals_is_too_early() -> None:
    assert "cannot be said yet" in answer(report(*[BEATEN] * 4, {"loss_reason": "speed"}), "winnable")


def test_without_identification_the_page_says_what_it_would_take() -> None:
    said = answer(report(*[WON] * 3, *[BEATEN] * 3), "dearer")
    assert "cannot be known" in said and "too few decided offers (6)" in said and "at random" in said


def test_the_runner_up_stands_beside_what_cannot_be_known() -> None:
    said = answer(report(*[{**WON, "rival_price": 41.3}] * 5), "dearer")
    assert "the runner-up asked 0.30 pp" in said


def test_led_against_cold_says_when_the_difference_is_more_than_chance() -> None:
    led = [{**(WON if place < 36 else {}), "signal_led": True} for place in range(40)]
    cold = [{**(WON if place < 10 else {}), "signal_led": False} for place in range(40)]
    assert "chance does not explain that it lies above 1" in answer(report(*led, *cold), "won")
    assert "may be chance" in answer(report(*led, *led[:1], *[{**one, "signal_led": False} for one in led]), "won")


def test_an_identified_slope_brings_money_curve_and_fairness() -> None:
    page = offers_page(identified(), ENGLISH.words)
    keys = {table.key for section in page.sections for table in section.tables}
    assert {"money", "curve", "thirds", "slopes", "discretion", "fairness", "by_segment", "by_manager"} <= keys
    assert next(one for one in page.answers if one.question == "dearer").key == "offers_a_dearer"


@pytest.mark.parametrize("wording", [TURKISH, ENGLISH], ids=["tr", "en"])
def test_every_number_of_the_page_has_a_title_and_a_definition(wording) -> None:
    found = [identified(), report(*[{**WON, "rival_price": 41.2}] * 6, *[BEATEN] * 6)]
    for one in found:
        html = render_page(one, wording)
        for _, _, _, number in offers_page(one, wording.words).lines():
            assert f'id="d-{number.metric}"' in html


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    html = render_page(identified(), TURKISH)
    assert not re.findall(r"""(?:src|href)=["'](?!#)|url\(|@import|<script|https?://""", html)


def test_a_large_page_stays_small() -> None:
    rows = [{**BEATEN, "winner": f"Bank {place}", "product": f"loan {place % 40}"} for place in range(800)]
    assert len(render_page(report(*rows), TURKISH).encode()) < 500_000


def test_each_drawing_has_its_table_beside_it() -> None:
    html = render_page(identified(), TURKISH)
    drawings = html.count("<svg")
    assert drawings >= 4 and len(re.findall(r'role="img".*?<details>.*?<table>', html, re.S)) == drawings


def test_the_same_ledger_gives_the_same_bytes() -> None:
    assert render_page(identified(), TURKISH) == render_page(identified(), TURKISH)


def test_names_of_rivals_are_text() -> None:
    html = render_page(report(*[{**BEATEN, "winner": "<b>Dağ</b>"}] * 6), ENGLISH)
    assert "&lt;b&gt;Dağ" in html and "<b>Dağ" not in html


def test_the_price_fan_is_drawn_for_groups_with_enough_prices() -> None:
    rows = [{**BEATEN, "rival_price": 40.0 + place / 10} for place in range(6)]
    html = render_page(report(*rows, *[{**WON, "rival_price": 41.2}] * 3), ENGLISH)
    assert "The best rival&#39;s price by product" in html and 'rect class="faint"' in html


def test_two_languages_name_each_other(tmp_path: Path) -> None:
    save_both(report(*[WON] * 6), tmp_path / "offers.html", TURKISH, ENGLISH)
    turkish, english = ((tmp_path / name).read_text("utf-8") for name in ("offers.html", "offers-en.html"))
    assert 'href="offers-en.html"' in turkish and '<html lang="tr">' in turkish
    assert 'href="offers.html"' in english and '<html lang="en">' in english


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'oncu.db'}"
    create_database(url).close()
    monkeypatch.setenv("ONCU_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    return url


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["offers", "report", *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("empty")
def test_an_empty_ledger_is_a_page_that_says_what_to_import(tmp_path: Path) -> None:
    run("--format", "html", "--lang", "en", "--out", "offers.html")
    html = (tmp_path / "offers.html").read_text("utf-8")
    assert "oncu offers import offers.csv" in html and "<nav" not in html


def test_the_same_day_gives_the_same_file_for_ever(empty: str, tmp_path: Path) -> None:
    day = ("--format", "html", "--lang", "tr", "--as-of", "2026-09-02", "--out")
    columns = ("offer_id", "client_id", "product", "amount", "tenor_months", "offered_at", "price", "cost", "status")

    def add(number: str, now: datetime) -> None:
        offer = (number, "C1", "loan", 1e6, 12, "2026-08-01", 40.0, 38.0, "open")
        database = create_database(empty)
        client = Table("c", ("client_id", "legal_name"), [2], [("C1", "Ada A.Ş.")], "1")
        for kind, table in (("clients", client), ("offers", Table("o", columns, [2], [offer], number))):
            assert not import_table(kind, table, database, now, actor="test").bad
        database.close()

    add("T1", datetime(2026, 9, 1, tzinfo=UTC))
    run(*day, "first.html")
    add("T2", datetime(2026, 9, 5, tzinfo=UTC))
    run(*day, "second.html")
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


@pytest.mark.usefixtures("empty")
def test_without_a_language_both_pages_are_written(tmp_path: Path) -> None:
    run("--format", "html", "--out", "offers.html")
    assert (tmp_path / "offers-en.html").exists() != (tmp_path / "offers-tr.html").exists()
