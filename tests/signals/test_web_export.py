"""Files that people take home: no cell of them is ever a formula, whatever a firm calls itself."""

import csv
import io
import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from oncu.signals.web.tables import Column, Table, csv_of, xlsx_of
from oncu.signals.web.tame import tame
from oncu.signals.words import load_words

WORDS = load_words("tr", "Europe/Istanbul")
OPENS_A_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def payloads(shared: Path) -> list[str]:
    found = list(json.loads((shared / "corpora/big-list-of-naughty-strings/blns.json").read_text("utf-8")))
    for folder in ("csv-injection", "PayloadsAllTheThings"):
        for file in sorted((shared / "corpora" / folder).rglob("*")):
            if file.suffix in (".txt", ".csv", ".md"):
                found += file.read_text("utf-8", errors="replace").splitlines()
    return [text for text in dict.fromkeys(found) if text]


@pytest.mark.shared
def test_no_payload_of_the_lists_becomes_a_formula(shared):
    texts = payloads(shared)
    assert len(texts) > 2_000
    table = Table("prospects", (Column("name"),), tuple({"name": text} for text in texts))
    sheet = load_workbook(BytesIO(xlsx_of(table, WORDS))).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert len(cells) == len(texts)
    assert "f" not in {cell.data_type for cell in cells}
    lines = list(csv.reader(io.StringIO(csv_of(table, WORDS), newline=""), delimiter=";"))[1:]
    opening = [line[0] for line in lines if line and OPENS_A_FORMULA.match(line[0])]
    assert len(lines) == len(texts)
    assert [text for text in opening if not re.fullmatch(r"[+-]?[\d.,]+", text)] == []


@pytest.mark.parametrize("text", [" =1+1", "\u200b=1+1", "\ufeff@SUM(A1)", "\u202e+1-1"])
def test_a_formula_behind_something_unseen_is_none(text):
    table = Table("prospects", (Column("name"),), ({"name": text},))
    assert csv_of(table, WORDS).splitlines()[1].startswith("'")
    assert load_workbook(BytesIO(xlsx_of(table, WORDS))).active["A2"].data_type == "s"


@pytest.mark.parametrize(
    ("text", "tamed"),
    [
        ("a\u202eb\u202cc", "abc"),
        ("\ufeffAd\u200bı", "Adı"),
        ("iki\nsatır\tsekme", "iki\nsatır\tsekme"),
        ("Şişe", "Şişe"),
    ],
)
def test_letters_that_nobody_sees_are_taken_out(text, tamed):
    assert tame(text) == tamed
