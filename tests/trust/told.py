"""An invented world of known events: firms, what happens to each, and the papers that tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import islice, product
from xml.sax.saxutils import escape

FIRST = (
    "Pelit", "Nergis", "Taşkale", "Ulubük", "Sumaklı", "Kutupay", "Soytaş", "Mavikanat", "Çakılözü", "Yelkovan",
    "Ardıçlı", "Kızılbağ", "Gümüşdere", "Akçakent", "Tozkoparan", "Bozyaka", "Sarıçam", "Demirkol", "Yıldıztepe",
    "İncirözü", "Şahinbey", "Üçpınar", "Ortaköyü", "Kavakdere", "Çamlıhan",
)  # fmt: skip
TRADES = (
    "Kimya", "Döküm", "Plastik", "Tekstil", "Ambalaj", "Makine", "Gıda", "Seramik", "Mobilya", "Kablo",
)  # fmt: skip
TYPES = {
    "insolvency": "{} konkordato ilan etti",
    "lawsuit": "{} tazminat davasını kaybetti",
    "plant_expansion": "{} yeni fabrika kuruyor",
    "strike": "{} işçileri greve çıktı",
}
PAPERS = ("gazete", "ajans")
# Each event has a text of its own, so that no two of them are copies of each other.
WORDS = (
    "sabah akşam öğle gece erken geç dün bugün",
    "avukat müdür sözcü ortak mühendis muhasebeci danışman yönetici",
    "ayrıntıları gerekçeyi takvimi süreci rakamları belgeleri tutanağı planı",
    "salonda bahçede odada kürsüde toplantıda törende kapıda yemekte",
    "uzunca kısaca sakince açıkça özenle çekinerek gülerek yavaşça",
    "anlattı okudu özetledi paylaştı açıkladı sundu yorumladı değerlendirdi",
)


@dataclass(frozen=True)
class Event:
    """One thing that happens to one client; each paper tells it once."""

    number: int
    client_id: str
    client: str
    type: str

    @property
    def title(self) -> str:
        """The headline, the same in every paper."""
        return TYPES[self.type].format(self.client)

    @property
    def text(self) -> str:
        """Two sentences that no other event has."""
        columns = [words.split() for words in WORDS]
        chosen = [column[(self.number // 8**place) % 8] for place, column in enumerate(columns[:4])]
        turned = [column[(self.number * 5 + place) % 8] for place, column in enumerate(columns)]
        return f"Bir {' '.join(chosen)} {self.number}. kez konuştu. Yanındaki {' '.join(reversed(turned))}."


def firms(count: int) -> list[tuple[str, str]]:
    """Ids and names of so many clients."""
    names = islice(product(FIRST, TRADES), count)
    return [(f"K{n}", " ".join(name)) for n, name in enumerate(names)]


def events(count: int) -> list[Event]:
    """So many events: one of each type to a client, then to the next."""
    clients, types = firms(-(-count // len(TYPES))), list(TYPES)
    return [Event(n, *clients[n // len(types)], types[n % len(types)]) for n in range(count)]


def feed(paper: str, told: list[Event], base: str, newest_at: datetime) -> bytes:
    """What a paper's feed says of some events."""
    items = "".join(_items(paper, told, base, newest_at))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{paper}</title>{items}</channel></rss>'.encode()


def _items(paper: str, told: list[Event], base: str, newest_at: datetime) -> Iterator[str]:
    for event in told:
        at = format_datetime(newest_at - timedelta(minutes=event.number % 600))
        link = f"{base}/{paper}/{event.number}"
        yield (
            f"<item><title>{escape(event.title)}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{at}</pubDate><description>{escape(event.text)}</description></item>"
        )
