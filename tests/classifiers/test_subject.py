"""Who a sentence is about, judged on its text alone."""

import pytest

from oncu.classifiers.tags.subject import judge_subject, name_firms


@pytest.mark.parametrize(
    "sentence",
    [
        "Rekabet Kurulu Gökova Cam'a ceza kesti",
        "Belediye Zencefil Market'in kapısına kilit vurdu",
        "Alabora Enerji EPDK'dan belge aldı",
        "Zencefil Perakende Yönetim Kurulu Başkanı koltuğunu bıraktı",
    ],
)
def test_authority_or_office_beside_a_firm_leaves_it_a_firm(sentence: str) -> None:
    assert judge_subject(sentence).factor >= 0.8


@pytest.mark.parametrize(
    "sentence",
    [
        "Uygunsuz ürünlere rekor ceza",
        "Siber korsanlar yine iş başında",
        "Mamayla büyüyen kedi ödül aldı",
        "Bir zamanlar güldü... Fotoğraftaki kadın konuştu",
    ],
)
def test_everyday_word_that_opens_a_sentence_is_no_name(sentence: str) -> None:
    assert judge_subject(sentence).factor <= 0.5


@pytest.mark.parametrize(
    "sentence",
    [
        "Şantiyede düşen işçi Ayten Korgan öldü",
        "Gülşah Korgan hakkında konuştular, Korgan sustu",
        "F.T'nin davası görüldü",
        "Hatice Çelik için yürüdüler",
    ],
)
def test_person_is_no_firm(sentence: str) -> None:
    assert judge_subject(sentence).factor <= 0.5


@pytest.mark.parametrize("sentence", ["Yamaçsporlu oyuncu ayrıldı", "Manchester City yeniden ceza aldı"])
def test_club_is_no_firm(sentence: str) -> None:
    assert judge_subject(sentence).factor <= 0.5


def test_many_firms_are_not_one() -> None:
    assert judge_subject("Çok sayıda işyerinde iş bırakıldı").factor <= 0.5


def test_ministry_spelled_with_ve_is_one_name() -> None:
    assert judge_subject("Çalışma ve Sosyal Hizmetler Bakanlığı açıkladı").factor <= 0.5


def test_firms_are_named_without_endings_and_once() -> None:
    text = "Gökova Cam A.Ş., Vadi Lojistik Ltd.'nin deposunu aldı; Gökova Cam A.Ş. açıkladı"
    assert name_firms(text) == ("Gökova Cam A.Ş", "Vadi Lojistik Ltd")


def test_its_speaks_of_a_firm_named_before() -> None:
    assert judge_subject("It will shut its last smelting line in May").factor > 0.8
    assert judge_subject("The last smelting line will shut in May").factor < 0.5
