"""The typed shapes of sources and signal types."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from oncu.config.load import load_signal_types
from oncu.config.specs import Range, SignalSpec
from oncu.config.values import check_template, parse_every, write_every

TYPE = {
    "code": "deneme",
    "title": {"tr": "Deneme", "en": "Trial"},
    "side": "risk",
    "outcome": "watchlist",
    "definition": {"tr": "Denenir.", "en": "It is tried."},
    "talking_point": {"tr": "Deneyelim.", "en": "Let us try."},
    "horizon_days": 90,
    "half_life_days": 30,
    "severity": 0.5,
}
EXAMPLES = {"tr": {"holds": ["a", "b", "c"], "fails": ["d", "e", "f"]}, "en": {"holds": ["g"], "fails": ["h"]}}
READ = {"cues": [{"pattern": "dene*"}], "examples": EXAMPLES}


def fault(**changes: object) -> str:
    with pytest.raises(ValidationError) as caught:
        SignalSpec.model_validate(TYPE | READ | changes)
    return str(caught.value.errors()[0]["msg"])


def test_a_type_that_is_read_is_accepted() -> None:
    assert SignalSpec.model_validate(TYPE | READ).alert_after == 1


def test_a_derived_type_needs_no_cues() -> None:
    assert SignalSpec.model_validate(TYPE | {"derived": True}).cues == []


def test_a_derived_type_with_cues_is_refused() -> None:
    assert "a derived type is counted, not read" in fault(derived=True)


def test_a_type_without_cues_is_refused() -> None:
    assert "cues: at least one is needed" in fault(cues=[])


def test_a_type_without_examples_is_refused() -> None:
    assert "examples: needed" in fault(examples=None)


@pytest.mark.parametrize(("language", "kind", "least"), [("tr", "holds", 3), ("tr", "fails", 3), ("en", "fails", 1)])
def test_too_few_examples_are_refused(language: str, kind: str, least: int) -> None:
    few = EXAMPLES | {language: EXAMPLES[language] | {kind: []}}
    assert f"examples.{language}.{kind}: 0 given, at least {least} needed" in fault(examples=few)


@given(st.integers(1, 10**6), st.sampled_from("mhd"))
def test_how_often_is_written_as_it_is_read(number: int, unit: str) -> None:
    every = parse_every(f"{number}{unit}")
    assert isinstance(every, timedelta) and parse_every(write_every(every)) == every


@pytest.mark.parametrize("template", ["{firm: {stage}", "{}", "{firm.name}", "{0[a]}", "}"])
def test_a_template_holds_field_names_alone(template: str) -> None:
    with pytest.raises(ValueError, match="write something like"):
        check_template(template)


def test_a_range_is_ordered() -> None:
    with pytest.raises(ValidationError, match="min 3 is above max 2"):
        Range(min=3, max=2)


def test_every_shipped_type_says_what_to_do_in_both_languages() -> None:
    specs = load_signal_types()
    texts = [
        getattr(getattr(spec, key), language)
        for spec in specs.values()
        for key in ("title", "talking_point")
        for language in ("tr", "en")
    ]
    assert all(texts) and {spec.side for spec in specs.values()} == {"opportunity", "risk"}
