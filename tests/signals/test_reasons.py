"""What is stored as a reason, in English, is shown in the language of the reader."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

import oncu.classifiers.tags.subject
from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.clues import weights
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import SIGNALS, load_signal_types
from oncu.signals.demo.site import DEMO, load_site
from oncu.signals.faces.explain import explain_lines
from oncu.signals.flow.pipeline import name_of
from oncu.signals.flow.priority import Ranking, priority_factors
from oncu.signals.imports.run import import_table
from oncu.signals.words import BETWEEN, Words, load_words
from oncu.storage.alerts import Candidate
from oncu.storage.clients import load_clients
from oncu.storage.database import Database
from oncu.storage.scores import Score
from oncu.storage.stakes import Stake

TURKISH = load_words("tr", "Europe/Istanbul")
ENGLISH = load_words("en", "Europe/Istanbul")
WHEN = datetime(2026, 3, 2, tzinfo=UTC)


def untranslated(reason: str, words: Words = TURKISH) -> list[str]:
    phrases = BETWEEN.split(reason)[::2]
    return [phrase for phrase in phrases if phrase[0] + phrase[-1] != "“”" and words.reason(phrase) == phrase]


def spelled(node: ast.expr) -> str | None:
    """A literal or f-string as it may come out: every variable part is X."""
    match node:
        case ast.Constant(value=str(text)) if text:
            return text
        case ast.JoinedStr(values=parts):
            return "".join(spelled(part) or "X" for part in parts)
    return None


def literal_reasons(tree: ast.Module) -> Iterator[str]:
    """The words of clues `(weight, words)` and of subjects `Subject(factor, words)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Tuple(elts=[first, second]) if spelled(first) is None:
                found = spelled(second)
            case ast.Call(func=ast.Name(id="Subject"), args=[_, second]):
                found = spelled(second)
            case _:
                continue
        if found:
            yield found


def test_every_subject_in_the_code_has_a_translation() -> None:
    found = set(literal_reasons(ast.parse(Path(oncu.classifiers.tags.subject.__file__).read_text("utf-8"))))
    assert len(found) > 9 and [text for text in found if untranslated(text)] == []


def test_every_clue_of_the_table_has_a_translation() -> None:
    found = {words.replace("{}", "X") for _, words in weights().values() if words}
    assert len(found) > 9 and [text for text in found if untranslated(text)] == []


def test_every_phrase_that_reading_the_demo_produces_is_translated(database: Database, now: datetime) -> None:
    import_table("clients", DEMO / "clients.csv", database, now, actor="test")
    with database.read() as connection:
        matcher = build_matcher(name_of(client) for client in load_clients(connection))
    types = load_signal_types(SIGNALS)
    tagger = build_tagger({code: spec for code, spec in types.items() if not spec.derived})
    reasons = set()
    for channel in load_site().channels.values():
        for entry in channel.entries:
            text = f"{entry.title}\n{entry.text} {' '.join(entry.fields.values())}"
            reasons |= {mention.reason for mention in matcher.find(text, entry.fields)}
            reasons |= {tag.reason for tag in tagger.read(text, language=channel.language)}
    assert len(reasons) > 50 and [reason for reason in sorted(reasons) if untranslated(reason)] == []


@pytest.mark.parametrize("field", ["tax_id", "mersis", "firm"])
def test_what_a_field_of_the_row_names_is_translated(field: str) -> None:
    client = ClientName("C1", "Örnekbağ Tekstil Sanayi A.Ş.", tax_id="1234567890", mersis="0123456789012345")
    rows = {"tax_id": client.tax_id, "mersis": client.mersis, "firm": client.legal_name}
    (mention,) = build_matcher([client]).find("Ek tesis belgesi", {field: str(rows[field])})
    assert untranslated(mention.reason) == []


def test_a_reason_is_shown_phrase_by_phrase() -> None:
    reason = "legal name + form, Yalova in the text, shared with 2 other"
    assert TURKISH.reason(reason) == "ticaret unvanı + şirket türü, metinde Yalova, 2 başka müşteriyle ortak"


def test_quoted_words_stay_as_the_document_has_them() -> None:
    assert TURKISH.reason("“form, ticker; website”, “in capitals”") == "“form, ticker; website”, “in capitals”"


def test_a_phrase_nobody_translated_stays() -> None:
    assert TURKISH.reason("short name, by moonlight") == "kısa ad, by moonlight"


def test_braces_in_a_document_do_no_harm() -> None:
    assert TURKISH.reason("but “{0}” follows") == "ama ardından “{0}” geliyor"


def test_english_shows_reasons_as_they_are_stored() -> None:
    assert ENGLISH.reason("legal name + form, registry row, p=0.97") == "legal name + form, registry row, p=0.97"


def test_the_arithmetic_has_turkish_decimals() -> None:
    reason = "probability 0.97 x relevance 90 % x severity 0.80 x fact 1.0"
    assert TURKISH.reason(reason) == "olasılık 0,97 x ilgi %90 x ağırlık 0,80 x gerçekleşti 1,0"


def explanation() -> dict[str, object]:
    at = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
    alert = {"id": "a1", "side": "risk", "type": "lawsuit", "created_at": at, "manager": None, "priority": 0.5}
    step = {"at": at, "kind": "raise", "height": 24.5, "level": 24.5, "reason": "lawsuit, fact, p=0.70, relevance 90"}
    evidence = {
        "quote": "…",
        "source": "ornek",
        "published_at": None,
        "url": None,
        "status": "fact",
        "tag_probability": 0.7,
        "tag_reason": "registry row",
        "mention_probability": 1.0,
        "mention_reason": "website",
        "told": "copy",
        "copied_from": "ornek",
        "time_note": "day",
        "novelty": "repeat",
        "same_event": "same client and type, 2 days apart, shares 40 % of the words",
        "facts": {},
    }
    return {
        "alert": alert | {"reason": "probability 0.70 x relevance 90 % x severity 0.60 x fact 1.0"},
        "title": {"tr": "Dava", "en": "Lawsuit"},
        "definition": {"tr": "Açılan dava.", "en": "A suit filed."},
        "titles": {"lawsuit": {"tr": "Dava", "en": "Lawsuit"}, "hiring": {"tr": "İşe alım", "en": "Hiring"}},
        "client": {"client_id": "C1", "legal_name": "Örnek A.Ş.", "manager": None},
        "evidence": [evidence],
        "sources": 1,
        "copies": 1,
        "also_open": ["opportunity:hiring"],
        "level": [step],
        "raised": [],
        "threshold": 40,
        "causes": [],
        "names": {},
    }


def test_an_explanation_is_wholly_in_the_language_of_the_reader() -> None:
    english = {word for line in explain_lines(explanation(), ENGLISH) for word in line.split() if word.isalpha()}
    turkish = {word for line in explain_lines(explanation(), TURKISH) for word in line.split() if word.isalpha()}
    assert turkish & english <= {"x", "ornek", "Örnek"}


def test_an_explanation_names_types_by_their_titles() -> None:
    *_, also_open, level = explain_lines(explanation(), ENGLISH)
    assert "OPPORTUNITY Hiring" in also_open and "Lawsuit, fact, p=0.70" in level


def test_every_part_of_a_priority_is_translated() -> None:
    sizes = [Stake(balance=0.5), Stake(limit=0.5), Stake(size_band="large"), Stake()]
    earlier = [{}, {"e": WHEN - timedelta(days=9)}]
    records = [{}, {"gazete": Score(WHEN.date(), "risk", "source", "gazete", "foresight", 180, 0.3, None, None, 30)}]
    candidate = Candidate("e", "c", None, "risk", "lawsuit", "s", "y", "k", "rumour", 0.5, 50, 1, WHEN, False, "gazete")
    for stake, heard, known in product(sizes, earlier, records):
        factors = priority_factors(candidate, load_signal_types()["lawsuit"], Ranking(heard, {"c": stake}, known), WHEN)
        assert [factor.phrase for factor in factors if untranslated(factor.phrase)] == []
