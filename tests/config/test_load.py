"""Reading the YAML files: strict, every fault named with its file, key and what to write instead."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import (
    HERE,
    SIGNALS,
    SOURCES,
    ConfigError,
    check_provenance,
    load_signal_types,
    load_source,
    load_sources,
    read_yaml,
)

SOURCE = {
    "title": "Deneme Haber",
    "publisher": "Deneme Yayıncılık",
    "category": "news",
    "origin": "independent",
    "reader": "feed",
    "url": "https://haber.example/rss",
    "every": "1h",
    "terms": "public",
    "personal_data": "none",
    "expect": {"documents": {"min": 1, "max": 100}},
}
LISTING = {"reader": "listing", "listing": {"item": "li", "link": "a::attr(href)"}}
API = {"reader": "api", "api": {"items": "rows", "fields": {"title": "name"}}}

Faults = Callable[..., list[str]]


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """The faults of a source file that differs from a good one."""

    def find(**changes: object) -> list[str]:
        content = {key: value for key, value in (SOURCE | changes).items() if value is not None}
        (tmp_path / "deneme.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_source(tmp_path / "deneme.yml")
        return [str(fault) for fault in caught.value.faults]

    return find


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def why(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    return str(caught.value)


def test_an_unknown_key_is_named_with_the_one_that_was_meant(faults: Faults) -> None:
    assert faults(publsher="x") == ["deneme.yml: publsher: unknown key; did you mean 'publisher'?"]


def test_an_unknown_key_inside_a_block_is_named_with_its_place(faults: Faults) -> None:
    found = faults(reader="listing", listing=LISTING["listing"] | {"itm": "li"})
    assert found == ["deneme.yml: listing.itm: unknown key; did you mean 'item'?"]


def test_a_misspelt_required_key_is_one_fault(faults: Faults) -> None:
    assert faults(publisher=None, pubisher="x") == ["deneme.yml: pubisher: unknown key; did you mean 'publisher'?"]


def test_a_key_like_no_other_gets_the_list_of_known_keys(faults: Faults) -> None:
    assert faults(zzzz=1)[0].startswith("deneme.yml: zzzz: unknown key; known keys: title, publisher")


def test_a_missing_key_is_named(faults: Faults) -> None:
    assert faults(terms=None) == ["deneme.yml: terms: is missing; add it"]


def test_a_wrong_type_is_named_with_what_was_found(faults: Faults) -> None:
    found = faults(expect={"documents": {"min": "many", "max": 3}})
    assert found == [
        "deneme.yml: expect.documents.min: input should be a valid integer, unable to parse string as an integer "
        "(found 'many')"
    ]


def test_a_bad_selector_is_refused(faults: Faults) -> None:
    assert "listing.item: not a CSS selector" in faults(**LISTING | {"listing": {"item": "li[", "link": "a"}})[0]


def test_a_bad_json_path_is_refused(faults: Faults) -> None:
    assert "api.items: not a JSON path" in faults(**API | {"api": {"items": "a[", "fields": {"title": "b"}}})[0]


@pytest.mark.parametrize("every", ["1 hour", "0m", 60, "h", None])
def test_how_often_is_a_number_and_a_unit(faults: Faults, every: object) -> None:
    assert faults(every=every)[0].startswith("deneme.yml: every: ")


def test_a_reader_without_its_block_is_refused(faults: Faults) -> None:
    assert "a block 'api' is needed" in faults(reader="api")[0]


def test_a_block_of_another_reader_is_refused(faults: Faults) -> None:
    assert "'listing' has no effect; remove it" in faults(listing=LISTING["listing"])[0]


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "haber.example", "https://me@a.example/", "https:///x", "http://a\\b/"]
)
def test_only_web_addresses_without_user_names_are_accepted(faults: Faults, url: str) -> None:
    assert "not an http or https address" in faults(url=url)[0]


def test_a_name_in_the_file_is_refused(faults: Faults) -> None:
    assert faults(name="other") == ["deneme.yml: name: is taken from the file's name; remove this line"]


def test_a_code_in_a_type_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "dava.yml", "code: dava\n")
    with pytest.raises(ConfigError, match="dava.yml: code: is taken from the file's name"):
        load_signal_types(tmp_path)


def test_a_key_that_is_no_text_is_refused(faults: Faults) -> None:
    assert "keys" in faults(expect={"documents": {1: 2, "min": 1, "max": 2}})[0].lower()


def test_every_fault_of_every_file_is_listed_in_one_go(tmp_path: Path) -> None:
    for name, changes in (("bir", {"reder": "feed"}), ("iki", {"every": "never", "wrl": "x"})):
        write(tmp_path / f"{name}.yml", yaml.safe_dump(SOURCE | changes))
    write(tmp_path / "uc.yml", "[")
    with pytest.raises(ConfigError) as caught:
        load_sources(tmp_path)
    assert [fault.path.name for fault in caught.value.faults] == ["bir.yml", "iki.yml", "iki.yml", "uc.yml"]


def test_a_good_source_is_named_after_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "deneme-haber.yml", yaml.safe_dump(SOURCE))
    assert load_source(path).name == "deneme-haber"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere: is not a folder"):
        load_sources(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 1\na: 2\n", "line 2, column 1: not YAML: key 'a' stands twice"),
        ("a: {b: 1, b: 2}\n", "key 'b' stands twice"),
        ("başlık: x".encode("windows-1254"), "is not UTF-8 at byte 2; save it as UTF-8"),
        ("a: [1\nb: 2\n", "not YAML"),
        ("- a\n- b\n", "is not a mapping of keys to values"),
        ("just words", "is not a mapping"),
        ("", "is not a mapping"),
        ("? [a, b]\n: x\n", "not YAML"),
        ("a: 2026-13-45\n", "not YAML"),
        ("a: 0x_\n", "not YAML"),
        ("a: \x00\n", "not YAML"),
        ("a: !!python/object:os.system x\n", "not YAML"),
        ("[" * 5000, "not YAML"),
    ],
)
def test_a_file_that_is_not_a_mapping_in_yaml_is_one_line_of_problem(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    problem = why(write(tmp_path / "x.yml", content))
    assert problem.startswith("x.yml: ") and said in problem and "\n" not in problem


def test_a_file_that_is_a_folder_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in why(tmp_path)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_a_file_holds_is_a_mapping_or_a_problem(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any.yml", text)
    try:
        assert isinstance(read_yaml(path), dict)
    except ConfigError as error:
        assert str(error).startswith("any.yml: ")


def test_a_source_whose_provenance_is_no_signal_type_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "sicil.yml", yaml.safe_dump(SOURCE | {"provenance": {"type": "lawsuits"}}))
    with pytest.raises(ConfigError, match=r"sicil.yml: provenance.type: no signal type 'lawsuits'.*'lawsuit'"):
        check_provenance(load_sources(tmp_path), load_signal_types())


def test_what_is_shipped_loads() -> None:
    assert load_signal_types(SIGNALS) and isinstance(load_sources(SOURCES), dict)
    check_provenance(load_sources(SOURCES), load_signal_types(SIGNALS))


@pytest.mark.parametrize("path", sorted(HERE.rglob("*.yml")), ids=lambda p: str(p.relative_to(HERE)))
def test_no_shipped_file_holds_a_key_twice(path: Path) -> None:
    assert read_yaml(path)
