"""Reading a document: whose it is, and what it says of them."""

from sqlalchemy import select

from oncu.signals.flow.read import REGISTRY_PROBABILITY, VERSION
from oncu.storage.models import tags as tag_table

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"


def tags(bank):
    return bank.rows("SELECT type, status, origin, reason FROM tags ORDER BY type")


def test_a_row_of_a_registry_is_what_the_registry_is_whatever_its_words(bank, make_source):
    provenance = {"type": "insolvency", "status": "announced"}
    bank.sources = {"sicil": make_source("sicil", category="registry", origin="authority", provenance=provenance)}
    bank.see("Dosya 2026/12", f"{LAWSUIT}.", source="sicil", fields={"firm": "Simya İlaç Sanayi A.Ş."})
    bank.run()
    assert tags(bank) == [("insolvency", "announced", "authority", "registry row")]
    assert bank.rows("SELECT probability FROM tags") == [(REGISTRY_PROBABILITY,)]


def test_the_same_words_elsewhere_are_judged_by_their_cues(bank, make_source):
    bank.sources = {"gazete": make_source("gazete")}
    bank.see("Dosya 2026/12", f"{LAWSUIT}.")
    bank.run()
    assert [found[0] for found in tags(bank)] == ["lawsuit"]


PENALTY = "Rekabet Kurulu, Simya İlaç'a Vadi Dağıtım A.Ş. ile anlaştığı için 12 milyon lira idari para cezası kesti"


def test_a_tag_is_kept_with_what_its_sentence_states(bank):
    bank.see(PENALTY)
    bank.run()
    ((facts,),) = bank.rows(select(tag_table.c.facts).where(tag_table.c.type == "regulatory_penalty"))
    assert facts == {"amount": 12e6, "currency": "TRY", "counterparties": ["Vadi Dağıtım A.Ş"]}


def test_names_of_others_are_not_kept_where_private_people_speak(bank):
    bank.see(PENALTY, category="social")
    bank.run()
    kept = [facts for (facts,) in bank.rows(select(tag_table.c.facts).where(tag_table.c.accepted))]
    assert kept and all("counterparties" not in facts for facts in kept)


def test_a_row_of_a_registry_states_its_facts(bank, make_source):
    provenance = {"type": "enforcement_seizure", "status": "fact"}
    bank.sources = {"icra": make_source("icra", category="registry", origin="authority", provenance=provenance)}
    bank.see("Dosya 7", "Simya İlaç, 31.12.2025, 250.000 TL", source="icra", fields={"firm": "Simya İlaç Sanayi A.Ş."})
    bank.run()
    ((facts,),) = bank.rows(select(tag_table.c.facts))
    assert facts == {"amount": 250e3, "currency": "TRY", "dates": ["2025-12-31"]}


def test_a_client_named_in_passing_gets_no_tags(bank):
    names = ["Parlak Telekom", "Nehir Kimya", *(f"Deneme{n} Tekstil" for n in range(12))]
    bank.add_clients(*({"client_id": f"T{n}", "legal_name": f"Deneme{n} Tekstil A.Ş."} for n in range(12)))
    bank.see("Fuara katılanlar", ", ".join(names) + f". {LAWSUIT}.")
    bank.run()
    assert bank.rows("SELECT count(*) > 10 FROM mentions WHERE accepted") == [(1,)] and tags(bank) == []


def test_a_mention_is_kept_with_its_reason_and_version(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    ((start, end, reason, version),) = bank.rows('SELECT start, "end", reason, version FROM mentions')
    assert (LAWSUIT[start:end], bool(reason)) == ("Simya İlaç", True)
    assert version.startswith(f"{VERSION}+")


def test_spans_are_code_points_of_title_and_text(bank):
    document = bank.see("🎉 Gündem 🎉", f"😀 {LAWSUIT}.")
    bank.run()
    ((start, end),) = bank.rows('SELECT start, "end" FROM mentions')
    assert document.reading[start:end] == "Simya İlaç"


def test_a_tag_takes_the_origin_of_its_document_where_the_text_says_none(bank):
    bank.see(LAWSUIT, origin="competitor")
    bank.run()
    assert [found[2] for found in tags(bank)] == ["competitor"]


def test_a_document_without_clients_is_read_and_leaves_nothing(bank):
    bank.see("Hava yarın da güneşli olacak")
    assert bank.run().documents == 1
    assert bank.rows("SELECT stage FROM readings") == [("read",)] and bank.rows("SELECT id FROM mentions") == []


def test_a_quarantined_document_is_not_read(bank):
    bank.see(LAWSUIT, quarantine="spam")
    assert bank.run().documents == 0
