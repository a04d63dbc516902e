"""Which rule takes an alert, where the rules come from, and what other rules would have done with the alerts so far."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from oncu.config.load import ConfigError, Fault
from oncu.config.problems import Problem
from oncu.config.routing import (
    DEPUTY,
    DIGEST,
    OWNER,
    ROUTING,
    AlertFacts,
    RoutingPlan,
    Rule,
    load_routing,
    read_routing,
)
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alert_lists import alerts_made
from oncu.storage.alerts import Alert
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.routing import RoutingVersion, newest_routing, routing_history, save_routing
from oncu.storage.signals import Step, load_steps

from .level import level_at

DRY_DAYS = 90
EDITED = Path("routing")  # what faults of a text that is no file are said of


@dataclass(frozen=True)
class Outlook:
    """What a plan would have done with the alerts of some days.

    `by_rule`: alerts each rule takes, in the order of the rules. `at_once`, `in_digest`: by who is told how many a day,
    over urgent channels and in the digest (owners by their names).
    """

    days: int
    alerts: int
    by_rule: Mapping[str, int]
    at_once: Mapping[str, float]
    in_digest: Mapping[str, float]


def check_routing(text: str, types: Mapping[str, SignalSpec], settings: Settings, path: Path = EDITED) -> RoutingPlan:
    """Rules given as text, compared with the types and webhooks there are.

    Raises ConfigError listing every fault with its line.
    """
    return read_routing(text, path, types=types, webhooks=settings.webhooks)


def current_plan(connection: Transaction, settings: Settings, types: Mapping[str, SignalSpec]) -> RoutingPlan:
    """The rules in force: the file the settings name, else the newest saved version, else the built-in ones.

    Raises ConfigError where a file has faults. A saved version was checked when it was saved: what it names may be gone
    since, and then nothing meets that condition.
    """
    if settings.routing is not None:
        return load_routing(settings.routing, types=types, webhooks=settings.webhooks)
    version = newest_routing(connection)
    return read_routing(version.text, EDITED) if version else load_routing(ROUTING)


def current_text(connection: Transaction, settings: Settings) -> str:
    """The rules in force as they are written. Raises ConfigError where the file cannot be read."""
    if settings.routing is None and (version := newest_routing(connection)):
        return version.text
    try:
        return (settings.routing or ROUTING).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(settings.routing or ROUTING, "", f"cannot be read: {error}")]) from None


def change_routing(
    database: Database,
    text: str,
    types: Mapping[str, SignalSpec],
    settings: Settings,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> RoutingVersion:
    """Check rules and put them in force. Raises ConfigError for faults, Problem where a file is in force."""
    if settings.routing is not None:
        raise Problem(f"the rules stand in the file {settings.routing} (settings, routing); edit it there")
    if not reason.strip():
        raise Problem("rules are changed with a reason; write one")
    check_routing(text, types, settings)
    with database.write() as connection:
        return save_routing(connection, text, by=by, reason=reason.strip(), now=now)


def restore_routing(
    database: Database, number: int, types: Mapping[str, SignalSpec], settings: Settings, *, by: str, now: datetime
) -> RoutingVersion:
    """Put an earlier version in force again, as a new one; 0 is what comes with the product. Raises Problem."""
    with database.read() as connection:
        known = {version.number: version.text for version in routing_history(connection)}
    known[0] = ROUTING.read_text(encoding="utf-8")
    if number not in known:
        raise Problem(f"there is no version {number}; oncu routing history lists them")
    reason = f"restored version {number}"
    return change_routing(database, known[number], types, settings, by=by, reason=reason, now=now)


def facts_of(connection: Transaction, alerts: Iterable[Alert]) -> dict[Alert, AlertFacts]:
    """What rules look at, by alert: the level is the one its client had when it came, without its own step."""
    made = list(alerts)
    ids = sorted({alert.client_id for alert in made})
    rows = client_rows(connection, ids)
    latest = max((alert.created_at for alert in made), default=None)
    steps = load_steps(connection, at=latest, client_ids=ids) if latest else {}
    return {
        alert: AlertFacts(
            alert.type,
            alert.side,
            rows[alert.client_id]["size_band"] if alert.client_id in rows else None,
            level_at(_of_others(steps.get(alert.client_id, ()), alert), alert.created_at),
        )
        for alert in made
    }


def passed_over(plan: RoutingPlan, facts: AlertFacts) -> list[tuple[Rule, list[str]]]:
    """The rules up to the one that takes an alert, each with the conditions it does not meet; the last has none."""
    found = []
    for rule in plan.rules:
        found.append((rule, rule.when.misfits(facts)))
        if not found[-1][1]:
            break
    return found


def dry_run(database: Database, plan: RoutingPlan, *, until: datetime, days: int = DRY_DAYS) -> Outlook:
    """What a plan would have done with the alerts of the last days."""
    with database.read() as connection:
        alerts = alerts_made(connection, since=until - timedelta(days=days), until=until).values()
        facts = facts_of(connection, alerts)
        deputies = {key: row["deputy"] for key, row in client_rows(connection, (a.client_id for a in alerts)).items()}
    return look_ahead(plan, facts, deputies, days)


def look_ahead(
    plan: RoutingPlan, facts: Mapping[Alert, AlertFacts], deputies: Mapping[str, str | None], days: int
) -> Outlook:
    """The counts of a dry run from what the rules look at."""
    by_rule = Counter({rule.name: 0 for rule in plan.rules})
    at_once: Counter[str] = Counter()
    in_digest: Counter[str] = Counter()
    for alert, found in facts.items():
        rule = plan.rule_for(found)
        by_rule[rule.name] += 1
        if rule.urgent_channels:
            at_once.update(set(told_by(rule, alert.manager, deputies.get(alert.client_id))))
        if DIGEST in rule.channel and alert.manager:
            in_digest[alert.manager] += 1
    return Outlook(days, len(facts), dict(by_rule), _a_day(at_once, days), _a_day(in_digest, days))


def told_by(rule: Rule, owner: str | None, deputy: str | None) -> list[str]:
    """Who a rule tells, by name: an owner or deputy the client does not have is left out."""
    named = {OWNER: owner, DEPUTY: deputy}
    return list(dict.fromkeys(name for who in rule.whom if (name := named.get(who, who)) is not None))


def _of_others(steps: Iterable[Step], alert: Alert) -> list[Step]:
    """The steps of other episodes: "at a flagged client" means one that was flagged before this."""
    return [step for step in steps if step.episode_id != alert.episode_id]


def _a_day(counts: Mapping[str, int], days: int) -> dict[str, float]:
    ordered = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    return {name: n / days for name, n in ordered}
