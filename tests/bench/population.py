"""A bank's client list of any size for measures: the real companies, and behind them invented firms of the same shapes.

What makes matching hard is kept: brands several firms share, family names, common words and cities as names, names that
differ in their trade or form only. The same size and seed give the same list.
"""

import csv
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from measure import SHARED
from stdnum.tr import vkn

from oncu.classifiers.firms.names import ClientName

SIZE = 150_000
SEED = 20260901


def _words(text: str) -> list[str]:
    return text.split()


ONSETS = _words("b c ç d f g h k l m n p r s ş t v y z kr tr pr gr st")
VOWELS = ["aıou", "eiöü"]  # a word keeps to one group: vowel harmony
CODAS = ["", "", "", "n", "r", "l", "k", "t", "s", "m", "z", "ş", "p", "ç"]
COINED_ENDS = _words("san taş sas plast teks tek mak kim gaz form pak bor mer mat nur len ova kent")
FAMILIES = _words(
    "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt "
    "Özkan Şimşek Polat Korkmaz Erdoğan Çakır Ünal Güneş Aktaş Bulut Tekin Avcı Işık Turan Güler Keskin Sarı Bozkurt "
    "Ateş Aksoy Taş Karaca Yavuz Köse Uçar Tunç Duman Deniz Özer Ekinci Altun Toprak Gündoğdu Karataş Sönmez"
)
COMMON = _words(
    "Deniz Yıldız Güneş Bahar Doğa Umut Birlik Güven Anadolu Marmara Ege Akdeniz Toros Zirve Merkez Modern Yeni Öz "
    "Hedef Vizyon Ufuk Başak Elmas Altın Gümüş İnci Mavi Yeşil Beyaz Kartal Aslan Atlas Pınar Irmak Dağ Ova Kale Köprü "
    "Çınar Zeytin Portakal Lale Nilüfer Papatya Şafak Seher Barış Zafer Ülkü Bilgi Akıl Usta Emek Bereket "
    "Nimet Şifa Derman"
)
CITIES = _words(
    "İstanbul Ankara İzmir Bursa Antalya Konya Adana Gaziantep Kocaeli Mersin Kayseri Eskişehir Denizli Samsun Manisa "
    "Sakarya Balıkesir Tekirdağ Aydın Hatay Malatya Trabzon Erzurum Ordu Afyonkarahisar Çorum Kütahya Uşak "
    "Isparta Düzce"
)
TRADES = [  # "_" is a space within one trade
    trade.replace("_", " ")
    for trade in _words(
        "İnşaat Tekstil Gıda Otomotiv Makina Plastik Lojistik Nakliyat Turizm Enerji Madencilik Tarım Hayvancılık "
        "Mobilya Kimya Elektrik Elektronik Bilişim Yazılım Medikal Ambalaj Metal Orman_Ürünleri Petrol Kuyumculuk "
        "Mühendislik Danışmanlık Reklam Matbaa Temizlik Güvenlik Eğitim Sağlık_Hizmetleri Gayrimenkul Yapı Alüminyum "
        "Cam Deri Ayakkabı Konfeksiyon Boya Kağıt Mermer Beton Hırdavat"
    )
]
TAILS = (
    ("Sanayi ve Ticaret", 45),
    ("San. ve Tic.", 20),
    ("San. Tic.", 6),
    ("Ticaret", 8),
    ("Sanayi", 4),
    ("Pazarlama Sanayi ve Ticaret", 4),
    ("İthalat İhracat Sanayi ve Ticaret", 4),
    ("Dış Ticaret", 3),
    ("", 6),
)
FORMS = (("Limited Şirketi", 42), ("Ltd. Şti.", 25), ("Anonim Şirketi", 18), ("A.Ş.", 15))
UPPER = str.maketrans("iı", "İI")


def load_companies() -> list[ClientName]:
    """The real companies of the shared data; a legal name that stands twice is one client."""
    rows: dict[str, ClientName] = {}
    with (SHARED / "data/tr/companies/companies.jsonl").open(encoding="utf-8") as file:
        for number, row in enumerate(map(json.loads, file)):
            rows.setdefault(
                row["legal_name"],
                ClientName(
                    client_id=f"R{number:05d}",
                    legal_name=row["legal_name"],
                    short_names=tuple(name for name in row.get("aliases") or () if ";" not in name),
                    ticker=row.get("ticker"),
                    city=row.get("city"),
                    website=row.get("website"),
                ),
            )
    return list(rows.values())


def make_population(size: int = SIZE, *, real: Iterable[ClientName] = (), seed: int = SEED) -> list[ClientName]:
    """`size` clients: the real ones given, then invented ones; nothing is random but by the seed."""
    chance = random.Random(seed)
    clients = list(real)[:size]
    cores = _cores(chance)
    while len(clients) < size:
        clients.append(_invent(len(clients), next(cores), chance))
    return clients


def write_clients(path: Path, clients: Iterable[ClientName]) -> Path:
    """The clients as a client list for `oncu clients import`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["client_id", "legal_name", "short_names", "tax_id", "mersis", "ticker", "website", "city"])
        for c in clients:
            row = [c.client_id, c.legal_name, ";".join(c.short_names), c.tax_id, c.mersis, c.ticker, c.website, c.city]
            writer.writerow(value or "" for value in row)
    return path


def _cores(chance: random.Random) -> Iterator[str]:
    """The telling part of one firm's name after another; some words come back in many names, as brands do."""
    brands = [_coin(chance) for _ in range(4000)]
    while True:
        yield chance.choices(
            (
                _coin(chance),
                chance.choice(brands),
                chance.choice(FAMILIES),
                f"{chance.choice(FAMILIES)} {chance.choice(('Kardeşler', 'Oğulları', 'Ailesi', 'Group'))}",
                chance.choice(COMMON),
                f"{chance.choice(COMMON)} {_coin(chance)}",
                f"{_coin(chance)} {_coin(chance)}",
                chance.choice(CITIES),
                f"{chance.choice('ABCDEFGHKLMNPRSTUVYZ')}{chance.choice('ABDEKMNRST')}{chance.choice('ACEKLMPST')}",
            ),
            (44, 12, 9, 6, 8, 7, 9, 2, 3),
        )[0]


def _invent(number: int, core: str, chance: random.Random) -> ClientName:
    trades = " ".join(chance.sample(TRADES, chance.choices((1, 2, 3), (35, 45, 20))[0]))
    tail, form = (chance.choices([text for text, _ in many], [n for _, n in many])[0] for many in (TAILS, FORMS))
    legal = " ".join(f"{core} {trades} {tail} {form}".split())
    digits = f"{chance.randrange(10**8, 10**9)}"
    tax_id = digits + vkn.calc_check_digit(digits)
    short = f"{core} {trades.split()[0]}" if chance.random() < 0.1 else core if chance.random() < 0.04 else ""
    return ClientName(
        client_id=f"G{number:06d}",
        legal_name=legal.translate(UPPER).upper() if chance.random() < 0.6 else legal,
        short_names=(short,) if short else (),
        tax_id=tax_id,
        city=chance.choice(CITIES),
        mersis=f"0{tax_id}00015" if chance.random() < 0.3 else None,
        website=_domain(core, number) if chance.random() < 0.15 else None,
    )


def _domain(core: str, number: int) -> str:
    plain = core.lower().translate(str.maketrans("çğıöşü̇ ", "cgiosu--"))
    return f"https://www.{plain.replace('-', '')}{number}.example"


def _coin(chance: random.Random) -> str:
    vowels = chance.choice(VOWELS)
    syllables = (
        chance.choice(ONSETS) + chance.choice(vowels) + chance.choice(CODAS) for _ in range(chance.choice((1, 2, 2, 3)))
    )
    word = "".join(syllables) + (chance.choice(COINED_ENDS) if chance.random() < 0.45 else "")
    word = word if len(word) > 3 else word + chance.choice(COINED_ENDS)
    return word[:1].translate(UPPER).upper() + word[1:]
