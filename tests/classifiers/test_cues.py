"""The pattern language of cues, and that reading all types at once finds what each pattern alone would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.lookups import read_lookup
from oncu.classifiers.tags.cues import compile_cues, compile_pattern, parse_pattern
from oncu.config.specs import Cue, SignalSpec


def spec(code: str, *cues: Cue) -> SignalSpec:
    words = {"tr": "x", "en": "x"}
    three = {"holds": ["a", "b", "c"], "fails": ["a", "b", "c"]}
    texts = {"title": words, "definition": words, "talking_point": words, "examples": {"tr": three, "en": three}}
    numbers = {"horizon_days": 30, "half_life_days": 30, "severity": 0.5}
    return SignalSpec.model_validate(
        {"code": code, "side": "risk", "outcome": "watchlist", "cues": cues, **texts, **numbers}
    )


def matches(pattern: str, sentence: str) -> bool:
    return compile_pattern(pattern).search(sentence + " ") is not None


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("kapasite*", "yeni kapasitesini duyurdu"),
        ("kapasite* ~2 art*", "kapasitesini bu yil artirdi"),
        ("(sat|devret)*", "hisselerini devretti"),
        ("(iptal et*|feshet*)", "sozlesmeyi iptal etti"),
        ("yeni? fabrika", "bir fabrika"),
        ("yeni? fabrika", "bir yeni fabrika"),
        ("# isci*", "fabrikada 350 iscinin"),
        ("aselsan ~1 ihale*", "aselsan in ihalesi"),
        ("(#|on) fabrika*", "3 fabrikayi"),
        ("otel: ~2 sat+", "bodrumdaki otellerini satti"),
        ("({site}|marka): ~2 sat+", "eski deposunu satiyor"),
    ],
)
def test_pattern_matches(pattern: str, sentence: str) -> None:
    assert matches(pattern, sentence)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("kapasite", "kapasitesini"),
        ("iflas*", "kiflas"),
        ("kapasite* ~2 art*", "kapasitesini bu yil yine artirdi"),
        ("# isci*", "cok isci"),
        ("otel: ~2 sat+", "otelinde uc oda satti"),
        ("({machine})* ~2 sat+", "hatayda ev satti"),
    ],
)
def test_pattern_does_not_match(pattern: str, sentence: str) -> None:
    assert not matches(pattern, sentence)


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("sat+", "satti satiyor satacak satildi satilmasina satmayi satan satarak satmadi satabilir"),
        ("devret+", "devretti devrediyor devredecek devredilmesi devretmedi"),
        ("iste+", "istedi istiyor isteyecek istenmedi"),
        ("ac+", "acti aciyor acildi acmaktan"),
    ],
)
def test_verb_is_known_in_its_forms(verb: str, forms: str) -> None:
    assert [form for form in forms.split() if not matches(verb, form)] == []


@pytest.mark.parametrize(("verb", "nouns"), [("sat+", "satis satici satilik"), ("al+", "alti altin alim almanya")])
def test_noun_beside_a_verb_is_not_the_verb(verb: str, nouns: str) -> None:
    assert [noun for noun in nouns.split() if matches(verb, noun)] == []


def test_ending_of_a_verb_says_that_it_is_negated() -> None:
    found = compile_pattern("devret+").search("hisseyi devretmedi ")
    assert found and found[1] == "tmedi"


def test_every_word_of_the_classes_can_stand_in_a_pattern() -> None:
    classes = read_lookup("word_classes")
    assert classes and all(parse_pattern(f"({{{name}}})*") for name in classes)


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("İflas", 1),
        ("konkordato ab**", 11),
        ("(a|)", 2),
        ("({siteler}|a)", 2),
        ("iflas ~0 et*", 8),
        ("(a|b", 1),
        ("~2 iflas", 1),
        ("a? b?", 1),
    ],
)
def test_bad_pattern_is_named_with_its_place(pattern: str, place: int) -> None:
    with pytest.raises(ValueError, match=rf"character {place}:") as raised:
        parse_pattern(pattern)
    assert repr(pattern) in str(raised.value)


def test_bad_pattern_names_its_type() -> None:
    with pytest.raises(ValueError, match="^strike: pattern 'Grev'"):
        compile_cues({"strike": spec("strike", Cue(pattern="Grev"))})


def test_overlapping_cues_of_two_types_are_both_found() -> None:
    index = compile_cues(
        {
            "closure": spec("closure", Cue(pattern="fabrika* ~2 kapat*")),
            "sale": spec("sale", Cue(pattern="fabrika* ~5 sat*")),
        }
    )
    found = {hit.type for hit in index.find("fabrikasini yarin kapatip arsasini satacak", "tr")}
    assert found == {"closure", "sale"}


def test_near_must_stand_in_the_sentence() -> None:
    index = compile_cues({"strike": spec("strike", Cue(pattern="eylem*", near=["isci*"]))})
    assert index.find("isciler eylemde", "tr") and not index.find("ogrenciler eylemde", "tr")


def test_unless_vetoes_its_cue() -> None:
    index = compile_cues({"strike": spec("strike", Cue(pattern="grev*", unless=["aclik grev*"]))})
    assert not index.find("aclik grevi basladi", "tr")


def test_cue_of_another_language_is_not_read() -> None:
    index = compile_cues({"strike": spec("strike", Cue(pattern="strike", language="en"))})
    assert index.find("on strike", "en") and not index.find("on strike", "tr")


def test_hit_tells_the_ending_of_its_last_stem() -> None:
    index = compile_cues({"strike": spec("strike", Cue(pattern="grev* ~1 cik*"))})
    assert index.find("greve cikmadi", "tr")[0].ending == "madi"


PATTERNS = ["grev*", "greve cik*", "(sat|devret)* ~2 arsa*", "# isci* ~1 at*", "yeni? hat", "sat"]
WORDS = ["grev", "greve", "cikti", "satti", "sat", "devretti", "arsasi", "12", "isci", "atti", "yeni", "hat", "ve"]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_index_finds_exactly_what_each_pattern_finds_alone(sentence: str) -> None:
    index = compile_cues({"type": spec("type", *(Cue(pattern=p) for p in PATTERNS))})
    alone = {p for p in PATTERNS if matches(p, sentence)}
    assert {hit.cue.pattern for hit in index.find(sentence, "tr")} == alone
