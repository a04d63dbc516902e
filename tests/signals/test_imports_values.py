"""One cell to one value: Turkish and international numbers, days and moments, check digits; never an exception."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.signals.imports.columns import Context
from oncu.signals.imports.moments import parse_day, parse_moment
from oncu.signals.imports.numbers import find_decimal_sign, parse_number, parse_percent, parse_share
from oncu.signals.imports.plans import KINDS, load_plan
from oncu.signals.imports.tables import Bad, Percent
from oncu.signals.imports.values import (
    parse_boolean,
    parse_code,
    parse_lei,
    parse_list,
    parse_mersis,
    parse_tax_id,
    parse_text,
)

ZONE = ZoneInfo("Europe/Istanbul")
CONTEXT = Context(datetime(2026, 3, 2, 9, tzinfo=UTC), ZONE)
COLUMNS = [(kind, column) for kind in KINDS for column in load_plan(kind).columns]


def format_turkish(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@given(st.integers(-(10**13), 10**13))
def test_turkish_form_is_read_back(cents: int) -> None:
    assert parse_number(format_turkish(cents / 100)) == round(cents / 100, 2)


@given(st.floats(-1e12, 1e12).filter(lambda x: abs(x) >= 1000 or x == 0))
def test_plain_form_is_read_back(number: float) -> None:
    assert parse_number(f"{number:.2f}") == float(f"{number:.2f}")


@given(st.text(), st.sampled_from(COLUMNS))
def test_any_text_gives_a_value_or_a_reason(text: str, column: tuple[str, object]) -> None:
    found = column[1].parse(text, CONTEXT)
    assert not isinstance(found, Bad) or "; " in found.reason


@given(
    st.one_of(st.integers(), st.floats(), st.floats().map(Percent)),
    st.sampled_from(COLUMNS),
    st.sampled_from([",", ".", None]),
)
def test_any_number_gives_a_value_or_a_reason(cell: object, column: tuple[str, object], decimal: str | None) -> None:
    found = column[1].parse(cell, replace(CONTEXT, decimal=decimal))
    assert found is not None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234.567,89", 1234567.89),
        ("1234567.89", 1234567.89),
        ("1234567,89", 1234567.89),
        ("1.250.000", 1250000),
        ("0.125", 0.125),
        ("0,125", 0.125),
        ("12.5", 12.5),
        ("-3,2", -3.2),
        ("\N{MINUS SIGN}3", -3),
        ("  42 ", 42),
    ],
)
def test_number_that_can_mean_one_thing_is_read(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["1.234", "1,234", "-850.000"])
def test_number_that_can_mean_two_things_is_refused_without_evidence(text: str) -> None:
    assert "ambiguous number" in parse_number(text).reason


def test_evidence_of_the_file_decides_an_ambiguous_number() -> None:
    assert [parse_number("1.234", sign) for sign in (",", ".")] == [1234, 1.234]


def test_comma_is_not_taken_for_grouping_where_the_point_is_decimal() -> None:
    assert isinstance(parse_number("1,234", "."), Bad)


@pytest.mark.parametrize(
    "text", ["1,234.5", "1,234,567", "12 500", "1e5", "inf", "nan", "١٢", "%5", "5 TL", "--1", "9" * 400]
)
def test_other_texts_are_no_numbers(text: str) -> None:
    assert isinstance(parse_number(text), Bad)


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1.234", "12,5"], ","),
        (["1.234", "1.250.000"], ","),
        (["1.234", "4.25"], "."),
        (["1.234", "5"], None),
        (["12,5", "12.5"], None),
        (["1.234", 12.5], None),
    ],
)
def test_decimal_sign_follows_the_evidence(cells: list[str], sign: str | None) -> None:
    assert find_decimal_sign(cells) == sign


@pytest.mark.parametrize("cell", ["4,25", "%4,25", "4,25 %", "% 4.25", Percent(4.25), 4.25])
def test_rate_is_in_per_cent_with_or_without_the_sign(cell: object) -> None:
    assert parse_percent(cell) == 4.25


@pytest.mark.parametrize("cell", ["0,25", "%25", "25%", Percent(25), 0.25])
def test_share_is_of_one(cell: object) -> None:
    assert parse_share(cell) == 0.25


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("31.12.2025", datetime(2025, 12, 31, tzinfo=UTC)),
        ("2025-12-31", datetime(2025, 12, 31, tzinfo=UTC)),
        ("1.2.2025", datetime(2025, 2, 1, tzinfo=UTC)),
        ("31/12/2025", datetime(2025, 12, 31, tzinfo=UTC)),
        ("31.12.2025 14:30", datetime(2025, 12, 31, 11, 30, tzinfo=UTC)),
        ("2025-12-31T14:30:05Z", datetime(2025, 12, 31, 14, 30, 5, tzinfo=UTC)),
        ("2025-12-31 14:30:05.123+03:00", datetime(2025, 12, 31, 11, 30, 5, tzinfo=UTC)),
        ("2025-12-31 00:00:00", datetime(2025, 12, 31, tzinfo=UTC)),
    ],
)
def test_moment_is_read(text: str, moment: datetime) -> None:
    assert parse_moment(text, ZONE) == moment


@pytest.mark.parametrize(
    "cell", ["31.02.2025", "03/04/2025", "31.12.25", "dün", "0202-01-01", "20251231", 45000, "12.31.2025"]
)
def test_what_is_no_day_is_refused(cell: object) -> None:
    assert "write" in parse_moment(cell, ZONE).reason or "format" in parse_moment(cell, ZONE).reason


def test_day_without_a_clock_is_the_same_day_in_utc_and_in_istanbul() -> None:
    moment = parse_moment("31.12.2025", ZONE)
    assert moment.date() == moment.astimezone(ZONE).date() == date(2025, 12, 31)


def test_day_of_a_clock_is_the_bank_s_day() -> None:
    assert parse_day("01.01.2026 01:30", ZONE) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("cell", "truth"), [("Evet", True), ("HAYIR", False), ("hayır", False), ("DOĞRU", True), (1, True), ("0", False)]
)
def test_truth_values_in_turkish_and_english(cell: object, truth: bool) -> None:
    assert parse_boolean(cell) is truth


def test_other_words_are_no_truth_values() -> None:
    assert "evet or hayır" in parse_boolean("belki").reason


@pytest.mark.parametrize("cell", ["1234567890", "123 456 7890", 1234567890, "10000000146"])
def test_tax_number_with_right_check_digit_is_kept_as_digits(cell: object) -> None:
    assert parse_tax_id(cell) == str(cell).replace(" ", "")


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        ("1234567893", "fails the check digit"),
        ("1111111111", "fails the check digit"),
        ("123", "has 3 digits"),
        (730018000, "came as a number and lost its leading zeros"),
        ("VKN 123456", "is not right"),
        (1.5, "is not right"),
    ],
)
def test_wrong_tax_number_says_what_is_wrong(cell: object, part: str) -> None:
    assert part in parse_tax_id(cell).reason


def test_mersis_must_hold_a_tax_number() -> None:
    assert parse_mersis("0123456789000015") == "0123456789000015"
    assert "no valid tax number" in parse_mersis("0123456789300015").reason


def test_mersis_that_came_as_a_number_may_have_lost_digits() -> None:
    assert "lost digits" in parse_mersis(1234567890000150.0).reason


def test_lei_is_checked() -> None:
    assert parse_lei("ornek0abcdefghijkl" + "00").reason
    assert parse_lei("213800KUD8LAJWSQ9D15") == "213800KUD8LAJWSQ9D15"


def test_list_keeps_order_and_each_text_once() -> None:
    assert parse_list("Örnek; Örnek Döküm ;;Örnek") == ("Örnek", "Örnek Döküm")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800", "#YOK"])
def test_text_a_database_cannot_hold_is_refused(text: str) -> None:
    assert isinstance(parse_text(text), Bad)


def test_decomposed_letters_are_composed() -> None:
    assert parse_text("S\u0327i\u0307") == "\u015ei\u0307"


def test_code_is_short() -> None:
    assert "at most 64" in parse_code("x" * 65).reason


def test_id_that_came_as_a_number_is_its_digits() -> None:
    assert [parse_code(1001), parse_code(1001.0)] == ["1001", "1001"]
