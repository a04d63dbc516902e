"""A new name counts from now on: what was read before stays as it was known."""

from typing import Any

NAMED_OTHERWISE = {"client_id": "C9", "legal_name": "Ormanlı Gıda Sanayi A.Ş.", "short_names": (), "manager": "ayse"}


def mentions(bank: Any) -> list[tuple[Any, ...]]:
    return bank.rows("SELECT document_id, client_id, version, known_at FROM mentions ORDER BY known_at, document_id")


def test_added_alias_counts_for_documents_read_from_then_on(empty_bank: Any) -> None:
    bank = empty_bank
    bank.add_clients(NAMED_OTHERWISE)
    bank.see("Dün Ormanlı Gıda A.Ş. fabrika açtı")
    bank.see("Dün Yeşilvadi Grubu A.Ş. fabrika açtı")
    bank.run()
    before = mentions(bank)
    bank.add_clients(NAMED_OTHERWISE | {"short_names": ("Yeşilvadi Grubu",)})
    bank.see("Bugün Yeşilvadi Grubu A.Ş. kapasite artırdı")
    bank.run()
    after = mentions(bank)
    assert len(before) == 1 and set(before) < set(after) and len(after) == 2
    assert len({version for _, _, version, _ in after}) == 2


def test_readings_say_for_which_names_they_were_made(empty_bank: Any) -> None:
    bank = empty_bank
    bank.add_clients(NAMED_OTHERWISE)
    bank.see("Dün Ormanlı Gıda A.Ş. fabrika açtı")
    bank.run()
    (reading,) = bank.rows("SELECT version FROM readings WHERE stage = 'read'")
    (mention,) = bank.rows("SELECT version FROM mentions")
    assert reading == mention and reading[0].startswith("read-1+")
