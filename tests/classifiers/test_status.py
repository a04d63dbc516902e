"""The status of an event as its sentence says it."""

import pytest

from oncu.classifiers.lookups import read_lookup
from oncu.classifiers.tags.cues import compile_pattern
from oncu.classifiers.tags.status import read_status
from oncu.classifiers.text import fold_key


def status(sentence: str, cue: str, language: str = "tr") -> str:
    folded = fold_key(sentence)
    found = compile_pattern(cue).search(folded + " ")
    assert found
    ending = found[found.lastindex] if found.lastindex else ""
    return read_status(folded, (found.start(), found.end() - 1), language, ending=ending)


@pytest.mark.parametrize(
    ("sentence", "cue", "expected"),
    [
        ("Gökova Cam fabrikasını kapattı", "fabrika* kapat*", "fact"),
        ("Gökova Cam fabrikasını kapatacak", "fabrika* kapat*", "announced"),
        ("Gökova Cam fabrikasını kapatmayı planlıyor", "fabrika* kapat*", "announced"),
        ("Gökova Cam otelini satmak istiyor", "otel* sat*", "announced"),
        ("Gökova Cam'ın iflas ettiği iddia edildi", "iflas* et*", "rumour"),
        ("Kulislerde Gökova Cam'ın satılacağı konuşuluyor", "sat*", "rumour"),
        ("Gökova Cam kapanıyor mu?", "kapan*", "rumour"),
        ("Gökova Cam'a ceza kesilebilir", "ceza", "rumour"),
        ("Gökova Cam iflas haberlerini yalanladı", "iflas*", "denied"),
        ("Gökova Cam: İflas ettiğimiz yönündeki haberler asılsızdır", "iflas*", "denied"),
        ("Gökova Cam konkordato ilan etmedi", "konkordato* ilan et*", "denied"),
        ("Gökova Cam yatırım planını askıya aldı", "yatirim*", "cancelled"),
        ("Gökova Cam halka arzdan vazgeçti", "halka arz*", "cancelled"),
        ("Gökova Cam'ı yıkan yangının üzerinden on yıl geçti, 1998 faciası anıldı", "yangin*", "past"),
        ("Gökova Cam iki yıl önce fabrikasını kapatmıştı", "fabrika* kapat*", "past"),
        ("Gökova Cam'daki yangından on yıl sonra tanıklar anlattı", "yangin*", "past"),
        ("İki yıl önce kurulan Gökova Cam iflas etti", "iflas* et*", "fact"),
        ("Gökova Cam günde 20 ton üretecek fabrikayı açtı", "fabrika* ac*", "fact"),
        ("Gökova Cam'a kesilen ceza iptal edildi", "ceza", "cancelled"),
        ("Gökova Cam aleyhine açılan dava geri çekildi", "dava", "cancelled"),
        ("Gökova Cam arsa alımından vazgeçti", "arsa alim*", "cancelled"),
        ("Gökova Cam arsa almak için ön protokol imzaladı", "arsa al*", "announced"),
        ("Tarihte bugün: Gökova Cam iflas etti", "iflas* et*", "past"),
        ("İşçiler alacaklarını bekliyor", "alacak*", "fact"),
        ("Gökova Cam üretimi durdurdu", "uretim* durdur*", "fact"),
        ("İş bırakmanın sürdüğü Gökova Cam", "is birak*", "fact"),
        ("Hissesini fona devretmişti: Gökova Cam iflas etti", "devret+", "past"),
        ("Görevinden ayrılan müdür yeni bir kanalda sunacak", "gorevinden ayril+", "fact"),
        ("Gökova Cam'dan 80 milyon liralık yatırım", "yatirim", "announced"),
        ("Gökova Cam yeni deposu için arsa bakıyor", "arsa:", "announced"),
        ("Gökova Cam ek tesisi için ÇED başvurusunda bulundu", "ced*", "announced"),
        ("Gökova Cam: Fabrikamız satılık değil", "satilik", "denied"),
        ("Gökova Cam marka satışını durdurdu", "satis*", "cancelled"),
    ],
)
def test_turkish_status(sentence: str, cue: str, expected: str) -> None:
    assert status(sentence, cue) == expected


@pytest.mark.parametrize(
    ("sentence", "cue", "expected"),
    [
        ("Halden Glass closed its plant", "closed", "fact"),
        ("Halden Glass will close its plant", "close", "announced"),
        ("Halden Glass reportedly seeks a buyer", "buyer", "rumour"),
        ("Halden Glass denies insolvency", "insolven*", "denied"),
        ("Halden Glass scraps its expansion plan", "expansion", "cancelled"),
        ("Ten years ago Halden Glass went bankrupt", "bankrupt", "past"),
    ],
)
def test_english_status(sentence: str, cue: str, expected: str) -> None:
    assert status(sentence, cue, "en") == expected


@pytest.mark.parametrize("name", ["status", "origin"])
def test_every_pattern_of_the_word_lists_can_be_read(name: str) -> None:
    patterns = [p for kinds in read_lookup(name).values() for words in kinds.values() for p in words]
    assert patterns and all(compile_pattern(p) for p in patterns)
