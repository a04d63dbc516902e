"""The flagged clients and the scoreboard as lines for a terminal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oncu.config.specs import SignalSpec
from oncu.scoring.sources.league import Standing
from oncu.storage.clients import Client
from oncu.storage.database import Database
from oncu.storage.signals import load_steps

from ..flow.level import LevelStep, level_at, raising_steps, trace_level
from ..score.case import SIDES
from ..score.figures import ENOUGH
from ..score.scoreboard import Scoreboard
from ..score.standings import rests_on
from ..words import Words
from .because import level_story
from .layout import indented

Rate = Mapping[str, Any]


@dataclass(frozen=True)
class Flagged:
    """A client at or over the threshold, with every step that took it there and those that still count (`raised`)."""

    client_id: str
    level: float
    steps: tuple[LevelStep, ...]
    raised: tuple[LevelStep, ...] = ()


def flagged_clients(database: Database, at: datetime, *, threshold: float) -> list[Flagged]:
    """The clients whose risk level is at or over the threshold at a moment, highest first."""
    with database.read() as connection:
        by_client = load_steps(connection, at=at, reaching=threshold)
    levels = {client: level_at(steps, at) for client, steps in by_client.items()}
    over = [
        Flagged(client, level, tuple(trace_level(by_client[client])), tuple(raising_steps(by_client[client], at)))
        for client, level in levels.items()
        if level >= threshold
    ]
    return sorted(over, key=lambda flagged: (-flagged.level, flagged.client_id))


def flagged_lines(
    flagged: Iterable[Flagged],
    clients: Mapping[str, Client],
    types: Mapping[str, SignalSpec],
    words: Words,
    *,
    threshold: float,
) -> list[str]:
    """Each flagged client with its rising level, step by step."""
    lines = []
    for found in flagged:
        lines.append(f"▼ {clients[found.client_id].legal_name}  {words.number(found.level)}/100")
        lines += [f"    {_step_line(step, types, words)}" for step in found.steps]
        story = level_story(found.raised, words, lambda code: _title(code, types, words), threshold=threshold)
        lines += [indented(story, 4)] if story else []
    shown = words.number(threshold)
    return [words("flagged_title", threshold=shown), *lines] if lines else [words("flagged_none", threshold=shown)]


def score_lines(
    board: Scoreboard, types: Mapping[str, SignalSpec], sources: Mapping[str, str], words: Words, day: str
) -> list[str]:
    """The scoreboard: each side's headline with interval, base rate and n, then its types and sources."""
    lines: list[str] = []
    for side in SIDES:
        title = words("scoreboard_title", day=day, horizon=board.horizon_days[side])
        lines += [title, *_headline(side, board.overall[side], words)]
        titles = {code: getattr(spec.title, words.language) for code, spec in types.items()}
        lines += [f"  {words('by_type')}"] + _groups(board.by_type[side], titles, words)
        lines += [f"  {words('by_source')}"] + _groups(board.by_source[side], sources, words)
    return lines


def show_rate(rate: Rate | None, words: Words) -> str:
    """A rate with its interval and n."""
    if rate is None or rate["value"] is None:
        return words("unknown")
    low, high = (words.share(rate[end]) if rate[end] is not None else "?" for end in ("low", "high"))
    return words("interval", value=words.share(rate["value"]), low=low, high=high, n=rate["n"])


def _headline(side: str, report: Mapping[str, Any], words: Words) -> list[str]:
    lift, lead = report["lift"], report["lead_time_days"]["median"]
    times = f" → {words.number(lift['value'], 1)} {words('score_lift')}" if lift and lift["value"] is not None else ""
    median = words("score_days", days=words.number(lead)) if lead is not None else words("unknown")
    counts = words("score_counts", episodes=report["episodes"], mature=report["mature"], echoes=report["echoes"])
    return [
        f"  {words('score_' + side)}: {show_rate(report['conversion'], words)}",
        f"  {words('score_base')}: {show_rate(report['base_rate'], words)}{times}",
        f"  {words('score_recall')}: {show_rate(report['recall'], words)}",
        f"  {words('score_lead')}: {median}",
        f"  {counts}",
    ]


def _groups(league: Iterable[Standing], titles: Mapping[str, str], words: Words) -> list[str]:
    """A line a group, best first; groups with few sightings share one line, because their rates say nothing yet."""
    named = [(titles.get(one.key, one.key), one) for one in league]
    early = ", ".join(f"{name} {rests_on(one)}" for name, one in named if rests_on(one) < ENOUGH)
    rated = [(name, one.precision.as_json()) for name, one in named if rests_on(one) >= ENOUGH]
    lines = [f"    {name}: {show_rate(rate, words)}" for name, rate in rated]
    return lines + ([indented(words("too_early", names=early), 4)] if early else [])


def _step_line(step: LevelStep, types: Mapping[str, SignalSpec], words: Words) -> str:
    title = _title(step.type, types, words)
    height = f" +{words.number(step.height)}" if step.height else ""
    return f"{words.day(step.at)}  {title} · {words('step_' + step.kind)}{height} → {words.number(step.level)}"


def _title(code: str, types: Mapping[str, SignalSpec], words: Words) -> str:
    return str(getattr(types[code].title, words.language)) if code in types else code
