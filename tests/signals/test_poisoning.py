"""What is written to be read: praise buries no penalty, lists of names and look-alike letters find nobody."""

from datetime import timedelta

ARTICLES = 60  # with 1,000 it takes long and ends the same
PENALTY = "Rekabet Kurumu, Simya İlaç'a 40 milyon lira idari para cezası verdi"
PRAISE = (
    "Simya İlaç {n} milyon liralık yeni fabrika kuruyor",
    "Simya İlaç {n} milyon liralık ihaleyi kazandı",
    "Simya İlaç {n} kişilik istihdam sağlayacak, personel alımı başladı",
    "Simya İlaç yılın {n}. patentini aldı",
    "Simya İlaç {n} milyon lira rekor kâr açıkladı",
)


def test_however_much_praise_does_not_bury_one_penalty(bank, now):
    bank.see(PENALTY)
    for n in range(ARTICLES):
        title = PRAISE[n % len(PRAISE)].format(n=n)
        bank.see(title, source=f"haber{n % 40}", at=now + timedelta(minutes=n % 60))
    bank.run(now + timedelta(hours=2))
    view = bank.digest(now + timedelta(hours=3))
    shown = [alert.type for card in view.cards for alert in card.alerts]
    assert len(shown) > 3 and "regulatory_penalty" in shown[:3]


def test_a_page_stuffed_with_the_names_of_clients_speaks_of_none(empty_bank):
    names = [f"{first}{last} Gıda Sanayi A.Ş." for first in FIRST for last in LAST]
    empty_bank.add_clients(*({"client_id": f"S{n}", "legal_name": name} for n, name in enumerate(names)))
    empty_bank.see("Konkordato ilan eden firmalar", ", ".join(names))
    empty_bank.run()
    ((above, pages),) = empty_bank.rows(
        "SELECT count(CASE WHEN accepted AND relevance >= 50 THEN 1 END), count(DISTINCT document_id) FROM mentions"
    )
    assert len(names) == 200 and above <= max(pages, 1)
    assert empty_bank.rows("SELECT count(*) FROM alerts") == [(0,)]


def test_a_name_in_look_alike_letters_is_no_exact_match(bank):
    bank.see("Ѕimya İlаç A.Ş. konkordato ilan etti")  # Cyrillic Ѕ and а
    bank.run()
    assert bank.rows("SELECT count(*) FROM signals") == [(0,)]


FIRST = ("Arsan", "Beyli", "Cerit", "Derin", "Elvan", "Firuz", "Gökçe", "Halis", "Irmak", "Kervan")
LAST = ("bağ", "dağ", "köy", "su", "taş", "yurt", "kaya", "pınar", "tepe", "ova", "dere", "çam", "kum", "göl", "han")
LAST = (*LAST, "bey", "gül", "çay", "kent", "yol")
