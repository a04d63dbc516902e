"""`oncu backtest` on small invented archives of each kind, and what it says of bad ones."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

TITLE = "title: {tr: Deneme, en: Trial}\n"


def write_csv(name, header, rows):
    with Path("data", name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


@pytest.fixture
def run(oncu):
    """Write a spec, run it on the folder `data`, and give back the report."""
    Path("data").mkdir()

    def backtest(spec, *words):
        Path("deneme.yml").write_text(TITLE + spec, encoding="utf-8")
        said = oncu("backtest", "deneme.yml", "--data", "data", "--json", *words)
        return json.loads(said.out) if said.code == 0 else said

    return backtest


SIGNALS = """
kind: signals
side: risk
as_of: 2020-12-31
horizon_days: 365
signals:
  files: [actions.csv]
  columns: {known_at: Day, name: Firm, type: Kind}
  until: 2019-12-31
  split: {name: '; '}
  read: {name: '(?P<name>.+), (?P<city>[^,]+), (?P<state>[^,]+)'}
  codes: {state: us_states}
outcomes:
  files: [failures.csv]
  columns: {outcome_id: Id, name: Bank, city: Town, state: State, occurred_at: Closed}
  dates: "%d-%b-%y"
links:
  - {name: plain, by: exact, agree: [city, state]}
  - {name: resolver, by: resolver, agree: [state], kin_words: [bank, bancorp, inc, the, of]}
"""


@pytest.fixture
def actions(run):
    write_csv(
        "actions.csv",
        ["Day", "Firm", "Kind"],
        [
            ["2019-01-01", "Karaoak Bank, Ravenford, Texas", "order"],
            ["2019-02-01", "Lindmoor Bancorp, Inc., Hollins, Ohio", "order"],
            ["2019-03-01", "Quellmere Bancorp, Inc., Ashby, Iowa; Quellmere Bank, Ashby, Iowa", "order"],
            ["2019-04-01", "Tarnwick Bank, Ravenford, Ohio", "letter"],
            ["2020-06-01", "Karaoak Bank, Ravenford, Texas", "order"],
        ],
    )
    write_csv(
        "failures.csv",
        ["Id", "Bank", "Town", "State", "Closed"],
        [
            ["1", "Karaoak Bank", "Ravenford", "TX", "11-Apr-19"],
            ["2", "The Lindmoor Bank", "Hollins", "OH", "02-Feb-20"],
            ["3", "Quellmere Bank", "Ashby", "IA", "15-May-19"],
            ["4", "Tarnwick Bank", "Ravenford", "TX", "15-May-19"],
        ],
    )
    return run


def by_link(report, link, kind="order"):
    return next(row for row in report["types"] if row["link"] == link and row["type"] == kind)


def test_signals_are_held_against_what_happened_to_whom_they_name(actions):
    row = by_link(actions(SIGNALS), "plain")
    assert (row["clients"], row["ended"], row["days"]["value"]) == (3, 2, 87.5)


def test_a_holding_is_taken_to_its_bank_by_the_resolver_alone(actions):
    report = actions(SIGNALS.replace("horizon_days: 365", "horizon_days: 366"))
    assert by_link(report, "plain")["ended"] == 2 and by_link(report, "resolver")["ended"] == 3


def test_a_bank_of_another_state_is_not_meant(actions):
    assert by_link(actions(SIGNALS), "resolver", "letter")["ended"] == 0


def test_signals_after_the_last_day_are_left_out(actions):
    assert actions(SIGNALS)["split"] == "2019-01-01 – 2019-04-01"


def test_outcomes_after_as_of_do_not_exist(actions):
    report = actions(SIGNALS.replace("as_of: 2020-12-31", "as_of: 2020-01-31"))
    assert by_link(report, "resolver")["ended"] == 2


def test_the_same_backtest_prints_the_same_bytes(actions, oncu):
    actions(SIGNALS)
    words = ("backtest", "deneme.yml", "--data", "data")
    assert oncu(*words).out == oncu(*words).out and oncu(*words, "--json").out == oncu(*words, "--json").out


@pytest.mark.parametrize(("language", "said"), [("tr", "ufuk 365 gün"), ("en", "horizon 365 days")])
def test_the_text_is_in_the_language_asked_for(actions, oncu, language, said):
    actions(SIGNALS)
    assert said in oncu("backtest", "deneme.yml", "--data", "data", "--lang", language).out


def test_absent_data_is_one_line_that_says_how_to_name_it(oncu):
    said = oncu("backtest", "bank-failures", "--data", "nowhere")
    assert (
        said.code == 1
        and said.err == "oncu: nowhere is no folder; name the folder of the backtest's data with --data DIR\n"
    )


def test_an_absent_file_is_named(run):
    said = run(SIGNALS)
    assert said.code == 1 and "actions.csv is not there" in said.err


def test_a_missing_column_is_named_with_those_there(actions):
    said = actions(SIGNALS.replace("type: Kind", "type: Art"))
    assert said.code == 1 and "there is no column 'Art'; there are Day, Firm, Kind" in said.err


def test_an_unreadable_day_is_named_with_its_row(actions):
    write_csv("failures.csv", ["Id", "Bank", "Town", "State", "Closed"], [["1", "X", "Y", "TX", "soon"]])
    said = actions(SIGNALS)
    assert said.code == 1 and "row 1, column Closed: 'soon' is no day" in said.err


def test_a_table_without_rows_left_is_said(actions):
    said = actions(SIGNALS.replace("until: 2019-12-31", "until: 1999-12-31"))
    assert said.code == 1 and "actions.csv: no row is left" in said.err


def test_a_file_in_another_encoding_is_named(actions):
    Path("data/actions.csv").write_bytes("Day,Firm,Kind\n2019-01-01,Şişe,order\n".encode("windows-1254"))
    said = actions(SIGNALS)
    assert said.code == 1 and "actions.csv is not UTF-8" in said.err


def test_cells_beyond_the_header_do_no_harm(actions):
    with Path("data/failures.csv").open("a", encoding="utf-8") as file:
        file.write("9,Nobody,Nowhere,TX,01-Jan-19,and,more\n")
    assert by_link(actions(SIGNALS), "plain")["ended"] == 2


def test_the_ready_backtests_are_listed(oncu):
    assert [line.split()[:2] for line in oncu("backtest", "list", "--lang", "en").out.splitlines()] == [
        ["bank-failures", "signals"],
        ["complaint-surges", "surges"],
        ["concordat", "documents"],
        ["incentives", "cases"],
        ["inspections", "history"],
    ]


HISTORY = """
kind: history
side: risk
horizon_days: 100
cut_offs: [2018-12-31, 2019-12-31]
top: 50
events:
  files: [visits.csv]
  columns: {client_id: shop, known_at: day, value: points, text: remark, result: result}
outcomes: {files: [closed.csv], columns: {client_id: shop, occurred_at: day}}
ended: closed
baselines: [last_value]
"""


def write_shops(run, *, late=()):
    """Shops whose points foretell little and whose remark foretells much."""
    random = np.random.default_rng(1)
    visits, closed = [], []
    for year, month in (("2018", "2019-02"), ("2019", "2020-02")):
        for n in range(300):
            is_bad = random.random() < 0.3
            visits.append(
                [f"s{n}", f"{year}-11-0{1 + n % 9}", int(random.integers(0, 30)), "rot" if is_bad else "fine", ""]
            )
            if random.random() < (0.5 if is_bad else 0.05):
                closed.append([f"s{n}", f"{month}-01"])
    early = [[shop, day, "", "", "closed"] for shop, day in closed if day < "2019-06"]
    write_csv("visits.csv", ["shop", "day", "points", "remark", "result"], [*visits, *early, *late])
    write_csv("closed.csv", ["shop", "day"], [row for row in closed if row[1] > "2019-06"])


def test_a_model_learnt_on_the_earlier_cut_ranks_the_later_one(run):
    write_shops(run)
    ours, baseline = run(HISTORY)["rankings"]
    assert ours["auc"]["value"] > 0.68 > 0.6 > baseline["auc"]["value"] and baseline["p"] < 0.001


def test_what_comes_after_the_judged_cut_off_changes_no_score(run):
    write_shops(run)
    before = run(HISTORY)["rankings"]
    write_shops(run, late=[[f"s{n}", "2020-01-15", 99, "rot", ""] for n in range(300)])
    assert run(HISTORY)["rankings"] == before


def test_the_judged_outcomes_do_not_teach(run):
    write_shops(run)
    before = run(HISTORY)
    header, *rows = Path("data/closed.csv").read_text(encoding="utf-8").split()
    Path("data/closed.csv").write_text("\n".join([header, *rows[::2]]), encoding="utf-8")
    assert run(HISTORY)["weights"] == before["weights"]


def test_a_baseline_that_is_no_number_of_the_history_is_named(run):
    write_shops(run)
    said = run(HISTORY.replace("[last_value]", "[karma]"))
    assert said.code == 1 and "baselines: there is no number 'karma'" in said.err


def test_a_value_that_is_no_number_is_named_with_its_row(run):
    write_shops(run, late=[["s1", "2018-01-01", "many", "", ""]])
    said = run(HISTORY)
    assert said.code == 1 and "column value: 'many' is no number" in said.err


def test_a_history_in_which_nobody_ended_is_refused(run):
    write_shops(run)
    said = run(HISTORY.replace("ended: closed", "ended: never"))
    assert said.code == 1 and "all clients end alike" in said.err


CASES = """
kind: cases
side: opportunity
split: 2010-01-01
cases:
  files: [cases.jsonl]
  columns: {case_id: number, began_at: day, result: state, kind: kind, amount: amount, due: due}
foretold: '^İPTAL$'
other: '^KAPALI$'
texts: [kind]
numbers: [amount]
groups: [kind, amount]
baselines: [kind]
suspects: [due]
"""


def write_cases(run, ends=("İPTAL", "KAPALI")):
    random = np.random.default_rng(2)
    lines = []
    for n in range(600):
        kind = ["TEVSİ", "YENİ YATIRIM"][n % 2]
        cancelled = random.random() < (0.1 if n % 2 == 0 else 0.5)
        lines.append(
            {
                "number": n,
                "day": f"20{9 if n < 300 else 10:02d}-03-01",
                "state": ends[0] if cancelled else ends[1],
                "kind": kind,
                "amount": f"{random.integers(1, 999)},000 TL",
                "due": "kisa" if cancelled else "uzun",
            }
        )
    lines.append({**lines[0], "number": 600, "state": "BEKLEYEN"})
    Path("data/cases.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_later_cases_are_judged_by_what_the_earlier_ones_taught(run):
    write_cases(run)
    report = run(CASES)
    assert report["rankings"][0]["auc"]["value"] > 0.65 and report["case_sets"][1]["cases"] == 300


def test_a_column_that_knows_the_outcome_is_shown_apart(run):
    write_cases(run)
    ours, *_, leak = run(CASES)["rankings"]
    assert leak["ranking"] == "model + due (leak)" and leak["auc"]["value"] > 0.95 > ours["auc"]["value"]


def test_undecided_cases_are_left_out(run):
    write_cases(run)
    assert sum(row["cases"] for row in run(CASES)["case_sets"]) == 600


def test_cases_that_all_end_alike_are_refused(run):
    write_cases(run, ends=("KAPALI", "KAPALI"))
    said = run(CASES)
    assert said.code == 1 and "all cases end alike" in said.err


SURGES = """
kind: surges
side: risk
counts:
  files: [counts.csv]
  columns: {client_id: firm, month: month, n: n, segment: segment}
template: "yes"
known: [{client_id: F0, month: 2014-06}]
grown_months: 12
"""


def write_counts(run, *, flooded):
    """Ten firms with steady counts; one surges alone in 2014-06, and in 2015-06 a template floods some of them."""
    random = np.random.default_rng(4)
    months = [f"{year}-{month:02d}" for year in range(2012, 2016) for month in range(1, 13)]
    rows = []
    for firm in range(10):
        for month in months:
            plain, template = random.poisson(60), random.poisson(40)
            plain += 400 * (firm == 0 and month == "2014-06")
            template += 600 * (month == "2015-06" and firm in flooded)
            rows += [[f"F{firm}", month, plain, "no"], [f"F{firm}", month, template, "yes"]]
    write_csv("counts.csv", ["firm", "month", "n", "segment"], rows)


def test_a_known_surge_is_found(run):
    write_counts(run, flooded=())
    assert (
        run(SURGES)["known_surges"]
        == [{"client": "F0", "month": "2014-06", "found": True, "count": 499, "expected": 102}]
        or run(SURGES)["known_surges"][0]["found"]
    )


def test_a_text_sent_to_all_firms_is_marked_and_no_surge(run):
    write_counts(run, flooded=range(10))
    row = run(SURGES)["alarms"][0]
    assert row["floods"] >= 5 and row["false_surges"] == row["surges"] - 1


def test_a_rise_of_the_template_at_one_firm_alone_is_its_own_surge(run):
    write_counts(run, flooded=(3,))
    row = run(SURGES)["alarms"][0]
    assert row["floods"] == 0 and row["false_surges"] >= 1


def test_without_prices_the_null_is_said_not_to_be_reproduced(run):
    write_counts(run, flooded=())
    assert "not reproduced" in run(SURGES)["null"][0]["said"]


def test_with_prices_the_null_is_tested(run):
    write_counts(run, flooded=())
    random = np.random.default_rng(6)
    months = [f"{year}-{month:02d}" for year in range(2012, 2016) for month in range(1, 13)]
    rows = [[f"F{firm}", month, random.normal()] for firm in range(10) for month in months]
    write_csv("prices.csv", ["firm", "month", "r"], rows)
    prices = "prices: {files: [prices.csv], columns: {client_id: firm, month: month, return: r}}\n"
    [row] = run(SURGES + prices)["null"]
    assert row["said"] == "reproduced" and row["spread"]["n"] > 30


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
def press(run):
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


@pytest.mark.shared
def test_the_table_of_bank_failures_is_reproduced_and_bettered(oncu, shared):
    report = json.loads(oncu("backtest", "bank-failures", "--data", shared / "data", "--json").out)
    plain = {
        row["type"]: (row["clients"], row["ended"], row["days"]["value"])
        for row in report["types"]
        if row["link"] == "plain"
    }
    assert plain["Prompt Corrective Action"] == (34, 31, 66)
    assert plain["Written Agreement"] == (440, 52, 283) and plain["Cease and Desist Order"] == (17, 5, 85)
    by_resolver = by_link(report, "resolver", "Written Agreement")
    links = next(row for row in report["links"] if row["link"] == "resolver")
    assert by_resolver["ended"] >= 95 and links["judged"] == links["links"] and links["precision"]["value"] >= 0.97


@pytest.mark.shared
def test_the_known_complaint_surges_are_found_among_few_false_ones(oncu, shared):
    report = json.loads(oncu("backtest", "complaint-surges", "--data", shared / "data", "--json").out)
    assert all(row["found"] for row in report["known_surges"])
    assert all(row["per_firm_year"]["value"] < 0.1 for row in report["alarms"])
