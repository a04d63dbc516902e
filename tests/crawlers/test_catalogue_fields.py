"""What a source file may say about its rows: dates of its own, rows that are none, statuses, paths."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from oncu.config.specs import Provenance
from oncu.crawlers.document import build_document
from oncu.crawlers.pages.page import Link, Page, Row
from oncu.crawlers.spiders import file, listing
from oncu.crawlers.tax_numbers import restore_first_digit
from oncu.storage.runs import Issue

from .conftest import MakeSpec, page

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
URL = "https://sicil.example/liste"


@pytest.mark.parametrize(
    ("claimed", "moment"),
    [
        ("03/05/2026", datetime(2026, 3, 5, 8, tzinfo=UTC)),
        ("11-09-26", datetime(2026, 11, 9, 8, tzinfo=UTC)),
        ("13/05/2026", None),
        ("dün", None),
    ],
)
def test_date_is_read_in_the_sources_own_form_and_zone_or_not_at_all(
    spec: MakeSpec, claimed: str, moment: datetime | None
) -> None:
    dates = {"formats": ["%m/%d/%Y", "%m-%d-%y"], "zone": "America/Los_Angeles"}
    document, issues = build_document(
        spec("s", URL, dates=dates), Row({"title": "x", "published_at": claimed}, "1"), NOW
    )
    assert document and document.published_at == moment
    assert [issue.kind for issue in issues] == ([] if moment else ["date"])


@pytest.mark.parametrize("values", [{"title": "x", "stage": "Test"}, {"title": "x", "stage": ""}, {"title": "x"}])
def test_ignored_row_is_no_document_and_no_issue(spec: MakeSpec, values: dict[str, str]) -> None:
    assert build_document(spec("s", URL, ignore={"stage": ["Test", ""]}), Row(values, "1"), NOW) == (None, [])


def test_status_of_a_registry_row_is_that_of_its_value() -> None:
    registry = Provenance(type="investment_incentive", statuses={"state": {"İPTAL": "cancelled"}})
    assert [registry.status_of({"state": state}) for state in ("İPTAL", "KAPALI")] == ["cancelled", "fact"]
    assert registry.status_of({}) == "fact"


def test_json_line_is_read_by_paths_and_its_empty_cell_is_nothing(spec: MakeSpec) -> None:
    fields = {"title": "unvanlar || firma", "tax_id": "borclular[].vkn", "url": "adres"}
    source = spec("s", URL, reader="file", file={"format": "jsonl", "fields": fields})
    line = '{"unvanlar": [], "firma": "Sarpkaya Döküm", "borclular": [{"vkn": "1"}, {"vkn": "2"}], "adres": NaN}'
    [row] = file.read(source, Page(URL, line.encode()), Link(URL), NOW)
    assert isinstance(row, Row) and row.values == {"title": "Sarpkaya Döküm", "tax_id": "1; 2", "url": ""}


def test_first_of_several_dates_on_a_page_is_the_date(spec: MakeSpec) -> None:
    inside = {"item": "li", "fields": {"title": "b", "published_at": "i", "tag": "u"}}
    body = page("<li><b>A</b><b>B</b><i> </i><i>19.11.2026</i><i>1.1.2020</i><u>x</u><u>y</u></li>")
    [row] = listing.read(spec("s", URL, reader="listing", listing=inside), Page(URL, body), Link(URL), NOW)
    assert not isinstance(row, Issue | Link)
    assert row.values == {"title": "A B", "published_at": "19.11.2026", "tag": "x; y"}


def test_source_that_is_off_and_unverified_must_say_what_to_check(spec: MakeSpec) -> None:
    assert spec("s", URL, enabled=False, verified=True).to_check == []
    with pytest.raises(ValidationError, match="neither enabled nor verified: add to_check"):
        spec("s", URL, enabled=False)


def test_zone_that_is_none_is_refused(spec: MakeSpec) -> None:
    with pytest.raises(ValidationError, match="no time zone 'Europe/Istambul'"):
        spec("s", URL, dates={"formats": ["%d"], "zone": "Europe/Istambul"})


# Invented numbers with a right check digit.
@pytest.mark.parametrize("number", ["7280000014", "0690000027", "1000000121"])
def test_first_digit_a_source_has_lost_is_found_by_the_check_digit(number: str) -> None:
    assert restore_first_digit(number[1:]) == number


@pytest.mark.parametrize("given", ["", "7280000014", "28000001", "12345678901", "28000001x"])
def test_what_is_no_cut_tax_number_stays_as_it_is(given: str) -> None:
    assert restore_first_digit(given) == given


def test_mended_tax_number_stands_beside_what_the_source_wrote(spec: MakeSpec) -> None:
    cut = spec("s", URL, tax_numbers=["tax_id"])
    whole, _ = build_document(cut, Row({"title": "x", "tax_id": "280000014; 1234567890"}, "1"), NOW)
    assert whole and whole.fields == {
        "tax_id": "7280000014; 1234567890",
        "tax_id_given": "280000014; 1234567890",
    }
    none, _ = build_document(cut, Row({"title": "x"}, "1"), NOW)
    assert none and none.fields == {}
