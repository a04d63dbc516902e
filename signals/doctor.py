"""What works in this installation and what is missing."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from oncu.config.load import SIGNALS, SOURCES, load_signal_types, load_sources
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings, settings_file

from .surroundings import (
    Finding,
    look_at_clock,
    look_at_disk,
    look_at_files,
    look_at_jobs,
    look_at_mail,
    look_at_people,
    look_at_provider,
    look_at_wall,
)

if TYPE_CHECKING:
    from oncu.storage.database import Database


def examine() -> list[Finding]:
    """Look at everything a working installation needs, in the order in which to mend it."""
    from .commands.console import read_clock

    now = read_clock()
    findings = [Finding("python", sys.version_info >= (3, 11), sys.version.split()[0])]
    try:
        settings = load_settings()
    except Problem as problem:
        return [*findings, Finding("settings", False, str(problem))]
    file = settings_file()
    text = f"from {file}" if file.exists() else f"defaults ({file} does not exist; oncu init writes one)"
    findings.append(Finding("settings", True, text))
    for subject, look in (
        ("secrets", look_at_files),
        ("privacy", _privacy),
        ("sources", _sources),
        ("signals", _signals),
        ("mail", look_at_mail),
        ("links", _links),
        ("cluster", _cluster),
        ("provider", partial(look_at_provider, now=now)),
    ):
        findings += _look(subject, partial(look, settings))
    return findings + _examine_database(settings, now)


def _examine_database(settings: Settings, now: datetime) -> list[Finding]:
    """What can be seen of the database, or why it cannot be opened."""
    from oncu.storage.database import open_database

    from .commands.console import load_catalogue
    from .schedule.jobs import Office

    try:
        database = open_database(settings.database_url)
    except Problem as problem:
        return [Finding("database", False, str(problem))]
    findings = []
    try:
        for subject, look in (
            ("database", partial(_database, database)),
            ("disk", partial(look_at_disk, database)),
            ("clock", partial(look_at_clock, database, settings, now)),
            ("wall", partial(look_at_wall, database, settings)),
            ("people", partial(look_at_people, database)),
            ("signals", partial(_changed_types, database, settings)),
            ("routing", partial(_routing, database, settings, now)),
            ("schedule", lambda: look_at_jobs(Office(database, load_catalogue(settings), settings), now)),
        ):
            findings += _look(subject, look)
    finally:
        database.close()
    return findings


def _look(subject: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except Problem as problem:
        return [Finding(subject, False, line) for line in str(problem).splitlines()]


def _privacy(settings: Settings) -> Iterator[Finding]:
    text = "authors are kept as digests made with a secret of this installation"
    missing = "crawl.author_salt is not set, so digests of authors can be guessed; set it to a long random text"
    yield Finding("privacy", bool(settings.crawl.author_salt), text if settings.crawl.author_salt else missing)


def _sources(settings: Settings) -> Iterator[Finding]:
    sources = load_sources(settings.sources or SOURCES)
    enabled = sum(spec.enabled for spec in sources.values())
    text = f"{enabled} of {len(sources)} enabled" if enabled else "none is enabled; add one to the catalogue"
    yield Finding("sources", enabled > 0, text)
    yield from _visitor(settings.crawl.user_agent)
    for name, spec in sources.items():
        if spec.enabled and (missing := spec.missing_variables):
            said = f"{name} needs a key: set {', '.join(missing)} in the environment of whatever visits it"
            yield Finding("keys", False, said)


def _visitor(user_agent: str) -> Iterator[Finding]:
    """What hosts are told of who visits them; some refuse a visitor without a mail address (the SEC does)."""
    is_own = "oncu.example" not in user_agent
    has_mail = bool(re.search(r"[^\s@]+@[^\s@]+\.\w+", user_agent))
    text = "hosts are told who visits" if has_mail else "hosts are told who visits, but no mail address"
    yield Finding("visitor", True, text if is_own else "crawl.user_agent is the default; name your bank and a contact")


def _signals(settings: Settings) -> Iterator[Finding]:
    from oncu.classifiers.tags.tagger import check_types

    types = load_signal_types(settings.signals or SIGNALS)
    faults = check_types(types)
    text = f"{len(faults)} faults; run: oncu signals check" if faults else f"{len(types)} types, examples hold"
    yield Finding("signals", not faults and bool(types), text)


def _changed_types(database: "Database", settings: Settings) -> Iterator[Finding]:
    """The types that analysts changed; one that cannot be used any more is named by the error."""
    from oncu.storage.taxonomy import newest_types

    from .commands.console import catalogue_in

    catalogue_in(database, settings)
    with database.read() as connection:
        changed = newest_types(connection)
    if changed:
        yield Finding("signals", True, f"{len(changed)} types are as analysts changed them")


def _database(database: "Database") -> Iterator[Finding]:
    from oncu.storage.clients import load_clients
    from oncu.storage.documents import count_documents
    from oncu.storage.waiting import READ, count_waiting

    yield Finding("database", True, f"{database.address} is at this version")
    with database.read() as connection:
        clients = load_clients(connection)
        documents, pending = count_documents(connection), count_waiting(connection, READ)
    text = f"{len(clients)} clients" if clients else "none; run: oncu clients import FILE"
    yield Finding("clients", bool(clients), text)
    if unheard := sum(client.manager is None for client in clients):
        yield Finding("managers", True, f"{unheard} clients have no manager, so nobody gets their alerts")
    yield Finding("documents", True, f"{documents} stored, {pending} waiting for: oncu run")
    yield _reading(database)


def _routing(database: "Database", settings: Settings, now: datetime) -> Iterator[Finding]:
    """Who is told of what, and whether what cannot wait gets out."""
    from .commands.console import catalogue_in
    from .faces.channels import channel_problems
    from .flow.reach import plan_in_force, stuck, unreached
    from .listening.keepers import check_keepers

    plan, origin = plan_in_force(database, settings, catalogue_in(database, settings).types)
    yield Finding("routing", True, f"{len(plan.rules)} rules, {origin}")
    channels = sorted({channel for rule in plan.rules for channel in rule.channel})
    ways = [*channels, settings.digest.channel, *([settings.health.channel] if settings.health.tell else [])]
    for text in [*unreached(plan, settings), *channel_problems(settings, ways), *check_keepers(settings)]:
        yield Finding("routing", False, text)
    for is_fine, text in stuck(database, settings, now):
        yield Finding("sending", is_fine, text)


def _links(settings: Settings) -> Iterator[Finding]:
    """Can managers answer alerts from their digests?"""
    from .faces.signed import key_of

    links, key = settings.links, key_of(settings.links)
    if links.address and key:
        yield Finding("links", True, f"digests carry links to answer alerts, for {links.days} days")
        return
    missing = [*([] if links.address else ["links.address"]), *([] if key else [f"a key in {links.key_env}"])]
    yield Finding("links", True, f"digests carry no links to answer alerts; set {' and '.join(missing)}")


def _cluster(settings: Settings) -> Iterator[Finding]:
    """Where others read: do they answer, with this code?"""
    from .flow.batches import reading_elsewhere

    if reading_elsewhere(settings) is None:
        return
    if settings.cluster is None:
        yield Finding("cluster", True, f"{settings.workers} workers of this machine")
        return
    from .cluster.reading import count_workers

    yield Finding("cluster", True, f"{count_workers(settings)} workers at {settings.cluster}")


def _reading(database: "Database") -> Finding:
    """Which model reads beside the cues, and whether it can."""
    from oncu.storage.trained import active_model

    from .learning.models import open_model

    with database.read() as connection:
        model = active_model(connection)
    if model is None:
        return Finding("reading", True, "the cues alone; no model was promoted")
    try:
        open_model(database, model)
    except Problem as problem:
        return Finding("reading", False, f"the cues alone: {problem}")
    labels = sum(model.inputs[part]["n"] for part in ("labels", "decisions"))
    return Finding("reading", True, f"the cues with model {model.id} of {model.trained_at:%Y-%m-%d}, {labels} labels")
