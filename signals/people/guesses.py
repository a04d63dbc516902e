"""Wrong passwords by address: who guesses at many names from one place is kept out beside the names themselves."""

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

from oncu.config.settings import AccessSettings

MOST_ADDRESSES = 10_000  # kept in memory; those that failed longest ago are forgotten first
ONE_HOUSE = 64  # bits of an IPv6 address that whoever has one may choose freely


class Guesses:
    """How many wrong passwords came from each address since its first one, for as long as a lock lasts."""

    def __init__(self, most: int = MOST_ADDRESSES) -> None:
        self._most = most
        self._failed: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = Lock()

    def are_too_many(self, address: str, access: AccessSettings, now: datetime) -> bool:
        """Whether nobody may try from an address now."""
        with self._lock:
            first, number = self._failed.get(house_of(address), (now, 0))
        return number >= access.address_failures and now < first + timedelta(minutes=access.lock_minutes)

    def note(self, address: str, access: AccessSettings, now: datetime) -> None:
        """A wrong password came from an address."""
        house = house_of(address)
        with self._lock:
            first, number = self._failed.pop(house, (now, 0))
            is_over = now >= first + timedelta(minutes=access.lock_minutes)
            self._failed[house] = (now, 1) if is_over else (first, number + 1)
            while len(self._failed) > self._most:
                self._failed.popitem(last=False)


def house_of(address: str) -> str:
    """An address, or of one of IPv6 the net in which one customer may take any."""
    try:
        found = ip_address(address)
    except ValueError:  # a name instead of an address
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, ONE_HOUSE), strict=False))
    return str(found)
