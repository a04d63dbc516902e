"""`oncu price` and `oncu offers report` as a user runs them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from oncu.config.problems import Problem
from oncu.scoring.offers.columns import offers_from_rows
from oncu.scoring.offers.report import offers_report
from oncu.signals.cli import app
from oncu.signals.imports.run import import_table
from oncu.signals.imports.tables import Table
from oncu.signals.offers.rows import report_csv
from oncu.storage.database import create_database

NOW = datetime(2026, 9, 1, tzinfo=UTC)
HEADER = ("offer_id", "client_id", "product", "amount", "tenor_months", "offered_at", "price", "cost", "status")
MORE = ("decided_at", "loss_reason", "winner", "rival_price", "floor", "manager", "rivals")
ROWS = [
    ("T1", "C1", "loan", 1e6, 12, "2026-01-10", 40.5, 38.0, "won", "2026-01-20", "", "", 40.9, 39.0, "ada", "Dağ Bank"),
    (
        "T2",
        "C2",
        "loan",
        1e6,
        12,
        "2026-01-11",
        41.5,
        38.0,
        "lost",
        "2026-01-21",
        "price",
        "Dağ Bank",
        40.9,
        39.0,
        "ada",
        "",
    ),
    ("T3", "C1", "loan", 1e6, 12, "2026-08-01", 40.0, 38.0, "open", "", "", "", "", 39.0, "ada", ""),
]


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'oncu.db'}"
    create_database(url).close()
    monkeypatch.setenv("ONCU_DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    return url


@pytest.fixture
def ledger(empty: str) -> None:
    database = create_database(empty)
    clients = Table(
        "c",
        ("client_id", "legal_name", "size_band"),
        [2, 3],
        [("C1", "Ada A.Ş.", "large"), ("C2", "Ova A.Ş.", "")],
        "1",
    )
    offers = Table("o", (*HEADER, *MORE), [2, 3, 4], ROWS, "2")
    for kind, table in (("clients", clients), ("offers", offers)):
        assert not import_table(kind, table, database, NOW, actor="test").bad
    database.close()


def test_price_of_a_file_is_json_and_its_bad_rows_are_said(tmp_path: Path) -> None:
    path = tmp_path / "offers.csv"
    good, bad = "T1,C1,loan,1000,12,2026-01-10,40.5,38.0,won", "T2,C1,loan,1000,12,2026-01-10,dear,38.0,won"
    path.write_text("\n".join((",".join(HEADER), good, bad)), encoding="utf-8")
    done = CliRunner().invoke(app, ["price", "--offers", str(path)])
    assert done.exit_code == 1 and json.loads(done.stdout)["won"] == 1
    assert "offers.csv, line 3, column price" in done.stderr


def test_price_of_a_good_file_exits_with_zero(tmp_path: Path) -> None:
    path = tmp_path / "offers.csv"
    path.write_text(",".join(HEADER) + "\nT1,C1,loan,1000,12,2026-01-10,40.5,38.0,won\n", encoding="utf-8")
    assert run("price", "--offers", str(path))[0] == 0


def test_price_without_a_file_is_wrong_usage() -> None:
    assert run("price")[0] == 2


def test_a_file_that_is_not_there_is_one_line() -> None:
    with pytest.raises(Problem, match="check the path"):
        run("price", "--offers", "nowhere.csv")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("words", [("offers", "report"), ("price", "offer", "T3")])
def test_without_offers_it_is_said_what_to_do(words: tuple[str, ...]) -> None:
    with pytest.raises(Problem, match="oncu offers import"):
        run(*words)


@pytest.mark.usefixtures("ledger")
def test_the_report_says_too_early_in_both_languages() -> None:
    assert "henüz erken" in run("offers", "report", "--lang", "tr")[1]
    assert "too early" in run("offers", "report", "--lang", "en")[1]


@pytest.mark.usefixtures("ledger")
def test_the_report_as_json_counts_the_offers_and_whom_we_met() -> None:
    found = json.loads(run("offers", "report", "--format", "json")[1])
    assert found["counts"] == {"offers": 3, "open": 1, "won": 1, "lost": 1, "withdrawn": 0, "expired": 0}
    assert found["rivals"][0]["name"] == "Dağ Bank" and found["rivals"][0]["met"] == 2


@pytest.mark.usefixtures("ledger")
def test_the_report_as_csv_has_one_line_a_number() -> None:
    lines = run("offers", "report", "--format", "csv")[1].splitlines()
    assert lines[0] == "section,group,key,metric,value,low,high,n,too_early"
    assert any(line.startswith("win_rate,,,,0.5,") and line.endswith(",2,true") for line in lines)


@pytest.mark.usefixtures("ledger")
def test_the_report_as_json_marks_a_rate_that_rests_on_few() -> None:
    assert json.loads(run("offers", "report", "--format", "json")[1])["win_rate"]["too_early"] is True


@pytest.mark.usefixtures("ledger")
def test_a_size_band_has_a_word_in_the_text() -> None:
    assert "büyük" in run("offers", "report", "--lang", "tr")[1]


@pytest.mark.usefixtures("ledger")
def test_the_segment_comes_from_the_client_list() -> None:
    found = json.loads(run("offers", "report", "--format", "json")[1])
    assert [one["group"] for one in found["groups"]["segment"]] == ["large"]


@pytest.mark.usefixtures("ledger")
def test_as_of_a_day_before_the_import_there_are_no_offers() -> None:
    with pytest.raises(Problem):
        run("offers", "report", "--as-of", "2026-08-30")


@pytest.mark.usefixtures("ledger")
def test_one_open_offer_says_what_would_identify_its_price() -> None:
    text = run("price", "offer", "T3", "--lang", "en")[1]
    assert "not identified" in text and "No best price" in text


@pytest.mark.usefixtures("ledger")
def test_a_decided_offer_is_not_priced() -> None:
    with pytest.raises(Problem, match="'won'"):
        run("price", "offer", "T1")


@pytest.mark.usefixtures("ledger")
def test_one_open_offer_as_json() -> None:
    found = json.loads(run("price", "offer", "T3", "--json")[1])
    assert found["offer_id"] == "T3" and found["best"] is None and found["bid_response"]["identified"] is False


def test_price_reads_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(["T1", "C1", "loan", 1000, 12, datetime(2026, 1, 10), 40.5, 38.0, "won"])  # noqa: DTZ001
    book.save(tmp_path / "offers.xlsx")
    code, text = run("price", "--offers", str(tmp_path / "offers.xlsx"))
    assert code == 0 and json.loads(text)["won"] == 1


def test_a_winner_that_looks_like_a_formula_is_text_in_the_csv() -> None:
    lost = {**dict(zip(HEADER, ROWS[1], strict=False)), "winner": "=1+1"}
    text = report_csv(offers_report(offers_from_rows([lost]), [], date(2026, 9, 1)))
    assert "lost_to,,'=1+1," in text
