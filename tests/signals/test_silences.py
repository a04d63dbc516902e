"""What is not told stands in a list with its reason, and comes back when the reason is gone."""

from datetime import date, timedelta

import pytest

from oncu.config.problems import Problem
from oncu.signals.flow.silences import end_silence, silence
from oncu.storage.audit import find_broken_link
from oncu.storage.silences import silences_at
from oncu.storage.withheld import Withheld, audit_slice, mentions_behind, withheld_on

pytestmark = pytest.mark.usefixtures("english")

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
BANKRUPT = "Parlak Telekom konkordato ilan etti"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hush(bank, now, days=3, **more):
    said = {"until": (now + days * DAY).date(), "reason": "bilinen dava", "by": "ece"} | more
    return silence(bank.database, **said, settings=bank.settings, types=bank.types, sources=bank.sources, now=now)


def carried(view):
    return [alert.type for card in view.cards for alert in card.alerts]


def held(view):
    return [(row.title, row.reason) for row in view.suppressed]


def withheld(bank, day):
    with bank.database.read() as connection:
        return [(row.type, row.kind) for row in withheld_on(connection, day)]


@pytest.fixture
def sued(bank):
    """A bank that has heard of a lawsuit against C1."""
    bank.see(LAWSUIT)
    bank.run()
    return bank


@pytest.mark.parametrize("what", [{"client_id": "C1"}, {"code": "lawsuit"}, {"source": "gazete"}])
def test_a_silenced_alert_is_not_carried_and_stands_in_the_list(sued, now, what):
    hush(sued, now, **what)
    view = sued.digest(now)
    assert (carried(view), held(view)) == ([], [("Dava", "susturuldu (ece, 2026-03-05: bilinen dava)")])
    assert withheld(sued, now.date()) == [("lawsuit", "silenced")]


@pytest.mark.parametrize("what", [{"client_id": "C2"}, {"code": "strike"}, {"client_id": "C1", "code": "strike"}])
def test_a_silence_holds_only_what_meets_all_it_names(sued, now, what):
    hush(sued, now, **what)
    assert carried(sued.digest(now)) == ["lawsuit"]


def test_a_source_that_neither_is_nor_was_cannot_be_silenced(sued, now):
    with pytest.raises(Problem, match="no source is called 'gazette'"):
        hush(sued, now, source="gazette")
    assert "gazete" not in sued.sources  # its file is gone, what it told is still there
    assert hush(sued, now, source="gazete").source == "gazete"


def test_the_same_silence_twice_is_one(bank, now):
    first, again = hush(bank, now, code="lawsuit"), hush(bank, now + HOUR, code="lawsuit")
    other = hush(bank, now, code="lawsuit", by="ali")
    with bank.database.read() as connection:
        assert {one.id for one in silences_at(connection, now + HOUR)} == {first.id, other.id}
    assert again == first


def test_a_silenced_source_is_heard_where_another_tells_the_same(sued, now):
    hush(sued, now, source="gazete")
    sued.see("Simya İlaç'a rakibinden patent davası", source="ajans", at=now + HOUR)
    sued.run(now + HOUR)
    assert carried(sued.digest(now + 2 * HOUR)) == ["lawsuit"]


def test_after_a_silence_the_alert_is_carried_while_it_may_wait(sued, now):
    hush(sued, now, days=1, client_id="C1")
    told = [carried(sued.digest(now + days * DAY)) for days in range(4)]
    assert told == [[], [], ["lawsuit"], []]


def test_a_silence_that_is_ended_holds_nothing(sued, now):
    made = hush(sued, now, client_id="C1")
    end_silence(sued.database, made.id[:6], by="ece", now=now + HOUR)
    assert carried(sued.digest(now + 2 * HOUR)) == ["lawsuit"]


def test_silences_stand_in_the_audit_trail(bank, now):
    made = hush(bank, now, client_id="C1")
    end_silence(bank.database, made.id, by="burak", now=now + HOUR)
    said = bank.rows("SELECT actor, action, object, reason FROM audit ORDER BY seq")
    assert [row[:2] for row in said] == [("ece", "silence.add"), ("burak", "silence.remove")]
    assert said[0][3] == "bilinen dava"
    with bank.database.read() as connection:
        assert find_broken_link(connection) is None


def test_a_silence_of_a_merged_client_holds_the_survivor(sued, now):
    hush(sued, now, client_id="C1")
    with sued.database.write() as connection:
        connection.exec_driver_sql("UPDATE clients SET merged_into = 'C2' WHERE client_id = 'C1'")
        (found,) = silences_at(connection, now)
    assert found.client_id == "C2"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "names a client, a type or a source"),
        ({"client_id": "C9"}, "no client has the id 'C9'"),
        ({"code": "lawsiut"}, "no signal type 'lawsiut'"),
        ({"client_id": "C1", "reason": " "}, "a silence has a reason"),
        ({"client_id": "C1", "until": date(2026, 3, 1)}, "from today on and within a year"),
        ({"client_id": "C1", "until": date(2028, 3, 1)}, "from today on and within a year"),
    ],
)
def test_a_silence_that_cannot_be_is_one_line(bank, now, wrong, said):
    with pytest.raises(Problem, match=said) as caught:
        hush(bank, now, **wrong)
    assert "\n" not in str(caught.value)


def test_a_silence_nobody_set_cannot_be_ended(bank, now):
    with pytest.raises(Problem, match="no silence in force begins so; oncu silence list"):
        end_silence(bank.database, "abc", by="ece", now=now)


# ----------------------------------------------------------------------------------- the list of the withheld


def test_what_found_no_room_is_listed_each_day(bank, now):
    bank.set(digest={"max_alerts": 1})
    for title in (LAWSUIT, BANKRUPT):
        bank.see(title)
    bank.run()
    bank.digest(now)
    assert withheld(bank, now.date()) == [("lawsuit", "no_room")]


def test_what_is_too_weak_is_listed_with_its_strength(bank, now):
    bank.set(alerts={"min_priority": 0.9})
    bank.see(LAWSUIT)
    bank.run()
    ((kind, reason),) = bank.rows("SELECT kind, reason FROM withheld")
    assert kind == "weak" and reason.endswith("< 0.9") and bank.rows("SELECT * FROM alerts") == []


def test_what_is_withheld_is_listed_once_however_often_the_pipeline_runs(bank, now):
    bank.set(alerts={"min_priority": 0.9})
    bank.see(LAWSUIT)
    for days in range(3):
        bank.run(now + days * DAY)
    assert bank.rows("SELECT count(*) FROM withheld") == [(1,)]


def test_of_several_days_the_last_is_listed(bank, now):
    bank.set(digest={"max_alerts": 1})
    for title in (LAWSUIT, BANKRUPT, "Parlak Telekom'un çalışanları greve gitti"):
        bank.see(title)
    bank.run()
    for days in range(2):
        bank.digest(now + days * DAY)
    with bank.database.read() as connection:
        rows = withheld_on(connection, now.date(), (now + DAY).date())
    assert len(rows) == len({row.episode_id for row in rows}) == 2


def test_each_withheld_signal_leads_to_the_mention_a_label_is_given_to(bank):
    bank.set(alerts={"min_priority": 0.9})
    bank.see(LAWSUIT)
    bank.run()
    ((signal_id, mention_id),) = bank.rows(
        "SELECT s.id, t.mention_id FROM withheld w JOIN signals s ON s.id = w.signal_id JOIN tags t ON t.id = s.tag_id"
    )
    with bank.database.read() as connection:
        assert mentions_behind(connection, [signal_id]) == {signal_id: mention_id}


def rows_of(n, day, now):
    more = dict.fromkeys(("alert_id", "manager"))
    base = {"client_id": "C1", "type": "lawsuit", "side": "risk", "kind": "weak", "reason": "", "known_at": now}
    return [Withheld(episode_id=f"e{i}", signal_id=f"s{i}", day=day, **base, **more) for i in range(n)]


def test_a_twentieth_is_drawn_to_be_looked_at_the_same_each_time(now):
    rows = rows_of(4_000, now.date(), now)
    first, again = (audit_slice(rows, now.date()) for _ in range(2))
    assert first == again and 140 < len(first) < 260


def test_another_day_draws_others(now):
    rows = rows_of(4_000, now.date(), now)
    one, other = ({row.episode_id for row in audit_slice(rows, now.date() + n * DAY)} for n in (0, 1))
    assert len(one & other) < len(one) / 4


# ------------------------------------------------------------------------------------------- command line


def test_silences_on_the_command_line(oncu, tmp_path):
    oncu("init")
    (tmp_path / "clients.csv").write_text("client_id,legal_name,manager\nC1,Simya İlaç A.Ş.,ayse\n", encoding="utf-8")
    oncu("clients", "import", "clients.csv")
    until = (date.today() + 9 * DAY).isoformat()  # noqa: DTZ011 (the command has the clock of the machine)
    made = oncu("silence", "add", "--client", "C1", "--until", until, "--reason", "bilinen satış", "--by", "ece")
    assert (made.code, f"client C1 is silent to the end of {until}" in made.out) == (0, True)
    key = made.out.split()[0]
    assert oncu("silence", "list").out == f"{key}  client C1  (ece, {until}: bilinen satış)\n"
    assert oncu("silence", "remove", key, "--by", "ece").out == "client C1 is heard again\n"
    assert oncu("silence", "list").out == "nothing is silenced\n"
