"""Where alerts go: which rule takes each, who is told, what other rules would have done, how the rules changed."""

from datetime import timedelta

import pytest

from oncu.config.load import ConfigError
from oncu.config.problems import Problem
from oncu.config.routing import ROUTING
from oncu.signals.faces.routes import route_lines
from oncu.signals.flow.reach import stuck, unreached
from oncu.signals.flow.routing import change_routing, check_routing, current_plan, dry_run, restore_routing
from oncu.storage.routing import routing_history

pytestmark = pytest.mark.usefixtures("english")

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
BANKRUPT = "Parlak Telekom konkordato ilan etti"
PLANT = "Simya İlaç yeni fabrika kuruyor"
CONFIRMING = "Simya İlaç'a rakibinden patent davası"
DAY = timedelta(days=1)
BUILT_IN = ROUTING.read_text(encoding="utf-8")
QUIETER = """
rules:
  - {name: severe, title: {tr: A, en: S}, when: {type: [insolvency]}, whom: [owner], channel: [mail], deadline: 4h}
  - {name: rest, title: {tr: K, en: R}, whom: [owner], channel: [digest], deadline: 2d}
"""
UNCHECKED = QUIETER.replace("insolvency", "insolvensy")


def routes(bank):
    return dict(bank.rows("SELECT a.type, r.rule FROM alert_routes r JOIN alerts a ON a.id = r.alert_id"))


def change(bank, text, now, **more):
    said = {"by": "ece", "reason": "yeni masa", "now": now} | more
    return change_routing(bank.database, text, bank.types, bank.settings, **said)


def plan_of(bank):
    with bank.database.read() as connection:
        return current_plan(connection, bank.settings, bank.types)


@pytest.fixture
def told(bank):
    """A bank with a lawsuit, a bankruptcy and a plant."""
    for title in (LAWSUIT, BANKRUPT, PLANT):
        bank.see(title)
    bank.run()
    return bank


def test_each_alert_is_kept_with_the_rule_that_took_it(told):
    assert routes(told) == {"lawsuit": "risk", "insolvency": "severe", "plant_expansion": "rest"}


def test_a_rule_looks_at_the_level_the_client_had_when_the_alert_came(bank, now):
    bank.see(BANKRUPT)
    bank.run()
    bank.see("Tüketici örgütü, Parlak Telekom'a dava açtı", at=now + DAY)
    bank.run(now + DAY)
    assert routes(bank)["lawsuit"] == "flagged"


def test_an_alert_does_not_raise_its_own_client_to_a_flagged_one(bank):
    bank.see("Parlak Telekom borçlarını ödeyemedi, çekleri karşılıksız çıktı")
    bank.run()
    assert bank.rows("SELECT height > 60 FROM level_steps") == [(1,)] and routes(bank) == {"payment_distress": "risk"}


def test_a_rule_without_the_digest_keeps_an_alert_out_of_it(bank, now, tmp_path):
    (tmp_path / "r.yml").write_text(QUIETER, encoding="utf-8")
    bank.set(routing=tmp_path / "r.yml")
    bank.see(BANKRUPT)
    bank.run()
    view = bank.digest(now)
    assert view.alerts == 0
    assert [row.reason for row in view.suppressed] == ["“severe” kuralı onu özete koymuyor"]


def test_what_was_routed_stays_where_it_was_when_the_rules_change(told, now):
    change(told, QUIETER, now)
    assert told.digest(now).alerts == 3


def test_rules_that_miss_a_type_of_their_own_catalogue_still_route(bank, now):
    del bank.types["insolvency"]
    bank.see(LAWSUIT)
    bank.run()
    assert routes(bank) == {"lawsuit": "risk"}


def test_a_file_with_faults_stops_the_run_with_its_faults(bank, tmp_path):
    (tmp_path / "r.yml").write_text(UNCHECKED, encoding="utf-8")
    bank.set(routing=tmp_path / "r.yml")
    with pytest.raises(ConfigError, match="r.yml: line 3, rules.0.when.type.0: no signal type 'insolvensy'"):
        bank.run()


# -------------------------------------------------------------------------------------------- dry run, show


def test_a_dry_run_counts_what_each_rule_takes_and_who_is_told(told, now):
    found = dry_run(told.database, plan_of(told), until=now + DAY, days=2)
    assert found.by_rule == {"severe": 1, "flagged": 0, "risk": 1, "rest": 1}
    assert found.at_once == {"ayse": 0.5, "risk_desk": 0.5}
    assert found.in_digest == {"ayse": 1.5}


def test_a_dry_run_of_other_rules_changes_nothing(told, now):
    before = told.tables()
    dry_run(told.database, check_routing(QUIETER, told.types, told.settings), until=now + DAY)
    assert told.tables() == before


def test_why_a_rule_takes_an_alert_is_said_rule_by_rule(told):
    ((alert,),) = told.rows("SELECT id FROM alerts WHERE type = 'lawsuit'")
    lines = route_lines(told.database, alert[:8], told.settings, told.types)
    assert lines[1].startswith("  severe: no, type is not insolvency, enforcement_seizure")
    assert lines[2].startswith("  flagged: no, level ") and lines[2].endswith("is below 60")
    assert lines[3:5] == ["  risk: takes it", "    tells owner by digest; to be acted on within 2d"]


def test_who_was_told_at_once_is_said_too(told):
    ((alert,),) = told.rows("SELECT id FROM alerts WHERE type = 'insolvency'")
    lines = route_lines(told.database, alert, told.settings, told.types)
    assert lines[-2:] == ["  mail ayse: waits, 0 tries", "  mail risk_desk: waits, 0 tries"]


# -------------------------------------------------------------------------------------------------- history


def test_the_newest_saved_version_is_in_force(bank, now):
    change(bank, QUIETER, now)
    assert [rule.name for rule in plan_of(bank).rules] == ["severe", "rest"]


def test_every_version_is_kept_with_who_when_and_why(bank, now):
    change(bank, QUIETER, now)
    change(bank, BUILT_IN, now + DAY, by="burak", reason="geri")
    with bank.database.read() as connection:
        found = routing_history(connection)
    assert [(one.number, one.saved_by, one.reason, one.saved_at) for one in found] == [
        (2, "burak", "geri", now + DAY),
        (1, "ece", "yeni masa", now),
    ]


def test_restoring_makes_a_new_version_of_an_old_text(bank, now):
    change(bank, QUIETER, now)
    more = {"by": "ece", "now": now}
    assert restore_routing(bank.database, 0, bank.types, bank.settings, **more).text == BUILT_IN
    assert restore_routing(bank.database, 1, bank.types, bank.settings, **more).number == 3
    with pytest.raises(Problem, match="there is no version 9; oncu routing history"):
        restore_routing(bank.database, 9, bank.types, bank.settings, **more)


def test_rules_with_faults_or_without_a_reason_are_not_saved(bank, now):
    with pytest.raises(ConfigError, match="no signal type 'insolvensy'"):
        change(bank, UNCHECKED, now)
    with pytest.raises(Problem, match="rules are changed with a reason"):
        change(bank, QUIETER, now, reason=" ")
    assert bank.rows("SELECT * FROM routing_versions") == []


def test_a_file_of_rules_wins_and_is_not_edited_from_elsewhere(bank, now, tmp_path):
    change(bank, BUILT_IN, now)
    (tmp_path / "r.yml").write_text(QUIETER, encoding="utf-8")
    bank.set(routing=tmp_path / "r.yml")
    assert len(plan_of(bank).rules) == 2
    with pytest.raises(Problem, match=r"the rules stand in the file .*r.yml"):
        change(bank, BUILT_IN, now)


def test_changes_of_the_rules_stand_in_the_audit_trail(bank, now):
    change(bank, QUIETER, now)
    assert bank.rows("SELECT actor, action, object, reason FROM audit") == [
        ("ece", "routing.save", "version 1", "yeni masa")
    ]


# ------------------------------------------------------------------------- told anew only when there is news


def updates(bank):
    return [row[0] for row in bank.rows("SELECT kind FROM alert_updates ORDER BY known_at")]


def test_a_second_source_confirms_an_alert_once(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    for hours, source in enumerate(("ajans", "postası"), 1):
        bank.see(CONFIRMING, f"{CONFIRMING}. " * hours, source=source, at=now + timedelta(hours=hours))
        bank.run(now + timedelta(hours=hours))
    assert updates(bank) == ["confirmed"]


def test_the_same_source_again_confirms_nothing(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.see(CONFIRMING, at=now + DAY)
    bank.run(now + DAY)
    assert updates(bank) == []


def test_a_copy_confirms_nothing(bank, now):
    text = "Simya İlaç aleyhine rakibinin açtığı patent davası bugün başladı; ayrıntılar mahkeme dosyasında. " * 4
    bank.see(LAWSUIT, text)
    bank.run()
    bank.see(LAWSUIT, text, source="ajans", at=now + DAY)
    bank.run(now + DAY)
    assert updates(bank) == []


def test_a_rumour_that_becomes_firm_is_told(bank, now):
    bank.see("Parlak Telekom'un konkordato ilan edeceği iddia edildi")
    bank.run()
    bank.see(BANKRUPT, at=now + DAY)
    bank.run(now + DAY)
    assert updates(bank) == ["firmer"]


def test_the_digest_says_what_changed_in_words(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.digest(now)
    bank.see(CONFIRMING, source="ajans", at=now + timedelta(hours=1))
    bank.run(now + timedelta(hours=1))
    assert [update.what for update in bank.digest(now + DAY).updates] == ["bağımsız ikinci kaynak da yazdı"]


# --------------------------------------------------------------------------------------------------- doctor


def test_a_desk_without_an_address_is_found(bank):
    bank.set(mail={"host": "x", "sender": "o@b.example", "recipients": {"ayse": "a@b.example"}})
    assert unreached(plan_of(bank), bank.settings) == [
        "rules tell 'risk_desk' by mail, which has no address; add it to mail.recipients"
    ]


def test_without_mail_waiting_messages_are_no_fault(told, now):
    assert list(stuck(told.database, told.settings, now)) == [
        (True, "2 messages were not sent because mail is not set up; their alerts stand in the digest")
    ]


def test_a_channel_that_fails_is_said(told, now):
    told.set(mail={"host": "x", "sender": "o@b.example"})
    with told.database.write() as connection:
        connection.exec_driver_sql("UPDATE dispatches SET problem = 'mail server x: gone'")
    assert list(stuck(told.database, told.settings, now)) == [
        (False, "2 messages could not be sent yet: mail server x: gone")
    ]
    ((fine, said),) = stuck(told.database, told.settings, now + 3 * DAY)
    assert not fine and said.startswith("2 messages of the last 7 days were never sent")


# ------------------------------------------------------------------------------------------- command line


def test_checking_rules_on_the_command_line(oncu, tmp_path):
    oncu("init")
    (tmp_path / "bad.yml").write_text(UNCHECKED, encoding="utf-8")
    (tmp_path / "good.yml").write_text(QUIETER, encoding="utf-8")
    bad, good = oncu("routing", "check", "bad.yml"), oncu("routing", "check", "good.yml")
    assert (bad.code, "did you mean 'insolvency'?" in bad.err) == (1, True)
    assert (good.code, good.out.splitlines()[0]) == (0, "fine: 2 rules")
    assert oncu("routing", "save", "good.yml", "--by", "ece", "--reason", "az").out == "version 1 is in force\n"
    assert oncu("routing", "restore", "0", "--by", "ece").out == "version 2 is in force: restored version 0\n"
    assert oncu("routing", "history").out.splitlines()[-1] == "in force: version 2"
