"""The filters: JSON lines in and out; a bad line is named and the rest goes on."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types
from oncu.signals.filters import (
    BadLineAt,
    extract_filter,
    feed_filter,
    in_bunches,
    run_filter,
    run_match,
    run_stories,
    tag_filter,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
PAGE = "<html lang='tr'><head><title>Simya İlaç yeni tesis kuruyor</title></head><body><article>"
PAGE += (
    "<p>Simya İlaç, ilkbaharda yeni bir tesisin temelini atacağını açıkladı. Tesis iki yılda bitecek.</p>" * 5
    + "</article></body></html>"
)
RSS = b"<rss version='2.0'><channel><title>t</title><item><title>Haber</title><link>http://a.example/1</link></item></channel></rss>"


@cache
def tagger():
    return build_tagger({c: s for c, s in load_signal_types().items() if not s.derived})


def matcher():
    return build_matcher([ClientName("C1", "Simya İlaç Sanayi A.Ş.", short_names=("Simya İlaç",))])


FILTERS = {
    "match": lambda lines: run_match([lines], matcher()),
    "tag": lambda lines: run_filter(lines, tag_filter(tagger())),
    "stories": lambda lines: run_stories([lines], StoryIndex()),
    "extract": lambda lines: run_filter(lines, extract_filter(NOW)),
    "feed": lambda lines: run_filter(lines, feed_filter(NOW)),
}


def put(name, *lines):
    """What a filter gives for lines (bytes as they are, the rest as JSON): parsed lines, and problems as text."""
    raw = [line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines]
    return seen(FILTERS[name](raw))


def seen(found):
    return [str(f) if isinstance(f, BadLineAt) else json.loads(f) for f in found]


def test_a_mention_has_the_place_of_its_name():
    (found,) = put("match", {"id": 7, "text": LAWSUIT})
    assert LAWSUIT[found["start"] : found["end"]] == found["surface"] == "Simya İlaç"
    keys = "id client_id start end surface probability accepted relevance role reason"
    assert (found["id"], list(found)) == (7, keys.split())


def test_offsets_are_code_points_of_title_and_text():
    title, text = "🎉👩‍👩‍👧 Gündem", f"😀 İ{LAWSUIT}"
    (found,) = put("match", {"id": "a", "title": title, "text": f"😀 {LAWSUIT}"})
    assert f"{title}\n{text}".replace("İR", "R")[found["start"] : found["end"]] == "Simya İlaç"


def test_an_empty_title_still_counts_its_line_break():
    (found,) = put("match", {"id": 1, "title": "", "text": LAWSUIT})
    assert f"\n{LAWSUIT}"[found["start"] : found["end"]] == found["surface"]


def test_no_title_counts_nothing():
    (found,) = put("match", {"id": 1, "title": None, "text": LAWSUIT})
    assert LAWSUIT[found["start"] : found["end"]] == found["surface"]


def test_a_text_without_clients_gives_no_line():
    assert put("match", {"id": 1, "text": "Hava güzel"}) == []


def test_every_text_gives_one_line_of_tags():
    found = put("tag", {"id": 1, "text": LAWSUIT}, {"id": 2, "text": "Hava güzel"})
    assert [(line["id"], [tag["type"] for tag in line["tags"]]) for line in found] == [(1, ["lawsuit"]), (2, [])]
    keys = "type side probability accepted status origin start end reason facts"
    assert list(found[0]["tags"][0]) == keys.split()


@pytest.mark.parametrize("language", ["tr", "en", "de", "", None])
def test_a_language_without_cues_has_no_tags_and_no_error(language):
    (found,) = put("tag", {"id": 1, "text": LAWSUIT, "language": language})
    assert isinstance(found, dict)


def test_copies_share_the_story_of_the_first():
    text = "Simya İlaç ilkbaharda tesisin temelini atacağını, tesisin 300 kişi çalıştıracağını açıkladı."
    found = put("stories", {"id": 1, "text": text}, {"id": 2, "text": text}, {"id": 3, "text": "Başka bir haber"})
    assert [line["story_id"] for line in found] == ["1", "1", "3"]


def test_copies_weeks_apart_are_two_stories():
    days = ("2026-01-01", "2026-02-01T09:00:00Z")
    found = put("stories", *({"id": d, "text": LAWSUIT, "published_at": d} for d in days))
    assert len({line["story_id"] for line in found}) == 2


def test_stories_go_on_from_bunch_to_bunch_and_lines_are_counted_through():
    line, bad = json.dumps({"id": 1, "text": LAWSUIT}).encode(), b"{"
    other = json.dumps({"id": 2, "text": LAWSUIT}).encode()
    found = seen(run_stories([[line, b"", bad], [other, bad]], StoryIndex()))
    assert [str(line)[:7] for line in found] == ["{'id': ", "line 3:", "{'id': ", "line 5:"]
    assert [line["story_id"] for line in found[::2]] == ["1", "1"]


def test_a_document_told_twice_in_a_bunch_has_one_story():
    found = put("stories", {"id": 1, "text": LAWSUIT}, {"id": "1", "text": "Hava bugün çok güzel olacak"})
    assert [(line["id"], line["story_id"]) for line in found] == [(1, "1"), ("1", "1")]


@pytest.mark.parametrize(
    ("chunks", "bunches"),
    [
        ([b"a\nb\n"], [[b"a", b"b"]]),
        ([b"a\n", b"b\n"], [[b"a"], [b"b"]]),
        ([b"a", b"b", b"c\nd\ne"], [[b"abc", b"d"], [b"e"]]),
        ([b"a\n\n", b"\n"], [[b"a", b""], [b""]]),
        ([b"a"], [[b"a"]]),
        ([], []),
    ],
)
def test_lines_are_handed_on_as_soon_as_they_end(chunks, bunches):
    assert list(in_bunches(iter([*chunks, b""]).__next__)) == bunches


def test_a_line_is_answered_before_more_is_read():
    asked = []

    def read():
        asked.append(1)
        return b'{"id": 1, "text": "a"}\n' if len(asked) == 1 else b""

    answers = run_stories(in_bunches(read), StoryIndex())
    assert json.loads(next(answers))["id"] == 1 and len(asked) == 1


def test_an_article_is_read_from_its_page(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    found = put("extract", {"id": 1, "html": PAGE}, {"id": 1, "html_path": str(tmp_path / "a.html")})
    assert found[0] == found[1] and "temelini atacağını" in found[0]["text"]
    assert list(found[0]) == ["id", "title", "text", "published_at", "authors", "language"]


def test_a_feed_gives_its_entries(tmp_path):
    (tmp_path / "f.xml").write_bytes(RSS)
    (found,) = put("feed", {"id": 1, "path": str(tmp_path / "f.xml")})
    assert [entry["title"] for entry in found["entries"]] == ["Haber"] and found["issues"] == []


def test_a_file_that_is_no_feed_is_an_issue_not_a_bad_line(tmp_path):
    (tmp_path / "f.xml").write_bytes(b"\x00\xff not a feed")
    (found,) = put("feed", {"id": 1, "path": str(tmp_path / "f.xml")})
    assert found["entries"] == [] and found["issues"]


def test_a_moment_is_written_in_utc(tmp_path):
    body = RSS.replace(b"</link>", b"</link><pubDate>Mon, 02 Mar 2026 09:00:00 +0300</pubDate>")
    (tmp_path / "f.xml").write_bytes(body)
    (found,) = put("feed", {"id": 1, "path": str(tmp_path / "f.xml")})
    at = datetime.fromisoformat(found["entries"][0]["published_at"])
    assert (at, at.utcoffset()) == (datetime(2026, 3, 2, 6, tzinfo=UTC), timedelta())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[1]", "a JSON list; write one JSON object a line"),
        (b"null", "a JSON NoneType"),
        (b'{"id": NaN, "text": "a"}', "NaN is not JSON; write null"),
        (b'{"id": 1, "text": "a", "x": -Infinity}', "-Infinity is not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b'{"id": 1, "text": "\xff"}', "not UTF-8 at byte 19"),
        (b'{"id": ' + b"9" * 5000 + b', "text": "a"}', "not JSON"),
        (b'{"id": 1, "text": "\\ud83d"}', "half a character"),
        (b'{"id": "\\uDC00", "text": "a"}', "half a character"),
        (b'{"text": "a"}', "id is missing"),
        (b'{"id": null, "text": "a"}', "id is missing"),
        (b'{"id": true, "text": "a"}', "id is missing"),
        (b'{"id": {}, "text": "a"}', "id is missing"),
        (b'{"id": 1}', "text is missing"),
        (b'{"id": 1, "text": 5}', "text is a int"),
        (b'{"id": 1, "text": null}', "text is missing"),
    ],
)
@pytest.mark.parametrize("name", ["match", "tag", "stories"])
def test_a_bad_line_is_named_and_the_rest_goes_on(name, line, reason):
    good = {"id": 1, "text": LAWSUIT}
    found = put(name, line, good)
    assert found[0].startswith("line 1: ") and reason in found[0] and "\n" not in found[0]
    assert found[1:] == put(name, good)


def test_a_pair_of_surrogates_is_one_character():
    (found,) = put("match", b'{"id": 1, "text": "\\ud83d\\ude00 Simya \xc4\xb0la\xc3\xa7 dava"}')
    assert (found["start"], found["surface"]) == (2, "Simya İlaç")


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("stories", {"id": 1, "text": "a", "published_at": "soon"}, "published_at 'soon' is no date"),
        ("stories", {"id": 1, "text": "a", "published_at": 5}, "published_at is a int"),
        ("extract", {"id": 1}, "html_path is missing"),
        ("extract", {"id": 1, "html_path": "/nowhere.html"}, "'/nowhere.html' cannot be read (No such file"),
        ("extract", {"id": 1, "html_path": "a\0b"}, "cannot be read"),
        ("feed", {"id": 1, "path": "/"}, "cannot be read (Is a directory)"),
    ],
)
def test_what_a_filter_needs_is_asked_for(name, line, reason):
    (found,) = put(name, line)
    assert found.startswith("line 1: ") and reason in found


def test_unknown_keys_are_ignored():
    assert put("tag", {"id": 1, "text": LAWSUIT, "fields": {"a": [1]}}) == put("tag", {"id": 1, "text": LAWSUIT})


def test_blank_lines_are_skipped_and_counted():
    assert put("tag", b"\n", b"  \n", b"{")[0].startswith("line 3: ")


def test_a_byte_order_mark_does_no_harm():
    assert put("tag", b'\xef\xbb\xbf{"id": 1, "text": "a"}') == [{"id": 1, "tags": []}]


@pytest.mark.parametrize("html", ["", " ", "\x00", "<", "plain", "<html>"])
def test_a_page_without_markup_is_a_bad_line(html):
    assert put("extract", {"id": 1, "html": html}) == ["line 1: page holds no markup"]


@pytest.mark.parametrize("html", ["<html><body><p>x", "<p>" * 3000, "<!doctype html><title>x</title><p"])
def test_a_page_however_broken_gives_a_line(html):
    (found,) = put("extract", {"id": 1, "html": html})
    assert found["id"] == 1


@given(st.text(max_size=80))
def test_any_text_gives_one_line_of_tags_or_a_reason(text):
    (found,) = put("tag", json.dumps({"id": 1, "text": text}).encode())
    assert isinstance(found, str) or found["id"] == 1


@pytest.mark.shared
@pytest.mark.parametrize("name", FILTERS)
def test_no_line_of_the_json_test_suite_is_more_than_a_bad_line(name, shared):
    files = sorted((shared / "corpora" / "JSONTestSuite" / "test_parsing").glob("*.json"))
    bodies = [path.read_bytes() for path in files]
    found = put(name, *(body.replace(b"\n", b" ") for body in bodies))
    assert len(files) > 300 and all(isinstance(line, str) for line in found)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["match", "tag", "stories"])
def test_every_value_of_the_json_test_suite_may_stand_in_a_text(name, shared):
    files = sorted((shared / "corpora" / "JSONTestSuite" / "test_parsing").glob("*.json"))
    texts = [path.read_bytes().decode("utf-8", "replace") for path in files]
    found = put(name, *({"id": n, "text": text} for n, text in enumerate(texts)))
    assert not [line for line in found if isinstance(line, str)]
