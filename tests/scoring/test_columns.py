"""Reading what is judged, and saying exactly what cannot be read."""

import json
from pathlib import Path

import numpy as np
import pytest

from oncu.scoring.judge.columns import read_exposure, read_outcomes, read_signals
from oncu.scoring.judge.tables import BadInput

HEADER = "signal_id,client_id,side,type,source,known_at"
ROW = "s1,A,risk,default,gazete,2025-01-01"


def _write(folder: Path, text: str, name: str = "signals.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + f"{HEADER};note\n{ROW};uzun, notlu\n".replace(",", ";").replace("uzun;", "uzun,")
    assert read_signals(_write(tmp_path, text)).client_id == ["A"]


def test_unknown_columns_are_ignored_and_absent_ones_are_none(tmp_path: Path) -> None:
    read = read_signals(_write(tmp_path, f"{HEADER},colour\n{ROW},mavi\n"))
    assert read.category is None and read.story_id == [""] and np.isnan(read.probability[0])


def test_json_lines_read_like_csv(tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), ROW.split(","), strict=True), probability=0.5, client_id=17)
    read = read_signals(_write(tmp_path, json.dumps(row) + "\n\n", "signals.jsonl"))
    assert (read.client_id, read.probability.tolist()) == (["17"], [0.5])


def test_times_without_zone_are_utc(tmp_path: Path) -> None:
    rows = "\n".join(
        ROW.replace("2025-01-01", day) for day in ("2025-01-01T00:30", "2025-01-01T03:30+03:00", "2025-01-01T00:30Z")
    )
    assert len(set(read_signals(_write(tmp_path, f"{HEADER}\n{rows}\n")).known_at.tolist())) == 1


def test_open_exposure_has_no_end(tmp_path: Path) -> None:
    read = read_exposure(_write(tmp_path, "client_id,from,to\nA,2024-01-01,\nB,2024-01-01,9999-12-31\n"))
    assert np.isnat(read.until).tolist() == [True, False]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("0", False), ("False", False), ("1", True)])
def test_booleans(tmp_path: Path, text: str, value: bool) -> None:
    rows = f"client_id,kind,occurred_at,recorded_at,competing\nA,sale,2025-01-01,2025-01-02,{text}\n"
    assert read_outcomes(_write(tmp_path, rows)).competing.tolist() == [value]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "signals.csv: lacks the column 'signal_id'"),
        ("signal_id,client_id\n", "lacks the column 'side'"),
        (f"{HEADER}\n{ROW}\n\ns2,B,risk,default,gazete,31.12.2025\n", "line 4, column known_at: found '31.12.2025'"),
        (f"{HEADER}\n{ROW.replace('risk', 'danger')}\n", "column side: found 'danger'; expected opportunity or risk"),
        (f"{HEADER}\n{ROW.replace(',A,', ', ,')}\n", "line 2, column client_id: found ' '"),
        (f"{HEADER},probability\n{ROW},1.2\n", "column probability: found '1.2'"),
        (f"{HEADER},probability\n{ROW},nan\n", "column probability: found 'nan'"),
        (f"{HEADER}\n{ROW},more\n", "line 2: 7 cells for 6 columns"),
    ],
)
def test_bad_csv_is_told_with_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_signals(_write(tmp_path, text))
    assert told in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("line", ["not json", "[1]", '{"signal_id": ["s"]}', "[" * 100_000])
def test_bad_json_line_is_told_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadInput, match="line 2"):
        read_signals(_write(tmp_path, f"\n{line}\n", "signals.jsonl"))


def test_bad_row_far_down_is_found(tmp_path: Path) -> None:
    rows = "\n".join([ROW] * 1234 + [ROW.replace("2025-01-01", "tomorrow")])
    with pytest.raises(BadInput, match="line 1236"):
        read_signals(_write(tmp_path, f"{HEADER}\n{rows}\n"))


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_signals(tmp_path / "absent.csv")


def test_text_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "signals.csv"
    path.write_bytes(f"{HEADER}\n{ROW}".replace("gazete", "gözcü").encode("windows-1254"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_signals(path)


def test_exposure_that_ends_before_it_begins_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="line 2, column to"):
        read_exposure(_write(tmp_path, "client_id,from,to\nA,2024-01-01,2023-01-01\n"))
