"""In lines: which rule takes an alert, why those before it do not, and who was told when."""

from collections.abc import Iterator, Mapping

from oncu.config.routing import AlertFacts, Conditions
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.config.values import write_every
from oncu.storage.alerts import find_alert_ids, load_alerts
from oncu.storage.database import Database
from oncu.storage.dispatches import Dispatch, dispatches_of
from oncu.storage.routing import AlertRoute, routes_of

from ..flow.routing import current_plan, facts_of, passed_over
from .explain import only_one


def route_lines(database: Database, start: str, settings: Settings, types: Mapping[str, SignalSpec]) -> list[str]:
    """What the rules say of the one alert whose id begins with `start`, and what was done.

    Raises Problem when no alert or more than one begins so.
    """
    with database.read() as connection:
        alert_id = only_one(find_alert_ids(connection, start), start)
        alert = load_alerts(connection, [alert_id])[alert_id]
        facts = facts_of(connection, [alert])[alert]
        plan = current_plan(connection, settings, types)
        kept = routes_of(connection, [alert_id]).get(alert_id)
        sent = dispatches_of(connection, alert_id)
    lines = [f"alert {alert_id}: {said_of(facts)}"]
    for rule, misfits in passed_over(plan, facts):
        if misfits:
            lines.append(f"  {rule.name}: no, {'; '.join(_why(key, rule.when, facts) for key in misfits)}")
        else:
            lines.append(f"  {rule.name}: takes it")
            told = f"tells {', '.join(rule.whom)} by {', '.join(rule.channel)}"
            lines.append(f"    {told}; to be acted on within {write_every(rule.deadline)}")
    return [*lines, *_kept_lines(kept), *(_sent_line(row) for row in sent)]


def said_of(facts: AlertFacts) -> str:
    """What rules look at."""
    return f"type {facts.type}, side {facts.side}, size {facts.size or 'unknown'}, level {facts.level:.0f}"


def _why(key: str, when: Conditions, facts: AlertFacts) -> str:
    """The condition that is not met."""
    asked, found = getattr(when, key), getattr(facts, key)
    if key == "level":
        return f"level {found:.0f} is below {asked:.0f}"
    names = ", ".join(asked) if isinstance(asked, list) else asked
    return f"{key} is not {names}"


def _kept_lines(kept: AlertRoute | None) -> Iterator[str]:
    if kept is None:
        yield "when it was made there were no rules: it stood in its owner's digest"
        return
    yield (
        f"when it was made: {kept.rule} told {', '.join(kept.whom)} by {', '.join(kept.channels)}, "
        f"due {kept.due_at:%Y-%m-%d %H:%M} UTC"
    )


def _sent_line(row: Dispatch) -> str:
    if row.sent_at:
        state = f"sent {row.sent_at:%Y-%m-%d %H:%M} UTC"
    else:
        state = f"waits, {row.tries} tries" + (f" ({row.problem})" if row.problem else "")
    return f"  {row.channel} {row.recipient}: {state}"
