"""Specs of backtests: those that are shipped, and what a wrong one is told."""

import pytest

from oncu.config.backtest_specs import BACKTESTS, LINKS, find_backtest, load_backtest, ready_backtests
from oncu.config.load import HERE, ConfigError
from oncu.config.problems import Problem

SIGNALS = """
title: {tr: Deneme, en: Trial}
kind: signals
side: risk
as_of: 2020-12-31
horizon_days: 100
signals: {files: [s.csv], columns: {name: firm, type: kind, known_at: day}}
outcomes: {files: [o.csv], columns: {outcome_id: id, name: firm, occurred_at: day}}
links: [{name: plain, by: exact}]
"""


@pytest.fixture
def load(tmp_path):
    def write(text):
        path = tmp_path / "deneme.yml"
        path.write_text(text, encoding="utf-8")
        return load_backtest(path)

    return write


@pytest.mark.parametrize("name", ready_backtests())
def test_a_ready_backtest_is_a_valid_spec(name):
    spec = load_backtest(find_backtest(name))
    assert spec.name == name and spec.caveats


def test_verdicts_named_by_ready_specs_are_there():
    named = [spec for spec in map(load_backtest, BACKTESTS.glob("*.yml")) if getattr(spec, "judged", None)]
    assert named and all((LINKS / f"{spec.judged}.yml").is_file() for spec in named)


def test_lookups_named_by_ready_specs_are_there():
    specs = [load_backtest(find_backtest(name)) for name in ready_backtests()]
    tables = [value for spec in specs for value in vars(spec).values() if hasattr(value, "codes")]
    assert all((HERE / "lookups" / f"{lookup}.yml").is_file() for table in tables for lookup in table.codes.values())


def test_a_spec_takes_its_name_from_the_file(load):
    assert load(SIGNALS).name == "deneme"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("kind: signals", "kind: prophecies"), "kind: found 'prophecies'; write one of signals"),
        (("kind: signals\n", ""), "kind: is missing"),
        (("horizon_days: 100", "horizon: 100"), "unknown key; did you mean 'horizon_days'?"),
        (("type: kind, ", ""), "signals: column 'type' is missing"),
        (("{name: plain, by: exact}", "{name: plain, by: magic}"), "'magic'"),
        (("side: risk", "side: risk\nname: x"), "is taken from the file's name"),
        (("{name: plain, by: exact}", "{name: plain, by: exact, agree: [city]}"), "'city' is no column of both"),
        (("files: [s.csv], ", "files: [s.csv], read: {name: '.+'}, "), "names no group"),
        (("files: [s.csv], ", "files: [s.csv], keep: {name: '('}, "), "is no pattern"),
    ],
)
def test_a_wrong_spec_says_where_and_what_to_do(load, wrong, said):
    with pytest.raises(ConfigError, match=r"deneme\.yml") as error:
        load(SIGNALS.replace(*wrong))
    assert said in str(error.value)


def test_a_cut_off_whose_outcomes_were_not_known_may_not_teach(load):
    history = """
title: {tr: Deneme, en: Trial}
kind: history
side: risk
horizon_days: 365
cut_offs: [2014-01-01, 2014-06-30]
events: {files: [e.csv], columns: {client_id: c, known_at: d}}
outcomes: {files: [o.csv], columns: {client_id: c, occurred_at: d}}
baselines: [visits]
"""
    with pytest.raises(ConfigError, match="less than 365 days before 2014-06-30"):
        load(history)


def test_the_example_of_the_documents_is_a_valid_spec(load):
    page = (HERE.parent / "docs" / "foresight.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    assert load(example).links[0].name == "exact"


def test_an_unknown_name_lists_the_ready_ones():
    with pytest.raises(Problem, match="bank-failures"):
        find_backtest("no-such-thing")
