"""Tagging: every example of every type, spans, subject, a known client, and the floor on labelled headlines."""

import json
from functools import cache
from pathlib import Path

import pytest

from oncu.classifiers.tags.subject import judge_subject
from oncu.classifiers.tags.tagger import Tag, Tagger, build_tagger, check_types
from oncu.config.load import SIGNALS, load_signal_types
from oncu.config.specs import SignalSpec

CODES = sorted(path.stem for path in SIGNALS.glob("*.yml"))


@cache
def types() -> dict[str, SignalSpec]:
    return load_signal_types()


@cache
def tagger() -> Tagger:
    return build_tagger(types())


def accepted(text: str, language: str = "tr", about: tuple[int, int] | None = None) -> dict[str, Tag]:
    return {tag.type: tag for tag in tagger().read(text, language=language, about=about) if tag.accepted}


@pytest.mark.parametrize("code", CODES)
def test_examples_of_a_type_hold_and_fail_as_they_say(code: str) -> None:
    assert check_types({code: types()[code]}) == []


def test_bad_pattern_is_reported_with_its_key() -> None:
    spec = types()["strike"]
    broken = spec.model_copy(update={"unless": ["Açlık grevi"]})
    (fault,) = check_types({"strike": broken})
    assert (fault.code, fault.key) == ("strike", "unless.0")


def test_example_that_is_not_tagged_is_reported() -> None:
    spec = types()["strike"]
    (fault, *_) = check_types({"strike": spec.model_copy(update={"cues": spec.cues[-1:]})})
    assert fault.key == "examples.tr.holds.0" and "not tagged" in fault.problem


@pytest.mark.parametrize("lead", ["", "😀 ", "İ\u0307ş dünyası: "])
def test_span_covers_the_words_of_the_cue(lead: str) -> None:
    text = f"{lead}Gökova Cam A.Ş. KONKORDATO İLAN ETTİ"
    tag = accepted(text)["insolvency"]
    assert text[tag.start : tag.end] == "KONKORDATO İLAN ETTİ"


def test_reason_quotes_the_words() -> None:
    assert "“konkordato ilan etti”" in accepted("Gökova Cam konkordato ilan etti")["insolvency"].reason


def test_one_headline_may_carry_several_types() -> None:
    found = accepted("Maaşlarını alamayan Gökova Cam işçileri greve çıktı")
    assert {"payment_distress", "strike"} <= found.keys()


def test_two_cues_are_surer_than_one() -> None:
    one = accepted("Gökova Cam konkordato ilan etti")["insolvency"]
    two = accepted("Gökova Cam konkordato ilan etti, mahkeme geçici mühlet verdi")["insolvency"]
    assert one.probability < two.probability <= 0.97


def test_text_without_cues_has_no_tags() -> None:
    assert tagger().read("Hava yarın güneşli olacak") == []


def test_language_without_cues_has_no_tags() -> None:
    assert tagger().read("Gökova Cam konkordato ilan etti", language="de") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Aydınlar Belediyesi işçileri greve çıktı",
        "Yıldız futbolcu, kulübüne dava açtı",
        "Bakanlık 64 işletmeye ceza kesti",
        "Muhalefet lideri hakkında soruşturma başlatıldı",
        "İnşaat sektörü üretimi durdurdu",
    ],
)
def test_what_happens_to_no_single_firm_is_no_signal(sentence: str) -> None:
    assert not accepted(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Gökova Cam geri adım attı",
        "Bakanlık, Gökova'ya teşekkür etti",
        "Ünlü hazır giyim zinciri sessiz",
        "GÖKOVA CAM A.Ş. AÇIKLAMA YAPTI",
    ],
)
def test_a_firm_named_or_single_is_a_subject(sentence: str) -> None:
    assert judge_subject(sentence).factor >= 0.8


@pytest.mark.parametrize(
    "sentence",
    [
        "Bakan Ahmet Toprak konuştu",
        "İzmir'de hava açık",
        "Kuraklıktan dert yandılar",
        "Perakende satışlar haziranda geriledi - Örnek Gazetesi",
    ],
)
def test_offices_places_and_common_words_are_no_firm(sentence: str) -> None:
    assert judge_subject(sentence).factor < 0.5


BODY = (
    "Vadi Süt bu yıl kırkıncı yılını kutluyor. Etkinlikte çalışanlara plaket verildi ve günün anısına fidan dikildi. "
    * 4
    + "Aynı ilçedeki Gökova Cam ise konkordato ilan etti."
)


def test_event_of_another_firm_is_not_the_clients() -> None:
    start = BODY.index("Vadi Süt")
    assert "insolvency" not in accepted(BODY, about=(start, start + len("Vadi Süt")))


def test_event_in_the_sentence_of_the_client_is_the_clients() -> None:
    start = BODY.index("Gökova Cam")
    assert "insolvency" in accepted(BODY, about=(start, start + len("Gökova Cam")))


def test_known_client_needs_no_capital() -> None:
    text = "gökova iflas bayrağını çekti"
    assert "insolvency" not in accepted(text) and "insolvency" in accepted(text, about=(0, 6))


def test_title_counts_where_the_client_is_named_in_it() -> None:
    text = (
        "Gökova Cam konkordato ilan etti\n" + "Etkinlikte fidan dikildi. " * 20 + "Gökova Cam 1980'den beri üretiyor."
    )
    start = text.rindex("Gökova Cam")
    assert "insolvency" in accepted(text, about=(start, start + len("Gökova Cam")))


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("Siparişim gelmedi, Gökova Cam paramı iade etmiyor", "customer"),
        ("SPK, Gökova Cam'a idari para cezası verdi", "authority"),
        ("Genel müdürü açıkladı: Gökova Cam fabrikasını kapatıyor", "self"),
        ("Gökova Cam fabrikasında yangın çıktı", "independent"),
    ],
)
def test_origin_is_guessed_from_the_words(text: str, origin: str) -> None:
    assert {tag.origin for tag in tagger().read(text)} == {origin}


@pytest.mark.shared
def test_labelled_headlines_stay_above_the_floor(shared: Path) -> None:
    lines = (shared / "data/tr/gold/headlines_dev.jsonl").read_text(encoding="utf-8").splitlines()
    right = wrong = found = missed = 0
    for headline in map(json.loads, lines):
        tagged = accepted(headline["text"]).keys()
        allowed = {event["type"] for event in headline["events"]}
        required = {event["type"] for event in headline["events"] if event["agreed"]}
        right, wrong = right + len(tagged & allowed), wrong + len(tagged - allowed)
        found, missed = found + len(tagged & required), missed + len(required - tagged)
    assert right / (right + wrong) >= 0.80 and found / (found + missed) >= 0.80
