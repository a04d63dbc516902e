"""Clients in texts: every spelling is found, and what only looks like a client is not accepted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher
from oncu.classifiers.mentions.mention import Mention

CLIENTS = (
    ClientName("nurova", "Nurova Tekstil San. ve Tic. A.Ş.", tax_id="1234567890", city="Bursa"),
    ClientName("nurova-paz", "Nurova Tekstil Pazarlama Ltd. Şti.", city="İzmir"),
    ClientName("zeta-as", "Zetalin Gıda A.Ş.", city="Konya"),
    ClientName("zeta-ltd", "Zetalin Gıda Ltd. Şti.", city="Adana"),
    ClientName("deniz", "Deniz Lojistik A.Ş.", ("Deniz",)),
    ClientName("yildiz", "Yıldız Holding A.Ş.", ("Yıldız",)),
    ClientName("bursa", "Bursa Kablo A.Ş.", ("Bursa",)),
    ClientName("irmik", "Irmikçi Işık Gıda A.Ş.", ("Irmikçi",), ticker="IRMIK"),
    ClientName("salincak", "Salıncak Plastik A.Ş.", ("Salıncak",), website="https://www.salincak.example/tr"),
)
LEGAL = "Irmikçi Işık Gıda A.Ş."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher(CLIENTS)


def accepted(matcher: Matcher, text: str) -> list[tuple[str, str]]:
    return [(found.client_id, found.surface) for found in matcher.find(text) if found.accepted]


def only(matcher: Matcher, text: str) -> Mention:
    (mention,) = [found for found in matcher.find(text) if found.accepted]
    return mention


@pytest.mark.parametrize(
    "spelling",
    [
        LEGAL,
        "IRMİKÇİ IŞIK GIDA A.Ş.",
        "IRMIKÇI IŞIK GIDA A.Ş.",
        "ırmikçi ışık gıda a.ş.",
        LEGAL.lower(),
        "Irmikci Isik Gida A.S.",
        "Irmikçi\u00a0Işık\u00a0Gıda\u00a0A.Ş.",
        "Irmikçi-Işık Gıda AŞ",
        unicodedata.normalize("NFD", LEGAL),
        "Irmikçi Işık Gıda Anonim Şirketi",
        "Irmikçi Işık Gıda",
        "Irmikçi",
        "IRMİKÇİ",
        "Irmikci",
    ],
)
def test_every_spelling_of_a_client_is_found(matcher: Matcher, spelling: str) -> None:
    assert accepted(matcher, f"Bugün Ankara'da {spelling} yeni tesis açtı") == [("irmik", spelling)]


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("Irmikçi Işık Gıda A.Ş.'nin borcu", "Irmikçi Işık Gıda A.Ş."),
        ("Irmikçi Işık Gıda AŞ'den açıklama", "Irmikçi Işık Gıda AŞ"),
        ("Dün Irmikçi’nin fabrikasında", "Irmikçi"),
        ("Irmikçi Işık Gıdadan yeni ürün", "Irmikçi Işık Gıda"),
        ("Salıncak Plastiğin fabrikası", "Salıncak Plastiğ"),
        ("Salıncak Plastikten yeni yatırım", "Salıncak Plastik"),
    ],
)
def test_suffix_stays_outside_the_surface(matcher: Matcher, text: str, surface: str) -> None:
    assert only(matcher, text).surface == surface


@pytest.mark.parametrize("suffix", ["'nınkinden", "'dakilerin", "'lilerin", "'siz", "'ydik", "’nin", "'ya"])
def test_any_ending_behind_an_apostrophe_is_a_suffix(matcher: Matcher, suffix: str) -> None:
    assert "apostrophe suffix" in only(matcher, f"Bugün Irmikçi{suffix} konuşuldu").reason


def test_pronoun_of_what_is_its_own_is_a_suffix(matcher: Matcher) -> None:
    assert only(matcher, "Bugün Irmikçi Işık Gıdanınkinden pahalı").surface == "Irmikçi Işık Gıda"


def test_tail_and_form_in_other_spelling_belong_to_the_surface(matcher: Matcher) -> None:
    text = "Nurova Tekstil Sanayi Ticaret Anonim Şirketi konkordato istedi"
    assert accepted(matcher, text) == [("nurova", "Nurova Tekstil Sanayi Ticaret Anonim Şirketi")]


def test_trade_words_and_form_decide_between_firms_of_one_name(matcher: Matcher) -> None:
    assert accepted(matcher, "Nurova Tekstil Paz. Ltd. Şti. iflas etti") == [
        ("nurova-paz", "Nurova Tekstil Paz. Ltd. Şti.")
    ]


def test_clients_of_one_spelling_share_its_probability(matcher: Matcher) -> None:
    found = matcher.find("Bugün Zetalin Gıda büyüyor")
    assert [(m.client_id, m.accepted) for m in found] == [("zeta-as", False), ("zeta-ltd", False)]
    assert sum(mention.probability for mention in found) <= 1


def test_city_decides_between_clients_of_one_spelling(matcher: Matcher) -> None:
    assert accepted(matcher, "Konya'da Zetalin Gıda yeni tesis kurdu") == [("zeta-as", "Zetalin Gıda")]


def test_form_decides_between_clients_of_one_spelling(matcher: Matcher) -> None:
    assert accepted(matcher, "Zetalin Gıda Ltd. Şti. büyüyor") == [("zeta-ltd", "Zetalin Gıda Ltd. Şti.")]


def test_guessed_first_word_is_not_accepted_alone() -> None:
    matcher = build_matcher([ClientName("k", "Kervanlı Tekstil A.Ş.")])
    assert accepted(matcher, "Dün Kervanlı açıklandı") == []


def test_coined_first_word_is_accepted() -> None:
    matcher = build_matcher([ClientName("t", "Toravsan Elektronik San. ve Tic. A.Ş.")])
    assert accepted(matcher, "Bu yıl Toravsan'dan yeni fabrika yatırımı") == [("t", "Toravsan")]


@pytest.mark.parametrize(
    "text",
    [
        "Çocuklar deniz kenarında oynadı",
        "Deniz suyu sıcaklığı arttı",
        "Ahmet Deniz konuştu",
        "Denizli'de yağmur var",
        "Yıldız Teknik Üniversitesi yeni bölüm açtı",
        "Yıldız Vakfı burs veriyor",
        "Bursa'da yangın çıktı",
        "Yıldız'ın golüyle maç bitti, taraftar sevindi",
        "Mescid-i Irmikçi için çağrı",
        "Enflasyon beklentileri bu ay yine yükseldi - Irmikçi Haber",
    ],
)
def test_what_only_looks_like_a_client_is_not_accepted(matcher: Matcher, text: str) -> None:
    assert accepted(matcher, text) == []


@pytest.mark.parametrize("text", ["Dün Dalga'nın hisseleri yükseldi", "Bu yıl Dalga'dan yeni fabrika yatırımı"])
def test_capital_and_apostrophe_make_a_name_of_a_word(text: str) -> None:
    matcher = build_matcher([ClientName("dalga", "Dalga Lojistik A.Ş.", ("Dalga",))])
    assert accepted(matcher, text) == [("dalga", "Dalga")]


def test_longest_name_wins(matcher: Matcher) -> None:
    assert accepted(matcher, "Bugün Yıldız Holding bilançosunu açıkladı") == [("yildiz", "Yıldız Holding")]


def test_longer_name_of_another_firm_is_not_the_client(matcher: Matcher) -> None:
    assert accepted(matcher, "Bu hafta Salıncak Enerji yeni santral kurdu") == []


def test_name_does_not_run_over_a_line_break(matcher: Matcher) -> None:
    assert accepted(matcher, "Renkli salıncak\nPlastik fiyatları arttı") == []


def test_suffix_that_reads_like_a_word_of_the_name_is_no_match() -> None:
    matcher = build_matcher([ClientName("u", "Pamirli Un San. ve Tic. A.Ş.")])
    assert accepted(matcher, "Hakem Pamirli’un kararı isyan ettirdi") == []


def test_tax_number_is_a_mention(matcher: Matcher) -> None:
    assert accepted(matcher, "Vergi no 1234567890 olan borçlu") == [("nurova", "1234567890")]


def test_tax_number_inside_a_longer_number_is_none(matcher: Matcher) -> None:
    assert matcher.find("Telefon 91234567890") == []


@pytest.mark.parametrize(
    "text", ["Borsada (IRMIK) yükseldi", "#IRMIK yorum", "BIST:IRMIK grafiği", "Model portföye IRMIK eklendi"]
)
def test_ticker_is_a_mention(matcher: Matcher, text: str) -> None:
    assert accepted(matcher, text) == [("irmik", "IRMIK")]


def test_ticker_in_lower_case_is_a_word(matcher: Matcher) -> None:
    assert accepted(matcher, "Sütlü irmik tarifi") == []


def test_website_is_a_mention(matcher: Matcher) -> None:
    assert accepted(matcher, "Ayrıntılar salincak.example adresinde") == [("salincak", "salincak.example")]


def test_each_of_several_tax_numbers_in_a_field_names_its_client(matcher: Matcher) -> None:
    (mention,) = matcher.find("Alacaklılara duyuru", {"tax_id": "9999999999; 1234567890"})
    assert (mention.client_id, mention.reason) == ("nurova", "tax_id field")


def test_tax_field_names_the_client_without_a_place(matcher: Matcher) -> None:
    (mention,) = matcher.find("Alacaklılara duyuru", {"tax_id": "1234567890"})
    assert (mention.client_id, mention.start, mention.end, mention.probability) == ("nurova", 0, 0, 0.99)


def test_firm_field_raises_the_place_in_the_text(matcher: Matcher) -> None:
    text = "Nurova Tekstil San. ve Tic. A.Ş. hakkında"
    (mention,) = matcher.find(text, {"firm": "NUROVA TEKSTİL SANAYİ VE TİCARET ANONİM ŞİRKETİ"})
    assert (mention.surface, mention.probability) == ("Nurova Tekstil San. ve Tic. A.Ş.", 0.99)


def test_firm_field_of_several_clients_names_none(matcher: Matcher) -> None:
    assert matcher.find("Duyuru", {"firm": "Zetalin Gıda"}) == []


def test_reason_says_what_was_seen(matcher: Matcher) -> None:
    assert only(matcher, "Dün Irmikçi’nin kasasında").reason == "short name, capital in sentence, apostrophe suffix"


def test_no_clients_find_nothing() -> None:
    assert build_matcher([]).find("Nurova Tekstil A.Ş.") == []


@given(
    st.lists(
        st.sampled_from(["Irmikçi", "Işık", "Gıda", "A.Ş.", "'nin", " ", "\n", "Deniz", "IRMIK", "😀", "ı\u0307"]),
        max_size=12,
    )
)
def test_spans_are_the_surface_and_probabilities_are_never_sure(matcher: Matcher, parts: list[str]) -> None:
    text = " ".join(parts)
    for mention in matcher.find(text):
        assert mention.surface == text[mention.start : mention.end] != ""
        assert 0 < mention.probability < 1 and mention.accepted == (mention.probability >= 0.5)
        assert 0 <= mention.relevance <= 100


def test_a_ticker_that_is_also_a_place_needs_a_mark() -> None:
    matcher = build_matcher([ClientName("C1", "Örnek Çimento A.Ş.", ticker="KONYA")])
    text = "Firma hakkında konkordato mühlet kararı. KONYA"
    assert not any(mention.accepted for mention in matcher.find(text))
