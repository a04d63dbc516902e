"""What keeps urgent alerts from their readers, for `oncu doctor`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from oncu.config.routing import DEPUTY, MAIL, OWNER, RoutingPlan
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.database import Database
from oncu.storage.dispatches import count_given_up, unsent_dispatches
from oncu.storage.routing import newest_routing

from .routing import current_plan
from .urgent import GIVE_UP

LATELY = timedelta(days=7)


def plan_in_force(database: Database, settings: Settings, types: Mapping[str, SignalSpec]) -> tuple[RoutingPlan, str]:
    """The rules in force, and where they come from in words. Raises ConfigError where they have faults."""
    with database.read() as connection:
        plan, version = current_plan(connection, settings, types), newest_routing(connection)
    if settings.routing is not None:
        return plan, f"from {settings.routing}"
    return plan, f"version {version.number} of {version.saved_by}" if version else "built in"


def unreached(plan: RoutingPlan, settings: Settings) -> list[str]:
    """The desks that rules tell by mail and that have no address; none where mail was never set up."""
    if not settings.mail.host:
        return []
    desks = {who for rule in plan.rules if MAIL in rule.channel for who in rule.whom if who not in (OWNER, DEPUTY)}
    return [
        f"rules tell {desk!r} by mail, which has no address; add it to mail.recipients"
        for desk in sorted(desks - settings.mail.recipients.keys())
    ]


def stuck(database: Database, settings: Settings, now: datetime) -> Iterator[tuple[bool, str]]:
    """What waits to be sent: whether that is fine, and a line; nothing where nothing waits or was given up lately."""
    with database.read() as connection:
        waiting = unsent_dispatches(connection, oldest=now - GIVE_UP)
        lost = count_given_up(connection, since=now - LATELY, oldest=now - GIVE_UP)
    unset = [] if settings.mail.host else [row for row in waiting if row.channel == MAIL]
    if unset:
        yield True, f"{len(unset)} messages were not sent because mail is not set up; their alerts stand in the digest"
    tried = [row for row in waiting if row not in unset]
    problems = Counter(row.problem for row in tried if row.problem)
    for problem, n in sorted(problems.items()):
        yield False, f"{n} messages could not be sent yet: {problem}"
    if lost and settings.mail.host:
        yield False, f"{lost} messages of the last {LATELY.days} days were never sent; oncu routing show ALERT says why"
    elif not problems and not unset:
        yield True, f"{len(tried)} messages wait for: oncu run" if tried else "nothing waits to be sent"
