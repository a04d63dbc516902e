"""What did we miss: where each end was lost, with the smallest change that would have caught it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from oncu.signals.backtest.missed import missed_lines
from oncu.signals.score.pages import wording_of
from oncu.signals.score.regret import find_missed, telling_words
from oncu.storage.clients import Client
from oncu.storage.outcomes import save_outcomes

ENDED = datetime(2026, 3, 10, tzinfo=UTC)
WARNING = "Nehir Kimya konkordato başvurusunda bulundu"


@pytest.fixture
def fail(bank):
    """Client C3 goes bankrupt on 10 March."""

    def end(client="C3", amount=1_000_000.0, at=ENDED, kind="bankruptcy"):
        more = dict.fromkeys(("subtype", "currency", "initiator", "note"))
        row = {"client_id": client, "kind": kind, "occurred_at": at, "recorded_at": at, "amount": amount}
        with bank.database.write() as connection:
            save_outcomes(connection, [row | more], at)

    return end


@pytest.fixture
def missed(bank):
    """Look back on the last day of March."""

    def find(**more):
        kinds = ["bankruptcy", "default"]
        given = {"as_of": date(2026, 3, 31), "window_days": 90, "kinds": kinds} | more
        return find_missed(bank.database, bank.types, **given)

    return find


def forget(bank, *more):
    """Take back what detection made, and more."""
    with bank.database.write() as connection:
        told = ("dispatches", "alert_routes", "alert_updates")
        for table in ("signal_evidence", *told, "alerts", "level_steps", "signals", *reversed(more)):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def lost(regret):
    [one] = regret.missed
    return one.reason, one.change


def test_an_end_nothing_told_of_asks_for_a_source(fail, missed):
    fail()
    assert lost(missed()) == ("not covered", "change_source")


def test_a_text_seen_after_the_end_asks_for_more_visits(bank, fail, missed):
    fail()
    bank.see(WARNING, at=ENDED + timedelta(days=1), published_at=ENDED - timedelta(days=1))
    bank.run(ENDED + timedelta(days=1))
    regret = missed()
    assert lost(regret) == ("crawled late", "change_cadence")
    assert regret.missed[0].values == {"source": "gazete", "hours": 24}


def test_a_name_the_matcher_did_not_know_asks_for_a_short_name(bank, fail, missed):
    bank.add_clients({"client_id": "C9", "legal_name": "Kızılırmak Örs Döküm Makine A.Ş."})
    fail("C9")
    bank.see("KIZILIRMAKÖRS iflasını istedi: Kızılırmak Örs'te üretim durdu")
    bank.run()
    forget(bank, "mentions", "tags")  # as if its names had been others when it was read
    regret = missed()
    assert lost(regret) == ("not resolved", "change_alias")
    assert regret.missed[0].values == {"alias": "kizilirmak ors", "client_id": "C9"}


def test_a_mention_under_the_threshold_is_shown_with_its_surface(bank, fail, missed):
    fail()
    bank.see(WARNING)
    bank.run()
    forget(bank, "tags")
    with bank.database.write() as connection:
        connection.exec_driver_sql("UPDATE mentions SET accepted = FALSE, probability = 0.4")
    regret = missed()
    assert lost(regret) == ("not resolved", "change_mention")
    assert regret.missed[0].values == {"surface": "Nehir Kimya", "probability": 0.4, "threshold": 0.5}


def test_a_text_without_a_signal_type_asks_for_a_label(bank, fail, missed):
    fail()
    bank.see("Nehir Kimya yeni logosunu tanıttı")
    bank.run()
    assert lost(missed()) == ("not classified", "change_cue")


def test_a_tag_under_its_threshold_says_which_threshold_would_do(bank, fail, missed):
    fail()
    bank.see(WARNING)
    bank.run()
    forget(bank)
    with bank.database.write() as connection:
        connection.exec_driver_sql("UPDATE tags SET accepted = FALSE, probability = 0.31")
    regret = missed()
    assert lost(regret) == ("below threshold", "change_threshold")
    assert regret.missed[0].values == {
        "type": "insolvency",
        "probability": 0.31,
        "threshold": bank.types["insolvency"].threshold,
    }


def test_an_alert_in_no_digest_was_not_read(bank, fail, missed):
    fail()
    bank.see(WARNING)
    bank.run()
    assert lost(missed()) == ("not read", "change_read")


def test_an_end_read_of_in_time_is_not_missed(bank, fail, missed):
    fail()
    bank.see(WARNING)
    bank.run()
    bank.compose(bank.now.date(), bank.now, "burak")
    regret = missed()
    assert (regret.ends, regret.missed) == (1, ())


def test_what_was_told_before_the_window_does_not_count(bank, fail, missed):
    fail()
    bank.see(WARNING)
    bank.run()
    assert missed(window_days=5).missed[0].reason == "not covered"


def test_the_largest_end_comes_first(fail, missed):
    fail("C1", 5.0)
    fail("C2", 500.0)
    assert [one.client_id for one in missed().missed] == ["C2", "C1"]


def test_steps_and_missed_ends_add_up(bank, fail, missed):
    for client in ("C1", "C2", "C3"):
        fail(client)
    bank.see(WARNING)
    bank.run()
    regret = missed()
    assert sum(step.missed for step in regret.steps) == len(regret.missed) == 3


def test_a_name_of_common_words_is_not_searched():
    assert telling_words(Client("X", "Yeni Ticaret A.Ş.")) == ()


@pytest.fixture
def said(bank, make_source):
    """The lines a reader sees."""

    def show(regret, language="tr"):
        sources = {"gazete": make_source("gazete", title="Deneme Gazetesi")}
        wording = wording_of(language, "Europe/Istanbul", bank.types, sources)
        return missed_lines(regret, wording, date(2026, 3, 31), days=365, shown=5)

    return show


def test_the_reader_finds_his_own_language(bank, fail, missed, said):
    fail()
    bank.see("Nehir Kimya yeni logosunu tanıttı")
    bank.run()
    title, step, _, end, _, document, _ = said(missed())
    assert title.startswith("31.03.2026")
    assert step.replace("\N{NO-BREAK SPACE}", " ") == "  sinyal türü verilmedi: 1  %100 (%21 – %100)"
    assert end == "Nehir Kimya Ltd. Şti. · iflas · 10.03.2026 · 1,0 mn TL"
    assert document.startswith("  - Deneme Gazetesi, yayın 02.03.2026, görülme 02.03.2026")


def test_an_unknown_amount_is_not_shown_as_nothing(fail, missed, said):
    fail(amount=None)
    regret = missed()
    assert (regret.missed[0].amount, regret.as_json()["missed"][0]["amount"]) == (None, None)
    assert not any("TL" in line for line in said(regret))


def test_an_end_of_unknown_size_comes_last(fail, missed):
    fail("C1", None)
    fail("C2", 5.0)
    assert [one.client_id for one in missed().missed] == ["C2", "C1"]


def test_ends_of_another_time_are_counted_and_not_asked_for(fail, missed, said):
    fail()
    regret = missed(as_of=date(2000, 1, 1), since=date(1999, 1, 1))
    assert (regret.ends, regret.stored) == (0, 1)
    assert "1 sonuç kayıtlı" in said(regret)[1] and "import" not in said(regret)[1]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_change_can_be_said(bank, fail, missed, said, language):
    fail()
    bank.see("Nehir Kimya yeni logosunu tanıttı")
    bank.run()
    assert any(line.startswith("  → ") for line in said(missed(), language))


def test_the_command_prints_json_of_the_bank(oncu):
    assert oncu("init").code == 0
    said = oncu("missed", "--as-of", "2026-03-31", "--json")
    assert (said.code, json.loads(said.out)["ends"]) == (0, 0)


def test_without_outcomes_the_command_says_what_to_do(oncu):
    oncu("init")
    assert "oncu outcomes import" in oncu("missed", "--lang", "en").out


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("missed", ("--side", "both")),
        ("missed", ("--lang", "de")),
        ("missed", ("--window", "99999999999")),
        ("backtest", ("list", "--lang", "de")),
    ],
)
def test_a_wrong_choice_is_wrong_usage(oncu, command, wrong):
    said = oncu(command, *wrong)
    assert said.code == 2 and wrong[-2] in said.err and "Traceback" not in said.err


@pytest.mark.parametrize("command", ["missed", "score"])
@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_a_day_out_of_range_is_refused_in_one_line(oncu, command, day):
    oncu("init")
    said = oncu(command, "--as-of", day)
    assert said.code == 1 and day in said.err and len(said.err.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["missed", "score"])
def test_the_first_day_of_all_is_judged(oncu, command):
    oncu("init")
    assert oncu(command, "--as-of", "1970-01-01").code == 0
