"""Who a sentence is about, with whom it is done, and who is merely named: sentences on invented firms.

An expectation is `firm part band`: part s(ubject), c(ounterparty), p(assing); band h(igh, ≥ 60), m(iddle, ≥ 30: what
is told counts for the firm), l(ow).
"""

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher, build_matcher

FIRMS = {
    "nur": "Nurova Tekstil",
    "zet": "Zetalin Gıda",
    "tor": "Torvak Çelik",
    "bel": "Belkıran Lojistik",
    "mir": "Mirsan Yapı",
    "arv": "Arvena Bank",
    "kuz": "Kuzemir Gazetecilik",
}
PARTS = {"s": "subject", "c": "counterparty", "p": "passing"}

SENTENCES = (
    # it happens to the firm
    ("Nurova Tekstil yeni fabrika kuruyor", "nur s h"),
    ("Zetalin Gıda, konkordato ilan etti", "zet s h"),
    ("Torvak Çelik'in fırını bakım için durdu", "tor s h"),
    ("Belkıran Lojistik'e hırsız girdi", "bel s h"),
    ("Mirsan Yapı hakkında iflas kararı verildi", "mir s h"),
    ("Mahkeme, Zetalin Gıda için süre verdi", "zet s h"),
    ("Nurova Tekstil'de grev kararı asıldı", "nur s h"),
    ("Torvak Çelik'i zor günler bekliyor", "tor s h"),
    ("Belkıran Lojistik filosuna elli çekici kattı", "bel s h"),
    ("Yeni ortak arayan Mirsan Yapı danışman tuttu", "mir s h"),
    ("Zetalin Gıda'nın borcu yapılandırıldı", "zet s h"),
    ("Nurova Tekstil işçileri ücretlerini alamadı", "nur s h"),
    ("Belediye, otobüs garajını Mirsan Yapı'dan teslim aldı", "mir s h"),
    ("Torvak Çelik opens a second rolling mill", "tor s h"),
    ("Nurova Tekstil files for protection from its creditors", "nur s h"),
    # fined, seized, inspected: the one on whom it falls
    ("Rekabet Kurulu, Zetalin Gıda'ya ceza kesti", "zet s h"),
    ("Rekabet Kurulu Torvak Çelik hakkında soruşturma açtı", "tor s h"),
    ("Arvena Bank, Nurova Tekstil'e haciz gönderdi", "nur s h; arv c h"),
    ("Arvena Bank, Mirsan Yapı'ya icra takibi başlattı", "mir s h; arv c h"),
    ("Belkıran Lojistik'e para cezası verildi", "bel s h"),
    ("Bakanlık ekipleri Zetalin Gıda'ya baskın yaptı", "zet s h"),
    ("Vergi dairesi, Belkıran Lojistik'e ihtar çekti", "bel s h"),
    ("Regulator fines Torvak Çelik over late filings", "tor s h"),
    ("Watchdog probes Zetalin Gıda after complaints", "zet s h"),
    ("Torvak Çelik'e el konuldu", "tor s h"),
    ("Arvena Bank alacağı için Torvak Çelik'e iflas davası açtı", "tor s h; arv c h"),
    # with whom it is done
    ("Nurova Tekstil, Zetalin Gıda ile anlaştı", "nur s h; zet c h"),
    ("Nurova Tekstil, Torvak Çelik'le sözleşme imzaladı", "nur s h; tor c h"),
    ("Nurova Tekstil, Zetalin Gıda'ya dava açtı", "nur s h; zet c h"),
    ("Mirsan Yapı, çeliği Torvak Çelik'ten alacak", "mir s h; tor c h"),
    ("Zetalin Gıda, Belkıran Lojistik tarafından taşınan ürünleri geri çağırdı", "zet s h; bel c h"),
    ("Nurova Tekstil, Torvak Çelik tarafından satın alındı", "nur s h; tor c h"),
    ("Belkıran Lojistik'in müşterisi Zetalin Gıda konkordato istedi", "bel c h; zet s h"),
    ("Torvak Çelik'in bayisi Mirsan Yapı kapandı", "tor c h; mir s h"),
    ("Zetalin Gıda'ya ambalaj üreten Nurova Tekstil kapasite artırıyor", "zet c h; nur s h"),
    ("Torvak Çelik'e parça satan Mirsan Yapı büyüyor", "tor c h; mir s h"),
    ("Arvena Bank'ın kredi verdiği Mirsan Yapı şantiyeye döndü", "arv s h; mir s h"),
    ("Zetalin Gıda signs supply deal with Belkıran Lojistik", "zet s h; bel c h"),
    ("Mirsan Yapı buys steel from Torvak Çelik", "mir s h; tor c h"),
    ("Nurova Tekstil sues Zetalin Gıda over a trademark", "nur s h; zet c h"),
    ("Torvak Çelik acquires Mirsan Yapı", "tor s h; mir c h"),
    ("Zetalin Gıda ile Nurova Tekstil ortak depo kurdu", "zet s h; nur s h"),
    ("Belediye, Mirsan Yapı ile sözleşme imzaladı", "mir c h"),
    ("Nurova Tekstil'in tedarikçisi Zetalin Gıda üretimi durdurdu", "nur c h; zet s h"),
    ("Mirsan Yapı, arsayı Nurova Tekstil'e sattı", "mir s h; nur c h"),
    # a landmark
    ("Nurova Tekstil'in yanındaki kafe kapandı", "nur p l"),
    ("Torvak Çelik'in karşısındaki boş arazi yandı", "tor p l"),
    ("Zetalin Gıda fabrikasının yakınında kaza oldu", "zet p l"),
    ("Belkıran Lojistik'in arkasındaki sokak trafiğe kapandı", "bel p l"),
    ("Kaza, Mirsan Yapı binasının önünde oldu", "mir p l"),
    ("A fire broke out next to Torvak Çelik", "tor p l"),
    ("Roadworks start opposite Zetalin Gıda", "zet p l"),
    # an example, a rival, a namesake
    ("Nurova Tekstil gibi büyük firmalar vergi affı bekliyor", "nur p l"),
    ("Zetalin Gıda benzeri üreticiler zam yaptı", "zet p l"),
    ("Torvak Çelik'in rakibi iflas etti", "tor p l"),
    ("Firmalar such as Nurova Tekstil may gain", "nur p l"),
    ("Rakibi Zetalin Gıda büyürken küçük üretici kapandı", "zet p l"),
    ("Nurova Tekstil hariç sektör daraldı", "nur p l"),
    ("Aralarında Torvak Çelik'in de bulunduğu firmalar fuara katıldı", "tor p l"),
    ("Unlike Zetalin Gıda the small mill closed", "zet p l"),
    # somebody who worked there
    ("Eski Nurova Tekstil çalışanı kitap yazdı", "nur p l"),
    ("Torvak Çelik'te çalışan Rüstem Ayaz piyangoyu kazandı", "tor p l"),
    ("Zetalin Gıda'dan emekli Sevda Kum sergi açtı", "zet p l"),
    ("Nurova Tekstil emeklisi resim kursu veriyor", "nur p l"),
    ("Belkıran Lojistik'ten ayrılan müdür kendi işini kurdu", "bel p l"),
    ("A former Torvak Çelik executive joined the ministry", "tor p l"),
    ("Mirsan Yapı eski genel müdürü belediyeye aday oldu", "mir p l"),
    # a sponsor, a make
    ("Mahalle turnuvası Nurova Tekstil sponsorluğunda başladı", "nur p l"),
    ("Şenlik Zetalin Gıda'nın katkılarıyla yapıldı", "zet p l"),
    ("Konser Arvena Bank desteğiyle düzenlendi", "arv p l"),
    ("Belkıran Lojistik logolu kamyon yolda kaldı", "bel p l"),
    ("The race was sponsored by Arvena Bank", "arv p l"),
    # only who says it
    ("Arvena Bank'a göre enflasyon düşecek", "arv p l"),
    ("Arvena Bank analistleri dolar tahminini açıkladı", "arv p l"),
    ("Kuzemir Gazetecilik'in haberine göre baraj doldu", "kuz p l"),
    ("Kuzemir Gazetecilik'e konuşan çiftçiler yağmur bekliyor", "kuz p l"),
    ("Growth will slow, according to Arvena Bank", "arv p l"),
    ("Arvena Bank, Torvak Çelik için hedef fiyatını yükseltti", "arv p l; tor s h"),
    ("Arvena Bank'tan Nurova Tekstil için al tavsiyesi", "arv p l; nur s h"),
    ("Arvena Bank, Zetalin Gıda'nın kredi notunu düşürdü", "arv p l; zet s h"),
    ("Sanayide çarklar yavaşladı - Kuzemir Gazetecilik", "kuz p l"),
    # the firm itself, although a word of the above is near
    ("Nurova Tekstil eski fabrikasını sattı", "nur s h"),
    ("Arvena Bank yeni analist alacak", "arv s h"),
    ("Zetalin Gıda rakibini satın aldı", "zet s h"),
    ("Torvak Çelik, komşu arsayı satın aldı", "tor s h"),
    ("Kuzemir Gazetecilik çalışanlarını işten çıkardı", "kuz s h"),
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return build_matcher(ClientName(key, f"{name} A.Ş.") for key, name in FIRMS.items())


def band(relevance: int) -> str:
    return "h" if relevance >= 60 else "m" if relevance >= 30 else "l"


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_part_and_relevance_of_each_firm(matcher: Matcher, text: str, expected: str) -> None:
    found = {m.client_id: (m.role, band(m.relevance)) for m in matcher.find(text) if m.accepted}
    wanted = [one.split() for one in expected.split("; ")]
    assert found == {firm: (PARTS[part], height) for firm, part, height in wanted}


def test_notice_with_the_codes_of_a_whole_market_is_about_none() -> None:
    matcher = build_matcher([ClientName("t", "Torvak Çelik A.Ş.", ticker="TORVK")])
    codes = ", ".join(f"{a}{b}RSA" for a in "BCDF" for b in "KLMN")
    mentions = matcher.find(f"Açığa satış yasağı uzatıldı\nKapsamdaki paylar: {codes}, TORVK")
    assert [(m.client_id, m.role, m.relevance) for m in mentions] == [("t", "passing", 5)]


def test_firm_that_a_field_names_is_the_subject_even_in_a_list() -> None:
    matcher = build_matcher(ClientName(key, f"{name} A.Ş.") for key, name in FIRMS.items())
    codes = ", ".join(f"{a}{b}RSA" for a in "BCDF" for b in "KLMN")
    (mention,) = matcher.find(f"Liste: {codes}", {"firm": "Torvak Çelik A.Ş."})
    assert (mention.role, mention.relevance) == ("subject", 95)
