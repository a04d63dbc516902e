"""Why an alert exists: from its documents and words to its priority and the client's level."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.storage.alerts import Evidence, evidence_of, find_alert_ids, load_alerts
from oncu.storage.clients import client_rows, clients_of
from oncu.storage.database import Database
from oncu.storage.derived import Cause, Hop, causes_of
from oncu.storage.heard import story_aliases_of
from oncu.storage.signals import load_steps, open_sides

from ..flow.level import LevelStep, raising_steps, trace_level
from ..flow.pipeline import Catalogue
from ..flow.tellers import Teller, count_copies, count_independent, publisher_of, trace_tellers
from ..words import Words
from .because import cause_story, level_story, own_stories
from .links import is_web_link
from .quote import quote_evidence


def explain_alert(database: Database, start: str, settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    """Everything that led to the one alert whose id begins with `start`.

    Raises Problem when no alert or more than one begins so.
    """
    with database.read() as connection:
        alert_id = only_one(find_alert_ids(connection, start), start)
        alert = load_alerts(connection, [alert_id])[alert_id]
        end_of_time = alert.created_at + timedelta(days=36500)
        causes = causes_of(connection, [alert.episode_id], at=end_of_time).get(alert.episode_id, [])
        evidence = own_stories(evidence_of(connection, [alert.episode_id], at=end_of_time)[alert.episode_id], causes)
        client = clients_of(connection, [alert.client_id])[alert.client_id]
        steps = load_steps(connection, at=end_of_time, client_ids=[alert.client_id]).get(alert.client_id, [])
        now = max(item.known_at for item in evidence)
        joined = story_aliases_of(connection, at=end_of_time, client_ids=[alert.client_id])
        names = {row["client_id"]: row["legal_name"] for row in client_rows(connection, _named(causes)).values()}
        sides = open_sides(connection, [alert.client_id], at=now, days=settings.digest.conflict_days)
    also_open = sorted(sides.get(alert.client_id, set()) - {f"{alert.side}:{alert.type}"})
    level = trace_level(steps)
    tellers = trace_tellers(evidence, ZoneInfo(settings.timezone))
    told = {teller.document_id: teller for teller in tellers}
    aliases = {alias.story_id: alias.reason for alias in joined if alias.type == alert.type}
    raised = raising_steps(steps, now)
    open_types = {side_and_type.split(":")[1] for side_and_type in also_open}
    named = {alert.type} | {cause.cause_type for cause in causes} | open_types | {step.type for step in level}
    types = {code: catalogue.types[code] for code in sorted(named & catalogue.types.keys())}
    return {
        "alert": asdict(alert) | {"id": alert_id},
        "title": types[alert.type].title.model_dump() if alert.type in types else {},
        "definition": types[alert.type].definition.model_dump() if alert.type in types else {},
        "titles": {code: spec.title.model_dump() for code, spec in types.items()},
        "client": {"client_id": client.client_id, "legal_name": client.legal_name, "manager": client.manager},
        "evidence": [_evidence(item, told[item.document_id], aliases.get(item.story_id)) for item in evidence],
        "sources": count_independent(tellers, publisher_of(catalogue.sources)),
        "copies": count_copies(tellers),
        "also_open": also_open,
        "level": [asdict(step) for step in level],
        "raised": [asdict(step) for step in raised],
        "threshold": settings.level.threshold,
        "causes": [asdict(cause) for cause in causes],
        "names": names,
    }


def explain_lines(found: dict[str, Any], words: Words) -> list[str]:
    """The explanation as lines for a terminal, in the language of the words."""
    alert, client = found["alert"], found["client"]
    title = found["title"].get(words.language, alert["type"])
    lines = [f"{words('side_' + alert['side'])} · {title} · {client['legal_name']} ({client['client_id']})"]
    lines += [found["definition"].get(words.language, "")]
    lines += [_line("alert", f"{alert['id']}  {words.day(alert['created_at'])}  → {alert['manager'] or '–'}", words)]
    told = words("explain_tellers", sources=found["sources"], copies=found["copies"])
    lines += [_line("story", told, words)]
    lines += _because_lines(found, words)
    priority = f"{words.number(alert['priority'], 3)} = {words.reason(alert['reason'])}"
    lines += [_line("priority", priority, words), ""]
    lines += [line for item in found["evidence"] for line in _evidence_lines(item, words)]
    if found["also_open"]:
        shown = (_open_type(side_and_type, found["titles"], words) for side_and_type in found["also_open"])
        lines += [words("explain_also_open", types=", ".join(shown))]
    lines += [_level_line(step, found["titles"], words) for step in found["level"]]
    return lines + _raised_lines(found, words)


def _because_lines(found: dict[str, Any], words: Words) -> list[str]:
    """What a derived alert follows from; nothing for one that was read."""
    causes = [Cause(**cause | {"path": tuple(Hop(**hop) for hop in cause["path"])}) for cause in found["causes"]]
    told = cause_story(causes, words, lambda code: _title(code, found["titles"], words), found["names"])
    return [_line("because", told, words)] if told else []


def _raised_lines(found: dict[str, Any], words: Words) -> list[str]:
    """What holds the level up, and its last step."""
    raised = [LevelStep(**step) for step in found["raised"]]
    told = level_story(raised, words, lambda code: _title(code, found["titles"], words), threshold=found["threshold"])
    return [told] if told else []


def _evidence_lines(item: dict[str, Any], words: Words) -> list[str]:
    published = words.day(item["published_at"]) if item["published_at"] else words("undated")
    tag = f"{words.number(item['tag_probability'], 2)}  {words.reason(item['tag_reason'])}"
    client = f"{words.number(item['mention_probability'], 2)}  {words.reason(item['mention_reason'])}"
    return [
        f"“{item['quote']}”" if item["quote"] else words("erased"),
        f"  {item['source']} · {published} · {item['url'] if is_web_link(item['url']) else words('no_link')}",
        "  " + _line("story", _told(item, words), words),
        "  " + _line("tag", f"{tag}  ({words('status_' + item['status'])})", words),
        *("  " + _line("facts", told, words) for told in _facts_told(item["facts"], words)),
        "  " + _line("client", client, words),
        "",
    ]


def _facts_told(facts: Mapping[str, Any], words: Words) -> list[str]:
    """What the sentence states, on one line: "12.000.000 TRY · 31.12.2025 · Bursa · Vadi Lojistik"; none without."""
    amount = [f"{words.number(facts['amount'])} {facts['currency']}"] if "amount" in facts else []
    dates = [words.calendar_day(date) for date in facts.get("dates", ())]
    parts = [*amount, *dates, *facts.get("places", ()), *facts.get("counterparties", ())]
    return [" · ".join(parts)] if parts else []


def _told(item: dict[str, Any], words: Words) -> str:
    """Who told it and what it adds: "copy of ajans, repeat"."""
    parts = [words(f"teller_{item['told']}", source=item["copied_from"])]
    parts += [words(f"teller_{item['time_note']}")] if item["time_note"] else []
    parts += [words(f"novelty_{item['novelty']}")] if item["novelty"] else []
    return ", ".join(parts) + (f" ({words.reason(item['same_event'])})" if item["same_event"] else "")


def _level_line(step: dict[str, Any], titles: dict[str, dict[str, str]], words: Words) -> str:
    code, _, why = step["reason"].partition(", ")
    height, level = (f"{words.number(step[key], 1):>5}" for key in ("height", "level"))
    change = f"{words('step_' + step['kind']):<10} {height} → {level}"
    return _line(
        "level", f"{words.day(step['at'])}  {change}  {_title(code, titles, words)}, {words.reason(why)}", words
    )


def _line(key: str, text: str, words: Words) -> str:
    return f"{words('explain_' + key):<9} {text}"


def _open_type(side_and_type: str, titles: dict[str, dict[str, str]], words: Words) -> str:
    side, code = side_and_type.split(":")
    return f"{words('side_' + side)} {_title(code, titles, words)}"


def _title(code: str, titles: dict[str, dict[str, str]], words: Words) -> str:
    return titles.get(code, {}).get(words.language, code)


def _named(causes: Sequence[Cause]) -> set[str]:
    """The clients that a way of a risk goes over."""
    return {hop.client_id for cause in causes for hop in cause.path}


def only_one(found: list[str], start: str) -> str:
    if not found:
        raise Problem(f"no alert has an id that begins with {start!r}; oncu digest shows the ids")
    if len(found) > 1:
        raise Problem(f"{len(found)} alerts begin with {start!r}; write more of the id: {', '.join(found)}")
    return found[0]


def _evidence(item: Evidence, teller: Teller, joined: str | None) -> dict[str, Any]:
    kept = ("document_id", "source", "url", "published_at", "first_seen_at", "known_at", "status")
    reasons = ("tag_reason", "tag_probability", "mention_reason", "mention_probability")
    values = asdict(item)
    told = {"told": teller.role, "copied_from": teller.copied_from, "time_note": teller.note}
    same = {"novelty": item.novelty, "same_event": joined, "facts": dict(item.facts or {})}
    return {key: values[key] for key in (*kept, *reasons)} | told | same | {"quote": str(quote_evidence(item))}
