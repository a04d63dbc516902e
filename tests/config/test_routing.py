"""Rules of routing: the first that fits counts, nothing is lost, and a fault is said with its line."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import ConfigError, load_signal_types
from oncu.config.routing import ROUTING, AlertFacts, load_routing, read_routing
from oncu.config.settings import Settings

FILE = Path("r.yml")
TITLE = "title: {tr: Kural, en: Rule}"
REST = f"  - {{name: rest, {TITLE}, whom: [owner], channel: [digest], deadline: 2d}}\n"


def rule(name, when="", **more):
    said = {"whom": "[owner]", "channel": "[digest]", "deadline": "1d"} | more
    parts = [f"name: {name}", TITLE, *([f"when: {{{when}}}"] if when else []), *(f"{k}: {v}" for k, v in said.items())]
    return f"  - {{{', '.join(parts)}}}\n"


def plan(*rules, head=""):
    return read_routing(f"{head}rules:\n{''.join(rules)}{REST}", FILE)


def faults(*rules, head="", **known):
    with pytest.raises(ConfigError) as caught:
        read_routing(f"{head}rules:\n{''.join(rules)}", FILE, **known)
    return str(caught.value)


def taken(found, *args, **more):
    return found.rule_for(AlertFacts(*args, **more)).name


def test_the_built_in_rules_fit_the_built_in_types():
    load_routing(types=load_signal_types(), webhooks=())


@pytest.mark.parametrize("code", ["insolvency", "enforcement_seizure", "fraud_crime", "licence_ban"])
def test_severe_types_are_told_at_once_to_owner_deputy_and_risk_desk(code):
    found = load_routing().rule_for(AlertFacts(code, "risk"))
    assert (found.urgent_channels, found.whom) == (["mail"], ["owner", "deputy", "risk_desk"])


def test_the_first_rule_that_fits_counts():
    found = plan(rule("a", "side: risk, level: 50"), rule("b", "side: risk"))
    assert [taken(found, "lawsuit", "risk", level=level) for level in (50, 49.9)] == ["a", "b"]


def test_all_conditions_must_hold():
    found = plan(rule("a", "type: [lawsuit], size: [large, medium], level: 10"))
    fits = AlertFacts("lawsuit", "risk", "large", 10)
    assert found.rules[0].when.misfits(fits) == []
    assert found.rules[0].when.misfits(AlertFacts("patent", "risk", None, 9)) == ["type", "size", "level"]


@given(
    st.builds(
        AlertFacts,
        st.sampled_from(["insolvency", "lawsuit", "hiring", "gone"]),
        st.sampled_from(["risk", "opportunity"]),
        st.sampled_from([None, "micro", "large"]),
        st.floats(0, 100),
    )
)
def test_no_alert_is_lost(facts):
    assert load_routing().rule_for(facts).whom


def test_a_deadline_is_a_span_of_time():
    assert plan(rule("a", "side: risk", deadline="90m")).rules[0].deadline == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule("a", "tpye: [lawsuit]"), REST], "line 2, rules.0.when.tpye: unknown key; did you mean 'type'?"),
        ([rule("a", "type: [lawsiut]"), REST], "line 2, rules.0.when.type.0: no signal type 'lawsiut'; did you mean"),
        ([rule("a", "side: bad"), REST], "rules.0.when.side: input should be 'opportunity' or 'risk'"),
        ([rule("a", "size: [huge]"), REST], "rules.0.when.size.0: input should be 'micro', 'small'"),
        ([rule("a", "level: 0"), REST], "rules.0.when.level: input should be greater than 0"),
        ([rule("a", "side: risk", whom="[boss]", channel="[mail]"), REST], "rules.0.whom.0: nobody is called 'boss'"),
        ([rule("a", "side: risk", channel="[fax]"), REST], "no channel 'fax'; write one of digest, mail, file, pages"),
        ([rule("a", "side: risk", channel="['webhook:x']"), REST], "the settings name no webhook 'x'"),
        ([rule("a", "side: risk", deadline="soon"), REST], "rules.0.deadline: write a number and a unit"),
        ([rule("a", "side: risk", whom="[deputy]"), REST], "channel digest is the owner's day"),
        ([rule("a", "side: risk")], "the last (a) has conditions; end with one that has none"),
        ([rule("a"), REST], "'rest' is never reached: 'a' takes all it fits"),
        ([rule("a", "side: risk"), rule("b", "side: risk, level: 9"), REST], "line 3, rules.1: 'b' is never reached"),
        ([rule("rest", "side: risk"), REST], "line 3, rules.1.name: another rule is called 'rest'"),
        ([], "rules: input should be a valid list"),
    ],
)
def test_a_fault_is_said_with_its_line_and_what_to_write(rules, said):
    assert said in faults(*rules, types=load_signal_types(), webhooks={"teams"})


def test_every_fault_is_said_at_once():
    said = faults(rule("a", "type: [x]"), rule("b", "side: risk", whom="[boss, owner]"), REST, types={"lawsuit"})
    assert len(said.splitlines()) == 2


def test_a_text_that_is_not_yaml_says_where():
    with pytest.raises(ConfigError, match=r"r.yml: line 1, column 8"):
        read_routing("rules: ]", FILE)


def test_a_desk_is_told_by_its_name():
    found = plan(rule("a", "side: risk", whom="[watch]", channel="[mail]"), head="desks: {watch: {tr: İ, en: W}}\n")
    assert found.rules[0].whom == ["watch"]


def test_the_built_in_rules_can_be_copied_and_kept():
    assert read_routing(ROUTING.read_text(encoding="utf-8"), FILE) == load_routing()


@pytest.mark.parametrize(
    "wrong",
    [{"webhooks": {"Teams": "X"}}, {"webhooks": {"teams": "https://x"}}, {"channels": {"allow_private": ["10.0.0.1"]}}],
)
def test_an_address_never_stands_in_the_settings(wrong):
    with pytest.raises(ValueError, match=r"webhooks|allow_private"):
        Settings.from_file(wrong)
