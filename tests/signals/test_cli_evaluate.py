"""`oncu evaluate` on files: the worked example of the contract, and bad input."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("english")

SIGNALS = [("1", "A", "2025-01-01"), ("2", "B", "2025-01-01"), ("3", "C", "2025-01-01"), ("4", "D", "2025-03-20")]
OUTCOMES = [
    ("A", "sale", "2025-01-11", "false"),
    ("B", "sale", "2025-02-20", "false"),
    ("C", "left", "2025-01-15", "true"),
]


def as_csv():
    signals = [f"{i},{c},opportunity,plant_expansion,gazete,{at}" for i, c, at in SIGNALS]
    outcomes = [f"{c},{kind},{at},{at},{competing}" for c, kind, at, competing in OUTCOMES]
    Path("s.csv").write_text("\n".join(["signal_id,client_id,side,type,source,known_at", *signals]) + "\n")
    Path("o.csv").write_text("\n".join(["client_id,kind,occurred_at,recorded_at,competing", *outcomes]) + "\n")
    return "s.csv", "o.csv"


def as_lines():
    keys = ("side", "type", "source")
    same = dict(zip(keys, ("opportunity", "plant_expansion", "gazete"), strict=True))
    signals = [{"signal_id": i, "client_id": c, "known_at": at} | same for i, c, at in SIGNALS]
    outcomes = [
        {"client_id": c, "kind": k, "occurred_at": at, "recorded_at": at, "competing": competing == "true"}
        for c, k, at, competing in OUTCOMES
    ]
    Path("s.jsonl").write_text("".join(json.dumps(row) + "\n" for row in signals))
    Path("o.jsonl").write_text("".join(json.dumps(row) + "\n" for row in outcomes))
    return "s.jsonl", "o.jsonl"


@pytest.fixture
def evaluate(oncu):
    def run(signals, outcomes, *more, as_of="2025-03-31"):
        words = ("--signals", signals, "--outcomes", outcomes, "--side", "opportunity", "--as-of", as_of)
        return oncu("evaluate", *words, "--horizon", "30", *more)

    return run


@pytest.mark.parametrize("form", [as_csv, as_lines])
def test_the_worked_example(evaluate, form):
    found = json.loads(evaluate(*form()).out)
    assert (found["conversion"]["value"], found["naive_share"], found["mature"]) == (0.25, 0.25, 3)


def test_the_report_has_the_keys_of_the_contract(evaluate):
    keys = "as_of horizon_days side signals episodes mature echoes conversion naive_share base_rate lift recall auc"
    assert list(json.loads(evaluate(*as_csv()).out)) == [*keys.split(), "lead_time_days", "groups"]


def test_groups_can_be_made_by_type(evaluate):
    found = json.loads(evaluate(*as_csv(), "--by", "type").out)
    assert [group["key"] for group in found["groups"]] == ["plant_expansion"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("known_at", "known"), "known_at"),
        (("2025-03-20", "soon"), "s.csv, line 5, column known_at: found 'soon'"),
        (("opportunity", "chance"), "column side: found 'chance'"),
        (("1,A,", "1,,"), "line 2, column client_id"),
    ],
)
def test_bad_input_is_one_line_that_says_where(evaluate, change, said):
    as_csv()
    Path("s.csv").write_text(Path("s.csv").read_text().replace(*change))
    found = evaluate("s.csv", "o.csv")
    assert (found.code, found.out, found.err.count("\n")) == (1, "", 1) and said in found.err


@pytest.mark.parametrize("content", [b" x", b"\xff\xfe\x00", b'{"a": NaN}', b"[" * 9999, b'"', b"\x00"])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_file_of_something_else_is_a_problem(evaluate, content, ending):
    as_csv()
    Path(f"bad.{ending}").write_bytes(content)
    found = evaluate(f"bad.{ending}", "o.csv")
    assert found.code == 1 and found.err.startswith("oncu: bad.") and found.err.count("\n") == 1


def test_a_missing_file_is_a_problem(evaluate):
    as_csv()
    found = evaluate("nowhere.csv", "o.csv")
    assert (found.code, "nowhere.csv" in found.err) == (1, True)


def test_a_date_that_cannot_be_read_is_a_problem(evaluate):
    assert "write it like" in evaluate(*as_csv(), as_of="today").err


def test_nothing_known_by_then_is_a_report_of_nothing(evaluate):
    found = json.loads(evaluate(*as_csv(), as_of="2020-01-01").out)
    assert (found["episodes"], found["conversion"]["value"]) == (0, None)


def test_a_workbook_is_called_one(oncu):
    said = oncu(
        "evaluate",
        "--signals",
        "s.xlsx",
        "--outcomes",
        "o.csv",
        *["--side", "risk", "--as-of", "2026-01-01"],
        "--horizon",
        9,
    )
    assert said.err == "oncu: s.xlsx: is a workbook; save it as CSV or JSON lines\n"
