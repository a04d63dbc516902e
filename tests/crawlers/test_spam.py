"""Doorway pages are kept aside, paid texts are the firm's own word, and news about either is news."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from oncu.crawlers.document import build_document
from oncu.crawlers.pages.page import Row
from oncu.crawlers.spam import spam_reason
from oncu.crawlers.voice import judge_voice

from .conftest import make_spec

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def links(word: str, count: int) -> str:
    return "".join(f"<a href='http://{word}{n}.example/'>{word}</a> " for n in range(count))


@pytest.mark.parametrize(
    ("page", "family"),
    [
        ("<p>Örnekçi A.Ş. deneme bonusu, canlı bahis, güncel giriş</p>" + links("bet", 3), "gambling"),
        ("<p>Bolu escort bayan, vip escort, otele gelen, eve gelen</p>" + links("escort", 2), "escort"),
        ("<p>Senetle borç, elden para veren, sicili bozuk kredi</p>" + links("nakit", 2), "lending"),
        ("<p>Zayıflama hapı, gizli kargo, kapıda ödeme</p>" + links("zayiflama", 2), "remedies"),
        ("<p>Takipçi satın al, beğeni satın al, SMM panel</p>" + links("takipci", 2), "followers"),
        (
            "DENEME BONUSU CANLI BAHİS CANLI CASINO GÜNCEL GİRİŞ SLOT OYNA RULET OYNA Örnekçi Denemeci Sınamacı",
            "gambling",
        ),
    ],
)
def test_doorway_page_of_each_trade_is_told_with_its_reason(page: str, family: str) -> None:
    reason = spam_reason(page, "http://haber.example/1")
    assert reason and reason.startswith("spam: ") and family in reason


@pytest.mark.parametrize(
    "text",
    [
        "Bakanlık, deneme bonusu ve canlı bahis diye tanıtılan, güncel giriş adresi dağıtan 200 siteye erişimi "
        "engelledi. Yetkililer yüksek oran vaadiyle gençlerin hesaplarının kullanıldığını söyledi. "
        "Soruşturmada 14 kişi gözaltına alındı, hesaplardaki 40 milyon liraya el konuldu.",
        "Tefeciden borç alan esnaf, elden para veren kişilerin dükkânına çöktüğünü anlattı; senetle para alan üç "
        "kişi daha şikâyetçi oldu. Savcılık tefecilik suçundan soruşturma açtı.",
        "Kapıda ödeme seçeneğini kaldırdılar, orjinal ürün yerine sahtesi geldi, gizli kargo ücreti aldılar.",
    ],
)
def test_those_who_tell_of_spam_are_no_spam(text: str) -> None:
    assert spam_reason(text, "http://haber.example/1") is None


@pytest.mark.parametrize(
    ("title", "text", "url", "voice"),
    [
        ("Evinizi yenileyin", "Örnekçi ile kolay.\nBu bir reklamdır.", None, "paid"),
        ("Örnekçi ile tatil (Advertorial)", "Metin", None, "paid"),
        ("Tatil zamanı", "SPONSORLU İÇERİK\nÖrnekçi otelleri sizi bekliyor.", None, "paid"),
        ("Tatil zamanı", "Uzun metin.\nBu içerik Örnekçi iş birliğiyle hazırlanmıştır.", None, "paid"),
        ("Tatil zamanı", "Metin", "http://h.example/advertorial/tatil-zamani", "paid"),
        ("Basın Bülteni: Örnekçi yeni fabrika kuruyor", "Metin", None, "release"),
        ("Örnekçi yeni fabrika kuruyor", "Basın bülteni\nŞirketimiz kuruyor.", None, "release"),
        ("Örnekçi opens a plant", "FOR IMMEDIATE RELEASE\nWe open.", None, "release"),
    ],
)
def test_a_firm_that_speaks_itself_is_told_apart(title: str, text: str, url: str | None, voice: str) -> None:
    judged = judge_voice(title, text, url)
    assert judged is not None and judged.voice == voice


@pytest.mark.parametrize(
    ("title", "text", "url"),
    [
        ("Örnekçi konkordato ilan etti", "Mahkeme süre verdi.", None),
        ("Reklam Kurulu Örnekçi'ye ceza kesti", "Kurul, sponsorlu içerik etiketi konmadığını saptadı.", None),
        ("İLAN", "T.C. Bolu 2. İcra Dairesi\nTaşınmaz satılacaktır.", None),
        ("Örnekçi'den basın bülteni bekleniyor", "Şirketin yarın basın bülteni yayımlaması bekleniyor.", None),
        ("Sponsorlu koşu yarın", "Koşuyu Örnekçi destekliyor.", "http://h.example/spor/reklam-yapti"),
    ],
)
def test_others_who_speak_of_ads_and_notices_are_no_firm(title: str, text: str, url: str | None) -> None:
    assert judge_voice(title, text, url) is None


def test_paid_article_is_the_firms_own_word_and_says_why() -> None:
    row = Row({"title": "Tatil zamanı", "text": "Sponsorlu içerik\nÖrnekçi otelleri sizi bekliyor."}, "p")
    document, _ = build_document(make_spec("s", "http://h.example/rss"), row, NOW)
    assert document is not None
    assert (document.origin, document.fields["advertorial"]) == ("self", "“Sponsorlu içerik”")


def test_press_release_is_the_firms_own_word_and_not_paid() -> None:
    row = Row({"title": "Basın bülteni: Örnekçi büyüyor", "text": "Metin"}, "p")
    document, _ = build_document(make_spec("s", "http://h.example/rss"), row, NOW)
    assert document is not None and (document.origin, document.fields) == ("self", {})


def test_registry_row_keeps_the_origin_of_its_source() -> None:
    spec = make_spec("s", "http://h.example/rss", category="registry", origin="authority")
    document, _ = build_document(spec, Row({"title": "İlan: Örnekçi A.Ş.", "text": "Basın bülteni"}, "p"), NOW)
    assert document is not None and document.origin == "authority"


@pytest.mark.shared
@pytest.mark.parametrize(("file", "most"), [("news/articles_500.jsonl", 0), ("complaints/complaints.jsonl", 4)])
def test_real_texts_are_not_taken_for_spam(shared: Path, file: str, most: int) -> None:
    """At most one in a thousand complaints, and no article."""
    with (shared / "data/tr" / file).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 4_000)]
    texts = (f"{row['title']}\n{row.get('summary') or row.get('text') or ''}" for row in rows)
    assert sum(spam_reason(text, "http://h.example/") is not None for text in texts) <= most
