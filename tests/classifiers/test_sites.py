"""What happens at or next to a client's plant or land is said in the reason."""

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher

SITES = ("Kestel OSB 4. Cadde No:12, Kestel/Bursa",)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher([ClientName("nur", "Nurova Tekstil A.Ş.", city="Bursa", sites=SITES)])


def reason(matcher: Matcher, text: str) -> str:
    (mention,) = matcher.find(text)
    return mention.reason


@pytest.mark.parametrize(
    "text",
    [
        "Nurova Tekstil, Kestel OSB'de yeni arsa arıyor",
        "Kestel Organize Sanayi Bölgesi'nde satılık parsel Nurova Tekstil'in ilgisini çekti",
        "Nurova Tekstil Kestel OSB'deki tesisini büyütecek",
    ],
)
def test_land_in_the_zone_of_a_site_is_near_it(matcher: Matcher, text: str) -> None:
    assert "near its site Kestel OSB" in reason(matcher, text)


def test_land_in_the_district_of_a_site_is_near_it(matcher: Matcher) -> None:
    assert "near its site Kestel" in reason(matcher, "Kestel'de tarla alan Nurova Tekstil açıklama yaptı")


def test_zone_without_land_is_only_in_the_text(matcher: Matcher) -> None:
    assert "its site Kestel OSB in the text" in reason(
        matcher, "Nurova Tekstil, Kestel OSB'de basketbolcuları ağırladı"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nurova Tekstil fabrikasının yanındaki arsa satışa çıktı", "fabrikasinin yanindaki"),
        ("Nurova Tekstil'in deposunun bitişiğindeki parsel ihaleye çıkıyor", "deposunun bitisigindeki"),
        ("Nurova Tekstil'in hemen bitişiğindeki tarla satıldı", "bitisigindeki"),
        ("The plot next to Nurova Tekstil is for sale", "next to"),
    ],
)
def test_land_next_door_is_said_in_the_words_of_the_text(matcher: Matcher, text: str, words: str) -> None:
    assert f"“{words}”: next to its site" in reason(matcher, text)


def test_land_next_door_counts_for_the_neighbour_though_it_is_named_in_passing(matcher: Matcher) -> None:
    (mention,) = matcher.find("Nurova Tekstil fabrikasının yanındaki arsa satışa çıktı")
    assert (mention.role, mention.relevance) == ("passing", 40)


def test_cafe_next_door_is_no_land(matcher: Matcher) -> None:
    assert "next to its site" not in reason(matcher, "Nurova Tekstil'in yanındaki kafe kapandı")


def test_site_tells_which_of_two_firms_is_meant() -> None:
    sister = ClientName(
        "oth", "Nurova Tekstil Ltd. Şti.", sites=("Organize Sanayi Bölgesi 2. Cadde, Çerkezköy/Tekirdağ",)
    )
    matcher = build_matcher([ClientName("nur", "Nurova Tekstil A.Ş.", sites=SITES), sister])
    found = matcher.find("Nurova Tekstil, Çerkezköy'de depo kiraladı")
    assert [mention.client_id for mention in found if mention.accepted] == ["oth"]
