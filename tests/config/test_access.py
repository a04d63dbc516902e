"""Keys of sources: named in the file, kept in the environment, repeated nowhere."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from oncu.config.access import Basic, MissingKey, fill_headers, missing_variables, secrets_of, variables_of
from oncu.config.load import ConfigError, load_source
from oncu.config.specs import SourceSpec

BASE: dict[str, Any] = {
    "name": "kurum",
    "title": "Kurum",
    "publisher": "Deneme",
    "category": "registry",
    "origin": "authority",
    "reader": "api",
    "url": "https://api.kurum.example/liste",
    "every": "1d",
    "terms": "x",
    "personal_data": "x",
    "expect": {"documents": {"min": 0, "max": 9}},
    "api": {"items": "rows", "fields": {"title": "t"}},
}


def spec(**more: Any) -> SourceSpec:
    return SourceSpec.model_validate(BASE | more)


def fault(**more: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        spec(**more)
    return "; ".join(error["msg"] for error in caught.value.errors())


def test_header_that_names_a_variable_is_sent_with_its_value() -> None:
    headers = {"Authorization": "Bearer ${KURUM_TOKEN}", "Accept": "application/json"}
    assert fill_headers("kurum", spec(headers=headers).headers, None, {"KURUM_TOKEN": "abc"}) == {
        "Authorization": "Bearer abc",
        "Accept": "application/json",
    }


def test_basic_authentication_may_have_a_key_and_no_password() -> None:
    filled = fill_headers("kurum", {}, Basic(user="${K}"), {"K": "anahtar"})
    assert filled == {"Authorization": "Basic YW5haHRhcjo="}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer 8f3a61"},
        {"X-Api-Key": "8f3a61"},
        {"X-Something": "8f3a61"},
        {"Cookie": "session=8f3a61"},
    ],
)
def test_key_written_into_the_file_is_refused_and_not_repeated(headers: dict[str, str]) -> None:
    said = fault(headers=headers)
    assert "write ${VARIABLE}" in said and "8f3a61" not in said


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"headers": {"User-Agent": "x"}}, "set crawl.user_agent"),
        ({"headers": {"Host": "${H}"}}, "remove it"),
        ({"headers": {"X Key": "${H}"}}, "is not the name of a header"),
        ({"headers": {"Accept": "a\nb"}}, "printable ASCII"),
        ({"headers": {"X-Key": "${H} $ILK"}}, "begins no variable"),
        ({"headers": {"Authorization": "${A}"}, "basic": {"user": "${B}"}}, "in one way"),
        ({"basic": {"user": "ayse", "password": "gizli"}}, "password: write"),
        ({"basic": {"user": "ayse"}}, "without a password it is the key"),
        ({"headers": {"X-Key": "${H}"}, "url": "http://api.kurum.example/"}, "over https only"),
        ({"url": "https://api.kurum.example/?key=${H}"}, "kept with every address"),
        ({"url": "drop:a/*.csv", "headers": {"X-Key": "${H}"}, "reader": "file"}, ""),
    ],
)
def test_header_that_cannot_be_sent_safely_is_refused(more: dict[str, Any], part: str) -> None:
    assert part in fault(**more)


def test_literal_key_of_a_wrong_type_is_not_repeated_either(tmp_path: Path) -> None:
    file = tmp_path / "kurum.yml"
    file.write_text("title: Kurum\nheaders: {X-Api-Key: 80936154}\nbasic: gizli-parola\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_source(file)
    assert "80936154" not in str(caught.value) and "gizli-parola" not in str(caught.value)


def test_missing_variable_is_a_problem_that_names_source_and_variable() -> None:
    with pytest.raises(MissingKey, match="kurum: the environment variable KURUM_KEY is not set"):
        fill_headers("kurum", {"X-Key": "${KURUM_KEY}"}, None, {})


def test_value_with_a_line_break_is_a_problem_that_does_not_repeat_it() -> None:
    with pytest.raises(MissingKey) as caught:
        fill_headers("kurum", {"X-Key": "${K}"}, None, {"K": "abc\ndef"})
    assert "K holds a line break" in str(caught.value) and "abc" not in str(caught.value)


def test_variables_are_told_once_and_in_order() -> None:
    basic = Basic(user="${B}", password="${A}")
    assert variables_of({"X": "${A} ${C}"}, basic) == ["A", "C", "B"]
    assert missing_variables({"X": "${A} ${C}"}, basic, {"A": "1", "C": ""}) == ["C", "B"]


def test_secrets_are_the_values_and_what_basic_makes_of_them() -> None:
    assert secrets_of({}, Basic(user="${K}"), {"K": "anahtar"}) == ["YW5haHRhcjo=", "anahtar"]
