"""Reading an offers file: every bad row reported with line and column, the good ones kept."""

import json
from pathlib import Path

import pytest

from oncu.scoring.judge.tables import BadInput
from oncu.scoring.offers.columns import read_offers
from oncu.scoring.offers.price_report import price_report

HEADER = "offer_id,client_id,product,amount,tenor_months,offered_at,price,cost,status"
GOOD = "T1,C1,loan,1000,12,2025-01-10,4.5,4.0,won"


def write(folder: Path, *lines: str, name: str = "offers.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("T2,C1,loan,1000,12,2025-01-10,dear,4.0,won", "price", "dear"),
        ("T2,C1,loan,1000,12,2025-13-10,4.5,4.0,won", "offered_at", "2025-13-10"),
        ("T2,C1,loan,1000,12,2025-01-10,4.5,4.0,maybe", "status", "maybe"),
        ("T2,C1,loan,-5,12,2025-01-10,4.5,4.0,won", "amount", "not above 0"),
        ("T2,C1,loan,1000,12,2025-01-10,nan,4.0,won", "price", "nan"),
        ("T2,C1,loan,1000,12,2025-01-10,4525,4.0,won", "price", "decimal sign"),
        ("T2,,loan,1000,12,2025-01-10,4.5,4.0,won", "client_id", "empty"),
        ("T2,C1,loan,1000,12,2025-01-10,4.5,,won", "cost", "empty"),
        ("T1,C1,loan,1000,12,2025-01-10,4.5,4.0,lost", "offer_id", "line 2"),
        ("T2,C1,loan", "", "3 cells for 9"),
    ],
)
def test_a_bad_row_is_reported_and_the_good_one_kept(tmp_path: Path, line: str, column: str, said: str) -> None:
    offers, faults = read_offers(write(tmp_path, HEADER, GOOD, line))
    assert len(offers) == 1
    assert [(fault.line, fault.column) for fault in faults] == [(3, column)] and said in faults[0].reason


def test_every_bad_row_is_reported_in_order_of_line(tmp_path: Path) -> None:
    bad = "T{},C1,loan,1000,12,2025-01-10,x,4.0,won"
    _, faults = read_offers(write(tmp_path, HEADER, bad.format(2), GOOD, bad.format(3), "short"))
    assert [fault.line for fault in faults] == [2, 4, 5]


def test_semicolons_and_decimal_commas_of_a_turkish_spreadsheet(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER.replace(",", ";"), "T1;C1;kredi;1.500.000;12;10.1.2025;40,25;37,5;won")
    offers, faults = read_offers(path)
    assert not faults and (offers.price[0], offers.amount[0]) == (40.25, 1_500_000)


def test_json_lines_with_missing_keys(tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {"price": 4.5, "signal_led": True}
    path = write(tmp_path, json.dumps(row), "", json.dumps({**row, "offer_id": "T2", "price": None}), name="o.jsonl")
    offers, faults = read_offers(path)
    assert offers.signal_led.tolist() == [1] and [(fault.line, fault.column) for fault in faults] == [(3, "price")]


def test_an_offer_with_a_signal_is_led_by_it(tmp_path: Path) -> None:
    offers, _ = read_offers(write(tmp_path, HEADER + ",signal_id", GOOD + ",s1", GOOD.replace("T1", "T2") + ","))
    assert offers.signal_led.tolist() == [1, -1]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="lacks the column 'cost'"):
        read_offers(write(tmp_path, HEADER.replace(",cost", ""), GOOD))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="check the path"):
        read_offers(tmp_path / "none.csv")


def test_no_decision_day_is_needed_to_count_a_win(tmp_path: Path) -> None:
    offers, faults = read_offers(write(tmp_path, HEADER, GOOD))
    assert not faults and price_report(offers)["win_rate"]["value"] == 1


def test_the_report_of_an_empty_file_is_nulls_and_zeros(tmp_path: Path) -> None:
    offers, _ = read_offers(write(tmp_path, HEADER))
    report = price_report(offers)
    assert report["offers"] == 0 and report["win_rate"]["value"] is None and report["rival_price"] is None
    assert report["money_on_table"] is None and report["bid_response"]["identified"] is False


def test_the_report_has_the_promised_fields(offers) -> None:
    report = price_report(offers({"winner": "A", "rival_price": 4.8}, {"status": "won", "rival_price": 5.1}))
    assert list(report) == [
        *("offers", "won", "lost", "open", "win_rate", "loss_reasons", "lost_to", "rival_price", "bid_response"),
        *("lost_deals", "runner_up_gap", "money_on_table"),
    ]
    assert set(report["bid_response"]) == {"identified", "why", "b"}
    assert set(report["runner_up_gap"]) == {"median", "low", "high", "n"}


def test_the_report_is_json_without_nan(bank) -> None:
    report = price_report(bank(1))
    assert json.loads(json.dumps(report, allow_nan=False)) == report
