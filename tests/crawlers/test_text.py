import pytest

from oncu.crawlers.encoding import decode_body
from oncu.crawlers.language import guess_language
from oncu.crawlers.spam import spam_reason
from oncu.crawlers.text import clean_text, html_to_text, plain_text

TURKISH = "Şişli'de İğneada'lı çığ öyküsü"


def declared(charset: str, encoding: str) -> bytes:
    return f"<html><meta charset='{charset}'>{TURKISH}</html>".encode(encoding)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (declared("windows-1254", "cp1254"), None),
        (declared("iso-8859-9", "cp1254"), None),
        (declared("iso-8859-1", "cp1254"), None),
        (declared("utf-8", "cp1254"), None),
        (TURKISH.encode("cp1254"), None),
        (TURKISH.encode("cp1254"), "text/html; charset=windows-1254"),
        (TURKISH.encode("cp1254"), "text/html; charset=ISO-8859-1"),
        (declared("windows-1254", "utf-8"), None),
        (TURKISH.encode("utf-8-sig"), None),
        (TURKISH.encode("utf-16"), None),
        (f"<?xml version='1.0' encoding='ISO-8859-9'?><a>{TURKISH}</a>".encode("iso-8859-9"), None),
    ],
)
def test_turkish_page_is_read_right_whatever_it_declares(body: bytes, header: str | None) -> None:
    assert TURKISH in decode_body(body, header)


def test_one_broken_byte_does_not_spoil_a_utf8_page() -> None:
    assert TURKISH in decode_body((TURKISH * 5).encode() + b"\xff")


def test_text_is_cleaned_of_what_a_database_refuses_and_of_what_hides_words() -> None:
    assert clean_text("a\x00b\ud800c\u202ed\u200be\xadf  g\xa0\xa0h \r\n\r\n i") == "abcdef g h\ni"


def test_html_becomes_paragraphs() -> None:
    html = "<p>Bir <b>iki</b>\nüç</p><script>x()</script><ul><li>dört</li><li>be&#351;</li></ul>altı<br>yedi"
    assert html_to_text(html) == "Bir iki üç\ndört\nbeş\naltı\nyedi"


def test_comment_in_html_is_no_text() -> None:
    assert html_to_text("<p>a<!-- gizli -->b</p>") == "ab"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Şirket yeni bir tesis için arazi aldı ve üretime başlıyor.", "tr"),
        ("Sirket yeni bir tesis icin arazi aldi ve uretime basliyor.", "tr"),
        ("The company will build a plant in the east of the country.", "en"),
        ("12345", None),
        ("Gürbüz", None),
    ],
)
def test_language_is_guessed_or_left_open(text: str, language: str | None) -> None:
    assert guess_language(text) == language


FOOTER = "".join(f"<a href='https://{name}.example/'>{name}</a>" for name in ("canlı-bahis", "CASINO-giriş", "slot7"))


def test_doorway_page_is_spam_in_capitals_too() -> None:
    reason = spam_reason(
        f"<p>DENEME BONUSU, Güncel Giriş, freespin, KAÇAK İDDAA</p>{FOOTER}", "https://rehber.example/1"
    )
    assert reason and reason.startswith("spam: 3 gambling links")


def test_news_about_a_gambling_fine_is_no_spam() -> None:
    article = "<p>Kaçak bahis, canlı bahis ve casino siteleri reklamına ceza: online casino için yaptırım.</p>"
    links = "".join(f"<a href='https://sosyal{n}.example/'>Paylaş</a>" for n in range(20))
    assert spam_reason(article + links, "https://haber.example/1") is None


def test_gambling_links_without_advertising_words_are_no_spam() -> None:
    assert spam_reason(f"<p>Sayfanın sponsorları</p>{FOOTER}", "https://haber.example/1") is None


def test_html_escaped_once_too_often_is_plain_text() -> None:
    assert plain_text("&lt;p&gt;Bir&lt;/p&gt;&lt;p&gt;iki&lt;/p&gt;") == "Bir\niki"


def test_signs_of_comparison_are_no_tags() -> None:
    assert plain_text("faiz < 5 ve kur > 30<br>a &lt; b") == "faiz < 5 ve kur > 30\na < b"
