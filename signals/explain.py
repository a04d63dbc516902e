"""Why an alert exists: from its documents and words to its priority and the client's level."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.storage.alerts import Evidence, evidence_of, find_alert_ids, load_alerts
from oncu.storage.clients import load_clients
from oncu.storage.database import Database
from oncu.storage.signals import load_steps, open_sides

from .level import trace_level
from .pipeline import Catalogue
from .quote import quote_evidence
from .words import Words


def explain_alert(database: Database, start: str, settings: Settings, catalogue: Catalogue) -> dict[str, Any]:
    """Everything that led to the one alert whose id begins with `start`.

    Raises Problem when no alert or more than one begins so.
    """
    with database.read() as connection:
        alert_id = _only(find_alert_ids(connection, start), start)
        alert = load_alerts(connection, [alert_id])[alert_id]
        end_of_time = alert.created_at + timedelta(days=36500)
        evidence = evidence_of(connection, [alert.episode_id], until=end_of_time)[alert.episode_id]
        client = next(c for c in load_clients(connection) if c.client_id == alert.client_id)
        steps = load_steps(connection, at=end_of_time, client_ids=[alert.client_id]).get(alert.client_id, [])
        now = max(item.known_at for item in evidence)
        sides = open_sides(connection, [alert.client_id], at=now, days=settings.digest.conflict_days)
    return {
        "alert": asdict(alert) | {"id": alert_id},
        "title": catalogue.types[alert.type].title.model_dump() if alert.type in catalogue.types else {},
        "definition": catalogue.types[alert.type].definition.model_dump() if alert.type in catalogue.types else {},
        "client": {"client_id": client.client_id, "legal_name": client.legal_name, "manager": client.manager},
        "evidence": [_evidence(item) for item in evidence],
        "also_open": sorted(sides.get(alert.client_id, set()) - {f"{alert.side}:{alert.type}"}),
        "level": [asdict(step) for step in trace_level(steps)],
    }


def explain_lines(found: dict[str, Any], words: Words) -> list[str]:
    """The explanation as lines for a terminal."""
    alert, client = found["alert"], found["client"]
    title = found["title"].get(words.language, alert["type"])
    lines = [f"{words('side_' + alert['side'])} · {title} · {client['legal_name']} ({client['client_id']})"]
    lines += [found["definition"].get(words.language, "")]
    lines += [f"alert     {alert['id']}  {words.day(alert['created_at'])}  → {alert['manager'] or '–'}"]
    lines += [f"priority  {alert['priority']:.3f} = {alert['reason']}", ""]
    for item in found["evidence"]:
        published = words.day(item["published_at"]) if item["published_at"] else words("undated")
        lines += [f"“{item['quote']}”", f"  {item['source']} · {published} · {item['url'] or words('no_link')}"]
        lines += [
            f"  tag      {item['tag_probability']:.2f}  {item['tag_reason']}  ({words('status_' + item['status'])})"
        ]
        lines += [f"  client   {item['mention_probability']:.2f}  {item['mention_reason']}", ""]
    if found["also_open"]:
        lines += ["also open at this client: " + ", ".join(found["also_open"])]
    return lines + [_level_line(step, words) for step in found["level"]]


def _level_line(step: dict[str, Any], words: Words) -> str:
    change = f"{step['kind']:<8} {step['height']:5.1f} → {step['level']:5.1f}"
    return f"level     {words.day(step['at'])}  {change}  {step['reason']}"


def _only(found: list[str], start: str) -> str:
    if not found:
        raise Problem(f"no alert has an id that begins with {start!r}; oncu digest shows the ids")
    if len(found) > 1:
        raise Problem(f"{len(found)} alerts begin with {start!r}; write more of the id: {', '.join(found)}")
    return found[0]


def _evidence(item: Evidence) -> dict[str, Any]:
    kept = ("document_id", "source", "url", "published_at", "first_seen_at", "known_at", "status")
    reasons = ("tag_reason", "tag_probability", "mention_reason", "mention_probability")
    values = asdict(item)
    return {key: values[key] for key in (*kept, *reasons)} | {"quote": str(quote_evidence(item))}
