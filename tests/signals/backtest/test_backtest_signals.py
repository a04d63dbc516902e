"""`oncu backtest` of signals that are there already, and what it says of a bad archive."""

from pathlib import Path

import pytest

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
def actions(run, write_csv):
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


def test_an_unreadable_day_is_named_with_its_row(actions, write_csv):
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
