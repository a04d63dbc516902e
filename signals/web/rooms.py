"""The rooms of the site: their addresses, and which roles may enter."""

from dataclasses import dataclass

from oncu.storage.access import ROLES
from oncu.storage.people import Person

READERS = ("manager", "deputy", "lead", "risk", "researcher", "analyst")  # those who see clients at all
OWNERS = ("manager", "deputy", "lead", "risk")  # those who answer for clients
ANYONE_IN = ROLES


@dataclass(frozen=True)
class Room:
    """One room. `is_workshop`: it is for those who tend the product, and stands in the second row."""

    address: str
    roles: tuple[str, ...]
    is_workshop: bool = False


ROOMS: dict[str, Room] = {
    "today": Room("/", READERS),
    "desk": Room("/masa", (*OWNERS, "analyst")),
    "clients": Room("/clients", READERS),
    "risks": Room("/risks", (*OWNERS, "analyst")),
    "prospects": Room("/prospects", (*OWNERS, "analyst")),
    "offers": Room("/teklifler", OWNERS),
    "leads": Room("/arastirma", ("analyst", "researcher")),
    "measures": Room("/olcum", (*OWNERS, "analyst")),
    "unshown": Room("/gosterilmeyen", (*OWNERS, "analyst")),
    "sources": Room("/sources", ("lead", "risk", "analyst", "admin"), is_workshop=True),
    "routing": Room("/yonlendirme", ("lead", "risk", "analyst", "admin"), is_workshop=True),
    "labels": Room("/etiketleme", ("analyst",), is_workshop=True),
    "models": Room("/modeller", ("analyst",), is_workshop=True),
    "types": Room("/turler", ("analyst",), is_workshop=True),
    "doubles": Room("/ikizler", ("analyst",), is_workshop=True),
    "people": Room("/kisiler", ("admin",), is_workshop=True),
    "audit": Room("/denetim", ("auditor",), is_workshop=True),
}


def rooms_of(person: Person) -> dict[str, Room]:
    """The rooms a person may enter, in the order of the navigation."""
    return {name: room for name, room in ROOMS.items() if person.has(*room.roles)}


def home_of(person: Person) -> str:
    """Where a person lands: the first of their rooms; their own account where they have none."""
    return next((room.address for room in rooms_of(person).values()), "/hesap")
