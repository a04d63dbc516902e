"""How much a text is about a client, and the part it plays."""

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher
from oncu.classifiers.mentions.mention import Mention

FIRMS = ["Nurova Tekstil", "Zetalin Gıda", *(f"Firmatör{letter} Enerji" for letter in "abcdefghijkl")]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher(ClientName(name.split()[0].lower(), f"{name} A.Ş.") for name in FIRMS)


def find(matcher: Matcher, text: str) -> dict[str, Mention]:
    return {mention.client_id: mention for mention in matcher.find(text)}


def test_firm_that_opens_the_title_is_the_subject(matcher: Matcher) -> None:
    assert find(matcher, "Nurova Tekstil yeni fabrika kuruyor")["nurova"].role == "subject"


@pytest.mark.parametrize(
    "text", ["Nurova Tekstil, Zetalin Gıda ile anlaştı", "Nurova Tekstil, Zetalin Gıda'ya dava açtı"]
)
def test_firm_with_whom_something_is_done_is_the_counterparty(matcher: Matcher, text: str) -> None:
    found = find(matcher, text)
    assert (found["nurova"].role, found["zetalin"].role) == ("subject", "counterparty")


def test_firm_deep_in_the_text_is_named_in_passing(matcher: Matcher) -> None:
    body = "Sektörde işler bu yıl iyi gitti. " * 12 + "Aralarında Zetalin Gıda da var."
    found = find(matcher, f"Nurova Tekstil büyüdü\n{body}")
    assert found["zetalin"].role == "passing"
    assert found["zetalin"].relevance < found["nurova"].relevance


def test_list_of_many_clients_is_about_none(matcher: Matcher) -> None:
    found = matcher.find(", ".join(f"{name} A.Ş." for name in FIRMS))
    assert len(found) == len(FIRMS)
    assert all(mention.role == "passing" and mention.relevance <= 10 for mention in found)


def test_repetition_raises_relevance(matcher: Matcher) -> None:
    once = matcher.find("Nurova Tekstil büyüdü\nFirma yeni tesis kuracak.")[0]
    twice = matcher.find("Nurova Tekstil büyüdü\nNurova Tekstil yeni tesis kuracak.")[0]
    assert twice.relevance > once.relevance


def test_field_without_a_place_makes_the_subject(matcher: Matcher) -> None:
    (mention,) = matcher.find("Duyuru", {"firm": "Zetalin Gıda A.Ş."})
    assert (mention.role, mention.relevance) == ("subject", 95)
