"""The quoted sentence: word for word from the document, short, with the client marked."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from oncu.signals.faces.quote import LONGEST, quote_evidence
from oncu.storage.alerts import Evidence

NAME = "Simya İlaç"
LONG = "uzun bir cümlenin içinde pek çok ayrıntı anlatılırken "


def evidence(title, text="", *, cue="dava", name=NAME):
    reading = f"{title}\n{text}" if text else title
    start, tag = reading.find(name), reading.find(cue)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Evidence(
        "s",
        "d",
        "gazete",
        None,
        at,
        at,
        at,
        "fact",
        title,
        text,
        start,
        start + len(name),
        "",
        0.9,
        tag,
        tag + 4,
        "",
        0.8,
    )


def test_the_quote_is_the_sentence_of_the_cue_with_the_client_marked():
    found = quote_evidence(evidence("Günün özeti", f"Hava açık. Rakibi {NAME}'a dava açtı. Borsa yükseldi."))
    assert (found.before, found.name, found.after) == ("Rakibi ", NAME, "'a dava açtı.")


def test_an_abbreviated_form_does_not_end_the_quote():
    found = quote_evidence(evidence("Özet", "Dün Simya İlaç A.Ş. hakkında dava açıldı. Borsa yükseldi."))
    assert str(found) == "Dün Simya İlaç A.Ş. hakkında dava açıldı."


def test_a_short_name_elsewhere_does_not_shorten_the_name_of_the_quoted_sentence():
    full = f"{NAME} Sanayi A.Ş."
    item = evidence(f"{NAME} zorda", f"Rakibi {full}'ye dava açtı.")
    start = len(f"{NAME} zorda\nRakibi ")
    found = quote_evidence(replace(item, names=((0, len(NAME)), (start, start + len(full)))))
    assert found.name == full


def test_a_client_named_in_another_sentence_is_not_marked():
    found = quote_evidence(evidence(f"{NAME} gündemde", "Rakibi dava açtı."))
    assert (str(found), found.name) == ("Rakibi dava açtı.", "")


def test_the_title_is_quoted_where_there_is_no_text():
    assert str(quote_evidence(evidence(f"{NAME} davayı kaybetti"))) == f"{NAME} davayı kaybetti"


def test_a_long_sentence_is_cut_around_the_name_and_says_so():
    found = quote_evidence(evidence("Özet", LONG * 8 + f"{NAME} hakkında dava açıldı " + LONG * 8))
    assert str(found).startswith("…") and str(found).endswith("…") and found.name == NAME


def test_a_name_far_behind_the_cue_is_still_marked():
    found = quote_evidence(evidence("Özet", "Açılan dava " + LONG * 8 + f"{NAME} ile ilgili"))
    assert found.name == NAME and len(str(found)) <= LONGEST


def test_a_name_far_before_the_cue_is_still_marked():
    found = quote_evidence(evidence("Özet", f"{NAME} " + LONG * 8 + "dava açtı"))
    assert found.name == NAME and len(str(found)) <= LONGEST


def test_an_erased_text_gives_an_empty_quote():
    at = datetime(2026, 3, 2, tzinfo=UTC)
    erased = Evidence("s", "d", "g", None, at, at, at, "fact", "", "", 10, 20, "", 0.9, 15, 19, "", 0.8)
    assert str(quote_evidence(erased)) == ""


@given(
    st.text("ab .İ!\n😀", max_size=400),
    st.text("ab .Ş\n😀", max_size=400),
    st.text("xy .", max_size=300),
    st.booleans(),
)
def test_a_quote_is_short_and_word_for_word(before, between, after, is_cue_first):
    parts = ("dava", NAME) if is_cue_first else (NAME, "dava")
    found = evidence("Başlık", before + parts[0] + between + parts[1] + after)
    quote = str(quote_evidence(found))
    kept = quote.removeprefix("…").removesuffix("…")
    assert len(quote) <= LONGEST and kept in f"{found.title}\n{found.text}"
