"""Chains and contagion in the whole line: made once, told with what they follow from, ended with it."""

from datetime import timedelta

import pytest

from oncu.signals.flow.derive import derive_pending
from oncu.storage.heard import risk_onsets, signals_in
from oncu.storage.outcomes import save_relations

from ..plans import explained

DAY = timedelta(days=1)
BANKRUPT = "Nehir Kimya konkordato ilan etti"
DENIAL = "Nehir Kimya'nın konkordato ilan ettiği iddiası yalanlandı"
LONE = ("Pelit", "Nergis", "Taşkale")  # risks alone: no ties, and of one type
RISKS = (
    "Simya İlaç konkordato ilan etti",
    "Simya İlaç 200 işçiyi işten çıkardı",
    "Simya İlaç'ın fabrikasında yangın çıktı",
)


def relate(bank, *rows):
    with bank.database.write() as connection:
        keys = ("client_id", "other_id", "kind", "share")
        save_relations(connection, [dict(zip(keys, row, strict=True)) for row in rows], bank.now)


def alerts(bank, kind):
    return bank.rows(f"SELECT client_id FROM alerts WHERE type = '{kind}' ORDER BY 1")


def count(bank, table, where="1 = 1"):
    return bank.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0]


@pytest.fixture
def tied(bank):
    """A bank in which Nehir Kimya guarantees for Simya İlaç."""
    relate(bank, ("C1", "C3", "guarantor", None))
    return bank


@pytest.fixture
def chained(bank, now):
    """A bank with three different risks of Simya İlaç on three days."""
    for n, title in enumerate(RISKS):
        bank.see(title, at=now + n * DAY)
        bank.run(now + n * DAY)
    return bank


def test_a_guarantors_insolvency_alerts_at_the_client_with_its_way(tied, now):
    tied.see(BANKRUPT)
    tied.run()
    (card,) = tied.digest(now).cards
    because = card.alerts[0].because
    assert (card.client_id, because) == ("C1", "kefili Nehir Kimya Ltd. Şti.: İflas ve konkordato, 02.03.2026")


def test_a_way_is_told_in_the_language_of_the_reader(tied, now):
    tied.see(BANKRUPT)
    tied.run()
    tied.compose(now.date(), now)
    (card,) = tied.view(now.date(), language="en").cards
    assert card.alerts[0].because == "its guarantor Nehir Kimya Ltd. Şti.: Insolvency, 2026-03-02"


def test_contagion_raises_the_level_and_its_denial_takes_that_back(tied, now):
    tied.see(BANKRUPT)
    tied.run()
    tied.see(DENIAL, at=now + DAY)
    tied.run(now + DAY)
    steps = tied.rows("SELECT kind FROM level_steps WHERE client_id = 'C1' ORDER BY known_at")
    assert steps == [("raise",), ("withdraw",)]


def test_a_relation_that_is_told_later_counts_from_then_on(bank, now):
    bank.see(BANKRUPT)
    bank.run()
    relate(bank, ("C1", "C3", "guarantor", None))
    bank.run(now + DAY)
    assert alerts(bank, "contagion") == [("C1",)]


def test_more_evidence_of_a_cause_is_no_second_contagion(tied, now):
    tied.see(BANKRUPT)
    tied.run()
    tied.see("Nehir Kimya iflas etti, mahkeme karar verdi", at=now + DAY)
    tied.run(now + DAY)
    assert count(tied, "signals", "type = 'contagion'") == 1


def test_three_risks_make_a_chain_alert_with_its_links_as_evidence(chained):
    assert alerts(chained, "chain") == [("C1",)]
    assert count(chained, "signal_evidence", "signal_id = (SELECT id FROM signals WHERE type = 'chain')") == 3


def test_a_chain_raises_no_level_of_its_own(chained):
    assert count(chained, "level_steps", "reason LIKE 'chain%'") == 0


def test_a_chain_is_told_link_by_link(chained, now):
    (card,) = chained.digest(now + 2 * DAY).cards
    (chain,) = (alert for alert in card.alerts if alert.type == "chain")
    links = "İflas ve konkordato, 02.03.2026 → Toplu işten çıkarma, 03.03.2026 → Kaza ve yangın, 04.03.2026"
    assert chain.because == f"Zincirin halkaları: {links}"


def test_a_chain_ends_when_too_few_of_its_links_still_stand(chained, now):
    chained.see("Simya İlaç'ın konkordato ilan ettiği iddiası yalanlandı", at=now + 3 * DAY)
    chained.run(now + 3 * DAY)
    ended = "episode_id IN (SELECT episode_id FROM signals WHERE type = 'chain')"
    assert count(chained, "episode_endings", ended) == 1


def test_days_that_are_played_again_bring_nothing_new(chained, now):
    relate(chained, ("C2", "C1", "guarantor", None))
    chained.run(now + 2 * DAY)
    before = chained.tables()
    for n in (0, 1, 2, 9):
        derive_pending(chained.database, chained.types, now + n * DAY)
    assert chained.tables() == before


def test_only_risks_from_which_something_may_follow_are_read(chained, now, monkeypatch):
    for name in LONE:
        chained.add_clients({"client_id": name, "legal_name": f"{name} Döküm A.Ş.", "manager": "ayse"})
        chained.see(f"{name} Döküm konkordato ilan etti", at=now + 2 * DAY)
    chained.run(now + 2 * DAY)
    assert {name for (name,) in chained.rows("SELECT client_id FROM episodes")} == {"C1", *LONE}
    read = []

    def spied(*args, **more):
        read.extend(found := signals_in(*args, **more))
        return found

    monkeypatch.setattr("oncu.signals.flow.derive.signals_in", spied)
    derive_pending(chained.database, chained.types, now + 2 * DAY)
    assert {signal.client_id for signal in read} == {"C1"}


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_the_open_risks_are_found_by_index(chained, now):
    with chained.database.read() as connection, explained(connection) as steps:
        risk_onsets(connection, ["insolvency"], since=now, until=now + DAY, standing=True)
    assert any("episodes USING INDEX ix_episodes_started_at" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and "clients" not in step]


def test_without_the_types_nothing_is_derived(tied):
    for code in ("chain", "contagion"):
        del tied.types[code]
    tied.see(BANKRUPT)
    tied.run()
    assert count(tied, "derivations") == 0


def test_a_graver_open_risk_mutes_an_alert_and_says_so(bank, now):
    bank.types["layoffs"] = bank.types["layoffs"].model_copy(update={"muted_by": ["insolvency"]})
    for title in RISKS[:2]:
        bank.see(title)
    bank.run()
    view = bank.digest(now)
    (held,) = view.suppressed
    assert [alert.type for card in view.cards for alert in card.alerts] == ["insolvency"]
    assert held.reason == "İflas ve konkordato açıkken ayrıca bildirilmez"


def test_a_muted_alert_is_carried_when_what_muted_it_is_denied(bank, now):
    bank.types["layoffs"] = bank.types["layoffs"].model_copy(update={"muted_by": ["insolvency"]})
    for title in RISKS[:2]:
        bank.see(title)
    bank.run()
    bank.digest(now)
    bank.see("Simya İlaç'ın konkordato ilan ettiği iddiası yalanlandı", at=now + DAY)
    bank.run(now + DAY)
    view = bank.digest(now + DAY)
    assert [alert.type for card in view.cards for alert in card.alerts] == ["layoffs"] and not view.suppressed


def test_a_card_says_what_raised_the_level_and_the_last_step(chained, now):
    (card,) = chained.digest(now + 2 * DAY).cards
    assert card.level_story.startswith(
        "Düzeyi yükselten: İflas ve konkordato 02.03.2026, Toplu işten çıkarma 03.03.2026. Son adım: Kaza ve yangın"
    )
