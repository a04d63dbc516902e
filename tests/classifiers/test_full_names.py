"""A legal name is known by its words before the trade words; the rest is read from the text."""

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher
from oncu.classifiers.mentions.places import Place

CLIENTS = (
    ClientName("a", "Velmora Tekstil Sanayi ve Ticaret A.Ş."),
    ClientName("b", "Velmora Tekstil Pazarlama Ltd. Şti."),
    ClientName("c", "Velmora Tekstil Sanayi Ltd. Şti."),
    ClientName("d", "Ormanlı Makina İşletmeleri A.Ş."),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher(CLIENTS)


def only(matcher: Matcher, text: str) -> Place:
    ((place,),) = matcher.places([text])
    return place


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        ("Bugün Velmora Tekstil Sanayi ve Ticaret A.Ş. büyüdü", {"a"}),
        ("Bugün VELMORA TEKSTİL SAN. VE TİC. AŞ büyüdü", {"a"}),
        ("Bugün Velmora Tekstil Paz. büyüdü", {"b"}),
        ("Bugün Velmora Tekstil Sanayi Ltd. Şti. büyüdü", {"c"}),
        ("Bugün Velmora Tekstil büyüdü", {"a", "b", "c"}),
        ("Bugün Velmora Tekstil İthalat A.Ş. büyüdü", {"a", "b", "c"}),
    ],
)
def test_longest_end_of_a_legal_name_says_whose_it_is(matcher: Matcher, text: str, clients: set[str]) -> None:
    assert matcher.candidates(only(matcher, text)) == clients


def test_full_name_is_the_whole_alias(matcher: Matcher) -> None:
    place = only(matcher, "Bugün Velmora Tekstil San. ve Tic. A.Ş.'den açıklama")
    assert (place.name, place.surface) == ("Velmora Tekstil San. ve Tic", "Velmora Tekstil San. ve Tic. A.Ş.")
    assert {one.owner.alias.kind for one in matcher.weigh_all([place])[0][1]} == {"legal"}


def test_last_trade_word_may_carry_a_suffix(matcher: Matcher) -> None:
    place = only(matcher, "Bugün Ormanlı Makina İşletmelerinin borcu arttı")
    assert (place.surface, place.hit.ending, place.hit.legal) == (
        "Ormanlı Makina İşletmeleri",
        "attached",
        ("isletmeleri",),
    )


def test_full_name_may_be_broken_over_two_lines(matcher: Matcher) -> None:
    assert only(matcher, "Firma: VELMORA TEKSTİL SANAYİ\nVE TİCARET A.Ş.").hit.legal == ("sanayi", "ve", "ticaret")


def test_name_at_the_end_of_a_text_needs_no_more(matcher: Matcher) -> None:
    assert only(matcher, "Bugün Velmora Tekstil Sanayi").hit.legal == ("sanayi",)
