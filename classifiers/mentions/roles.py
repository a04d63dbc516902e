"""Which part a client plays in a sentence: the one it happens to, the one it is done with, or merely named.

Turkish says it with case endings and the words behind the name, English with the words before it. All patterns read
folded text; the ending of the name is the first word of what follows.
"""

import re
from typing import Literal

from .places import Place
from .surroundings import Around

Role = Literal["subject", "counterparty", "passing"]

# The name is a landmark, an example, an employer of old, a sponsor, a make, or the one who tells.
LANDMARK = r"(?:hemen |tam |sokagin )?(?:yanin|onun|karsisin|arkasin|"
LANDMARK += r"bitisig|yakinin|civarin|duragin|kavsagin|kosesin|otoparkin)"
BUILDINGS = r"(?:bina|magaza|sube|fabrika|tesis|depo|bayi|showroom|plaza|market)"
EXAMPLE = r"gibi|benzeri|haric|disinda|dahil|misali|tarzi|ayarinda"
SPONSOR = r"sponsorlug|ana sponsor|destegiyle|katkilariyla|katkisiyla|himayesinde"
MAKE = r"marka|logolu|amblemli|model|kamyonet|minibus|plakali"
EMPLOYEE = r"eski (?:calisan|yonetici|mudur|genel|patron|ortag|isci|ceo|baskan)|emeklisi|mezunu"
TELLER = (
    r"gore|haberine|raporuna|verilerine|anketine|arastirmasina|analist|ekonomist|stratejist|aktardigina|"
    r"bildirdigine|konusan|muhabir|roportaj|mikrofon|said in a report|analyst|reported|reports"
)
PASSING_AFTER = re.compile(
    rf"^ (?:(?:n?[iu]n|s) )?(?:{LANDMARK}|{BUILDINGS}[a-z]* {LANDMARK}|{EXAMPLE}|{SPONSOR}|{MAKE}|{EMPLOYEE}|{TELLER}|"
    r"rakibi(?:nin)?(?= )|adasi|isim benzerlig|de aralarinda|da aralarinda|de bulundugu|da bulundugu|rival|competitor)"
)
WORKED_THERE = re.compile(
    r"^ [dt][ae](?:n)? (?:\w+ )?(?:calis|emekli|gorev yap|staj|ayrildi|ayrilan|ise basla|kariyer|mezun)"
)
NEXT_CITED = re.compile(
    r"^ (?:y?[ae]) (?:gore|kiyasla|benze|komsu|bitisik|yakin|karsin|rakip|konusan|demec ver)"
    r"|^ (?:[dt][ae]n) (?:farkli|daha|sonra)"
)
PASSING_BEFORE = re.compile(
    r" (?:eski|rakibi|rakip|unlike|such as|like|according to|former|rival|next to|opposite|near|behind|sponsored by|"
    r"kaynak|foto|fotograf|haber|source|photo) (?:the )?$"
)
PARTNER_AFTER = re.compile(
    r"^ (?:tarafindan|isbirlig|ortaklig|(?:(?:n?[iu]n|s) )?(?:bayii?|tedarikci|taseron|alt yuklenici|musteri|"
    r"distributor|supplier|customer|dealer)[a-z]* |"
    r"(?:n?[ae]|y[ae]) (?:\w+ )?(?:parca|urun|uretim|hizmet|mal|fason|yazilim|tedarik|satan|satis|"
    r"ureten|saglayan|veren|yapan|tasiyan|ihrac))"
)
PARTNER_BEFORE = re.compile(
    r" (?:with|from|by|against|to supply|supplier of|supplies|supplier to|customer of|"
    r"sues|sued|acquires|acquired|buys|bought|sells to|sold to|ships to|for) (?:the )?$"
)
RATER_ENDINGS = ("", "dan", "den", "tan", "ten", "in", "un", "nin", "nun")
SAID_RIGHT_BEFORE = 40  # letters; what is looked for there is shorter
WITH_ENDINGS = ("yla", "yle", "la", "le")
AIMED_ENDINGS = ("a", "e", "ya", "ye", "na", "ne", "dan", "den", "tan", "ten", "ndan", "nden")
DATIVES = ("a", "e", "ya", "ye", "na", "ne")
SUFFERS = re.compile(
    r" (?:[a-z]+ )?(?:para )?(?:ceza|haciz|icra|yaptirim|kayyum|kayyim|"
    r"el kon|el koy|sorusturma|ihtar|uyari|baskin|inceleme|muhur|dava acil|iflas davasi|tedbir|yasak)"
)
BLAMED_BEFORE = re.compile(r" (?:fines|fined|sanctions|probes|investigates|raids|penalises|penalizes) (?:the )?$")
RATES = re.compile(r"hedef fiyat|tavsiye|kredi notu|notunu|target price|price target|rating")
FOR_IT = re.compile(r"^ (?:icin|hisse|pay|n?[iu]n (?:hedef|kredi|not|hisse))")
CAPITALS = re.compile("[A-Z]{4}")  # what every code begins with, quicker to look for
CODE = re.compile(r"(?<![\w.])[A-Z]{4,5}(?=(?:\.E)?[\s,;:|/)]|$)")


def suffers(place: Place, around: Around) -> bool:
    """Does a fine, seizure or the like fall on the name: "Kurul, X'e ceza verdi", "regulator fines X"?"""
    if BLAMED_BEFORE.search(around.said_before[-SAID_RIGHT_BEFORE:]):
        return True
    is_aimed = place.case_ending in DATIVES or around.said_after.startswith(" hakkinda ")
    return is_aimed and SUFFERS.search(around.said_after) is not None


def is_passing(place: Place, around: Around, *, rates_another: bool = False) -> bool:
    """Is the name only a landmark, an example, an employer, a make or the source?"""
    patterns = (PASSING_AFTER, WORKED_THERE, NEXT_CITED)
    if place.is_source_tag or any(pattern.search(around.said_after) for pattern in patterns):
        return True
    if PASSING_BEFORE.search(around.said_before[-SAID_RIGHT_BEFORE:]) and not _stands_behind_comma(place):
        return True
    if not rates_another:
        return False
    is_rater = RATES.search(around.said) is not None and not FOR_IT.search(around.said_after)
    return is_rater and place.case_ending in RATER_ENDINGS


def _stands_behind_comma(place: Place) -> bool:
    """ "Rakibi, X'e dava açtı": is the word before the name a part of its own?"""
    return place.text[: place.start].rstrip().endswith(",")


def is_rated(around: Around) -> bool:
    """ "X için hedef fiyat": is it the one that is rated?"""
    return FOR_IT.search(around.said_after) is not None and RATES.search(around.said) is not None


def role_of(place: Place, around: Around, *, is_first: bool, is_top: bool) -> Role:
    """Opening or first and bare: subject; "X ile", "X tarafından", a case ending behind another firm: counterparty."""
    if suffers(place, around):
        return "subject"
    is_with = place.case_ending in WITH_ENDINGS or place.next_word.lower() in ("ile", "with")
    if (is_with and not (is_first and place.opens)) or PARTNER_AFTER.search(around.said_after):
        return "counterparty"
    if not is_first and PARTNER_BEFORE.search(around.said_before[-SAID_RIGHT_BEFORE:]):
        return "counterparty"
    if is_top and not is_first and place.case_ending in AIMED_ENDINGS:
        return "counterparty"
    return "subject" if is_top else "passing"


def is_list_of_codes(text: str, least: int) -> bool:
    """Does a text name at least so many stock codes: a notice to a whole market, about none of them?"""
    return len(CAPITALS.findall(text)) >= least and len(set(CODE.findall(text))) >= least
