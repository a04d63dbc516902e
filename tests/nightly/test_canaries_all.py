"""Every route of the site asked as everybody who works in the bank, not as one of each kind."""

import pytest

from ..trust.asked import FOREIGN, SEE_NONE, ask_changes, ask_pages, said_of
from ..trust.canaries import MANAGERS, own_clients

EVERYBODY = (*MANAGERS, "lider", "riskci", "analist", "arastirmaci", "vekil", "yonetici", "denetci")


@pytest.mark.parametrize("person", EVERYBODY)
def test_nobody_reads_or_changes_what_is_not_theirs(caged, person):
    leaks, broken, sang = ask_pages(caged, person)
    assert not leaks and not broken and (sang or person in SEE_NONE)
    before = said_of(caged, FOREIGN)
    leaks, broken = ask_changes(caged, person)
    assert not leaks and not broken
    assert FOREIGN in own_clients(person)[0] or said_of(caged, FOREIGN) == before
