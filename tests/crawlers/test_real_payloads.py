"""Every verified source on the real payload it was built for, served again over loopback.

The payloads lie beside the project and are not part of it; nothing of their text is printed.
"""

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from stdnum.tr import vkn

from oncu.config.load import load_sources
from oncu.storage.database import create_database

from .stored_site import Answer, Case, Visited, visit

pytestmark = pytest.mark.shared

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ISTANBUL, PACIFIC = ZoneInfo("Europe/Istanbul"), ZoneInfo("America/Los_Angeles")
LINES = 400  # of the big files: enough for every form a row has
ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
SOURCES = load_sources()


def lines_of(path: str, name: str, *, kind: str = "application/x-ndjson", limit: int = LINES) -> list[Answer]:
    """The first lines of a file in the drop folder."""
    with (DATA / path).open("rb") as file:
        return [Answer(f"drop://files/{name}", kind, b"".join(islice(file, limit)))]


def rows_of(path: str, url: str, *, limit: int = LINES) -> list[Answer]:
    """The first rows of a CSV file, whose cells may hold line breaks, as they stand."""
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.reader(file), limit + 1))
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return [Answer(url, "text/csv", text.getvalue().encode())]


def gazette() -> list[Answer]:
    """All pages of the Official Gazette behind a contents page of ours: the real one is not among the payloads."""
    host = "https://www.resmigazete.gov.tr"
    pages = [
        Answer(f"{host}/eskiler/{path.name}", "text/html", path.read_bytes())
        for path in sorted((DATA / "tr/registry/resmi_gazete").glob("*.htm"))
    ]
    links = "".join(f"<div class='fihrist-item'><a href='{page.url}'>x</a></div>" for page in pages)
    days = (NOW.date(), NOW.date() - timedelta(days=1))
    lists = [Answer(f"{host}/fihrist?tarih={day}", "text/html", f"<div>{links}</div>".encode()) for day in days]
    return [*lists, *pages]


def inspections() -> list[Answer]:
    """The first rows of the inspections, which lie there as a Parquet file, as the CSV file a bank would drop."""
    from pyarrow import csv, date32, parquet

    path = DATA / "en/nyc_inspections/inspections_to_2014-06.parquet"
    rows = io.BytesIO()
    table = parquet.read_table(path).slice(0, LINES)
    csv.write_csv(table.set_column(table.column_names.index("d"), "d", table["d"].cast(date32())), rows)
    return [Answer("drop://files/inspections.csv", "text/csv", rows.getvalue())]


def files_of(pattern: str, kind: str) -> list[Answer]:
    """Small files as they are, all in the drop folder."""
    return [Answer(f"drop://files/{path.name}", kind, path.read_bytes()) for path in sorted(DATA.glob(pattern))]


def news(source: str, *names: str) -> list[Answer]:
    """Stored article pages behind a news sitemap of ours, dated as fresh."""
    home = SOURCES[source].url
    pages = []
    for name in names:
        meta = json.loads((DATA / "en/extract_fundus" / Path(name).parent / "meta.info").read_text(encoding="utf-8"))
        body = gzip.decompress((DATA / f"en/extract_fundus/{name}.html.gz").read_bytes())
        url = meta[f"{Path(name).name}.html.gz"]["url"]
        pages.append(Answer(url, "text/html; charset=utf-8", body))
    day = NOW.date().isoformat()
    listed = "".join(f"<url><loc>{page.url}</loc><lastmod>{day}</lastmod></url>" for page in pages)
    head = "<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    return [Answer(home, "application/xml", f"{head}{listed}</urlset>".encode()), *pages]


@dataclass(frozen=True)
class Payload:
    """The real pages of a source, how many documents they hold, the issues they are known to have.

    `needs` is a package without which the pages cannot be brought into the form of the source.
    """

    pages: Callable[[], list[Answer]]
    documents: int
    issues: frozenset[str] = frozenset()
    needs: str = ""


REGISTRY = "tr/registry"
PAYLOADS: Mapping[str, Payload] = {
    "konkordato-ilanlari": Payload(lambda: lines_of(f"{REGISTRY}/konkordato_notices.jsonl", "k.jsonl"), 116),
    "ilan-gov-alacakli": Payload(lambda: lines_of(f"{REGISTRY}/ilan_gov_tr/alacak_ilan.jsonl", "a.jsonl"), 1),
    "ilan-gov-ihaleler": Payload(lambda: lines_of(f"{REGISTRY}/ilan_gov_tr/ihale_yurtici.jsonl", "i.jsonl"), 171),
    "ekap-ihaleler": Payload(lambda: lines_of(f"{REGISTRY}/ekap_tenders/ekap_ihaleler.jsonl", "e.jsonl"), LINES),
    "ekap-sonuclari": Payload(lambda: lines_of(f"{REGISTRY}/ekap_awards/sample-awards.jsonl", "s.jsonl"), 9),
    "yatirim-tesvik-belgeleri": Payload(
        lambda: lines_of(f"{REGISTRY}/incentive_certificates_2009.jsonl", "t.jsonl", limit=1000), 668
    ),
    "kamu-kurum-ihaleleri": Payload(
        lambda: lines_of(f"{REGISTRY}/ekap_tenders/kamu_kurum_ihaleleri_2025.jsonl", "p.jsonl"), 344
    ),
    "kap-bildirimleri": Payload(
        lambda: [
            Answer(
                SOURCES["kap-bildirimleri"].url,
                "application/json",
                (DATA / f"{REGISTRY}/kap_payload/kap_byCriteria_sample.json").read_bytes(),
            )
        ],
        4,
    ),
    "resmi-gazete": Payload(gazette, 29, frozenset({"empty-row"})),
    "sikayet-dokumu": Payload(
        lambda: lines_of("tr/complaints/complaints.jsonl", "c.jsonl"), 385, frozenset({"empty-row"})
    ),
    "sosyal-gonderi-dokumu": Payload(lambda: lines_of("tr/complaints/social_sentiment.jsonl", "x.jsonl"), LINES),
    "frb-enforcement": Payload(
        lambda: rows_of("en/bank_enforcement/frb_actions_to_2010.csv", SOURCES["frb-enforcement"].url, limit=5000), 1026
    ),
    "fdic-failures": Payload(
        lambda: rows_of("en/bank_enforcement/fdic_failures_to_2012.csv", SOURCES["fdic-failures"].url, limit=5000), 492
    ),
    "world-bank-awards": Payload(lambda: rows_of("en/worldbank_bids/tenders_train.csv", "drop://files/w.csv"), 78),
    "cfpb-monthly": Payload(lambda: rows_of("en/cfpb_monthly/monthly_mapped.csv", "drop://files/m.csv"), LINES),
    "warn-california": Payload(
        lambda: rows_of(
            "en/warn/ca.csv",
            "drop://files/ca.csv",
        ),
        399,
    ),
    "warn-florida": Payload(
        lambda: rows_of(
            "en/warn/fl.csv",
            "drop://files/fl.csv",
        ),
        400,
    ),
    "warn-illinois": Payload(
        lambda: rows_of(
            "en/warn/il.csv",
            "drop://files/il.csv",
        ),
        400,
    ),
    "warn-texas": Payload(
        lambda: rows_of(
            "en/warn/tx.csv",
            "drop://files/tx.csv",
        ),
        397,
    ),
    "warn-new-jersey": Payload(lambda: files_of("en/warn/nj.csv", "text/csv"), 1898),
    "warn-pennsylvania": Payload(lambda: files_of("en/warn/pa.csv", "text/csv"), 231),
    "ekap-sonuc-ilanlari": Payload(lambda: files_of(f"{REGISTRY}/ekap_awards/2*.md", "text/markdown"), 4),
    "nyc-inspections": Payload(inspections, LINES, needs="pyarrow"),
    "us-regulators": Payload(lambda: lines_of("en/regfeeds/items.ndjson", "r.ndjson", limit=5000), 124),
    "guardian": Payload(lambda: news("guardian", "uk/TheGuardian_2024_02_24"), 1),
    "reuters": Payload(lambda: news("reuters", "us/Reuters_2023_05_16", "us/Reuters_2024_03_07"), 2),
    "ap-news": Payload(lambda: news("ap-news", "us/APNews_2023_04_28", "us/APNews_2024_09_03"), 2),
    "cnbc": Payload(lambda: news("cnbc", "us/CNBC_2023_04_28"), 1),
    "techcrunch": Payload(lambda: news("techcrunch", "us/TechCrunch_2024_04_28", "us/TechCrunch_2024_05_17"), 2),
    "bbc-news": Payload(lambda: news("bbc-news", "uk/BBC_2024_08_01", "uk/BBC_2026_04_25"), 2),
}


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visited]:
    """One crawl of all payloads."""
    if not DATA.is_dir():
        pytest.skip("the real data (../shared) is not beside this clone")
    folder = tmp_path_factory.mktemp("real")
    database = create_database(f"sqlite:///{folder / 'oncu.db'}")
    usable = {name: payload for name, payload in PAYLOADS.items() if not payload.needs or find_spec(payload.needs)}
    cases = [Case(name, SOURCES[name], SOURCES[name].url, p.pages()) for name, p in usable.items()]
    try:
        return visit(cases, database, folder / "drop", NOW)
    finally:
        database.close()


def test_every_verified_source_has_its_real_payload_here() -> None:
    assert sorted(PAYLOADS) == sorted(name for name, spec in SOURCES.items() if spec.verified)


@pytest.mark.parametrize("name", PAYLOADS)
def test_real_payload_is_read_whole_and_as_expected(visited: dict[str, Visited], name: str) -> None:
    if name not in visited:
        pytest.skip(f"needs the package {PAYLOADS[name].needs}")
    found = visited[name]
    assert found.result.status == "ok"
    assert set(found.kinds) <= PAYLOADS[name].issues, found.problems
    assert len(found.documents) == PAYLOADS[name].documents


def test_disclosures_are_of_who_disclosed_at_the_clock_of_istanbul(visited: dict[str, Visited]) -> None:
    [found] = [d for d in visited["kap-bildirimleri"].documents if d["fields"]["tickers"] == "GARAN, TGB"]
    assert found["published_at"] == "2026-10-06T09:24:44+00:00"
    assert found["fields"]["firm"].startswith("TÜRKİYE GARANTİ")


def test_concordat_notices_keep_firm_and_tax_number_and_drop_the_test_row(visited: dict[str, Visited]) -> None:
    documents = visited["konkordato-ilanlari"].documents
    numbers = [number for d in documents for number in d["fields"].get("tax_id", "").split("; ") if number]
    assert len(numbers) == 70 and all(len(number) == 10 and number.isdigit() for number in numbers)
    assert not [d for d in documents if d["key"].startswith("TEST")]


def test_tax_numbers_of_the_notice_to_creditors_are_whole_and_no_zero_was_put_there(
    visited: dict[str, Visited],
) -> None:
    [document] = visited["ilan-gov-alacakli"].documents
    numbers = document["fields"]["tax_id"].split("; ")
    assert [number[0] for number in numbers] == ["7", "7", "0"]  # tax numbers rise with the first letter of the name
    assert all(vkn.is_valid(number) for number in numbers)


def test_gazette_pages_are_read_in_their_encoding_and_dated_as_their_name_says(visited: dict[str, Visited]) -> None:
    documents = visited["resmi-gazete"].documents
    dated = [datetime.fromisoformat(d["published_at"]).astimezone(ISTANBUL).strftime("%Y%m%d") for d in documents]
    assert dated == [d["url"].rpartition("/")[2][:8] for d in documents]
    assert not [d for d in documents if "\ufffd" in d["text"] or "Ý" in d["text"] or "þ" in d["text"]]


def test_cancelled_incentives_are_cancelled_and_not_facts(visited: dict[str, Visited]) -> None:
    provenance = SOURCES["yatirim-tesvik-belgeleri"].provenance
    assert provenance
    documents = visited["yatirim-tesvik-belgeleri"].documents
    assert Counter(provenance.status_of(d["fields"]) for d in documents) == {"fact": 500, "cancelled": 168}


def test_californian_days_are_month_first(visited: dict[str, Visited]) -> None:
    with (DATA / "en/warn/ca.csv").open(encoding="utf-8", newline="") as file:
        written = Counter(row["received_date"] for row in islice(csv.DictReader(file), LINES))
    pacific = (
        datetime.fromisoformat(d["published_at"]).astimezone(PACIFIC) for d in documents_of(visited, "warn-california")
    )
    assert Counter(moment.strftime("%m/%d/%Y") for moment in pacific).keys() == written.keys()


def test_results_in_markdown_say_the_same_as_the_table_made_of_them(visited: dict[str, Visited]) -> None:
    table = {document["key"]: document["fields"] for document in visited["ekap-sonuclari"].documents}
    for document in visited["ekap-sonuc-ilanlari"].documents:
        fields, wanted = document["fields"], table[document["key"]]
        assert fields["bids"] == wanted["bids"]
        assert float(fields["amount"].replace(".", "").replace(",", ".")) == float(wanted["amount"])


def test_enforcement_actions_are_of_organisations_only(visited: dict[str, Visited]) -> None:
    with (DATA / "en/bank_enforcement/frb_actions_to_2010.csv").open(encoding="utf-8", newline="") as file:
        organisations = {" ".join(row["Banking Organization"].split()) for row in csv.DictReader(file)} - {""}
    assert {d["fields"]["firm"] for d in documents_of(visited, "frb-enforcement")} <= organisations


NEWS = ("guardian", "reuters", "ap-news", "cnbc", "techcrunch", "bbc-news")
PAGES = {"guardian": "uk/TheGuardian", "reuters": "us/Reuters", "ap-news": "us/APNews", "cnbc": "us/CNBC"}
PAGES |= {"techcrunch": "us/TechCrunch", "bbc-news": "uk/BBC"}


@pytest.mark.parametrize("name", NEWS)
def test_articles_have_the_time_and_most_of_the_words_of_the_stored_reading(
    visited: dict[str, Visited], name: str
) -> None:
    versions = json.loads((DATA / f"en/extract_fundus/{PAGES[name]}.json").read_text(encoding="utf-8")).values()
    wanted = {datetime.fromisoformat(version["publishing_date"]): words(version) for version in versions}
    for document in visited[name].documents:
        expected = wanted[datetime.fromisoformat(document["published_at"])]
        found = Counter(document["text"].split())
        assert sum((expected & found).values()) / sum(expected.values()) > 0.85


def documents_of(visited: dict[str, Visited], name: str) -> list[Mapping[str, Any]]:
    """The documents of a source."""
    return visited[name].documents


def words(version: dict[str, Any]) -> Counter[str]:
    """The words of a stored reading of an article."""
    body = version["body"]
    paragraphs = [*body["summary"], *(p for section in body["sections"] for p in section["paragraphs"])]
    return Counter(" ".join(paragraphs).split())
