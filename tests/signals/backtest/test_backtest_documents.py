"""`oncu backtest` of documents read day by day as they were first seen."""

import json
from pathlib import Path

import pytest

DOCUMENTS = """
kind: documents
side: risk
as_of: 2026-03-31
horizon_days: 60
documents:
  files: [press.jsonl]
  columns: {title: title, known_at: seen, published_at: published, source: source, key: link}
clients: {files: [firms.csv], columns: {name: name, city: city}}
outcomes:
  files: [notices.csv]
  columns: {outcome_id: id, name: firms, city: city, occurred_at: day, recorded_at: told, result: stage}
  split: {name: '; '}
outcome_kind: bankruptcy
outcomes_are_clients: true
stages: {provisional: geçici, definite: kesin}
order: [provisional, definite]
"""
PRESS = [
    ("2026-03-02T09:00:00Z", "Sun, 01 Mar 2026 07:00:00 GMT", "Nehir Kimya çalışanlarının maaşlarını ödeyemiyor"),
    ("2026-03-03T09:00:00Z", "", "Simya İlaç konkordato talebinde bulundu"),
    ("2026-03-20T09:00:00Z", "", "Yalnız Ev Tekstil konkordato ilan etti"),
]
NOTICES = [
    ("1", "SİMYA İLAÇ SANAYİ ANONİM ŞİRKETİ; BOZDAĞ HAZIR BETON SANAYİ LİMİTED ŞİRKETİ", "2026-03-10", "geçici mühlet"),
    ("2", "SİMYA İLAÇ SANAYİ A.Ş.", "2026-03-17", "kesin mühlet"),
    ("3", "", "2026-03-17", "kesin mühlet"),
]


@pytest.fixture
def press(run, write_csv):
    lines = [
        {"title": title, "seen": seen, "published": published, "source": "gazete", "link": f"l{n}"}
        for n, (seen, published, title) in enumerate(PRESS)
    ]
    Path("data/press.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    write_csv(
        "firms.csv",
        ["name", "city"],
        [["Simya İlaç Sanayi A.Ş.", "İzmir"], ["Nehir Kimya Ltd. Şti.", "Bursa"], ["Parlak Telekom A.Ş.", "Ankara"]],
    )
    rows = [[number, firms, "İzmir", day, day, stage] for number, firms, day, stage in NOTICES]
    write_csv("notices.csv", ["id", "firms", "city", "day", "told", "stage"], rows)
    return run


def trace(report, name):
    return next(row for row in report["leads"] if row["trace"] == name)


def test_the_press_before_a_notice_gives_its_lead_and_the_others_count_as_unalerted(press):
    row = trace(press(DOCUMENTS), "signal")
    assert (row["firms"], row["in_time"], row["unalerted"], row["days"]["value"]) == (2, 1, 1, 7)


def test_a_notice_reaches_the_listed_firm_and_a_new_one(press):
    [row] = press(DOCUMENTS)["reached"]
    assert (row["notices"], row["with_firm"]["value"], row["firms"], row["listed"]) == (3, pytest.approx(2 / 3), 2, 1)


def test_documents_seen_after_as_of_do_not_exist(press):
    report = press(DOCUMENTS.replace("as_of: 2026-03-31", "as_of: 2026-03-10"))
    assert report["flow"][0]["documents"] == 2


def test_what_the_press_says_after_the_notice_is_no_lead(press):
    lines = Path("data/press.jsonl").read_text(encoding="utf-8").replace("2026-03-03", "2026-03-11")
    Path("data/press.jsonl").write_text(lines, encoding="utf-8")
    report = press(DOCUMENTS)
    assert trace(report, "signal")["in_time"] == 0


def test_two_notices_of_a_firm_are_held_against_the_order_of_stages(press):
    assert press(DOCUMENTS)["order"] == [
        {
            "pairs": 1,
            "in_order": 1,
            "share": {"value": 1.0, "low": pytest.approx(0.2065, abs=1e-4), "high": 1.0, "n": 1},
        }
    ]


def test_a_firm_nobody_wrote_of_was_lost_to_coverage(press):
    lost = {row["reason"]: row["firms"] for row in press(DOCUMENTS)["lost"]}
    assert lost["not covered"] == 1
