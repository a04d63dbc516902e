"""What did we miss: for each end nobody read of in time the documents held, where each was lost, and the smallest
change that would have caught it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from oncu.classifiers.firms.names import is_common, parse_name
from oncu.classifiers.mentions.matcher import ACCEPT
from oncu.classifiers.text import fold_key
from oncu.config.specs import SignalSpec
from oncu.scoring.judge.asof import day_of
from oncu.scoring.judge.misses import Reason, Step, Trace, reason_missed, waterfall
from oncu.storage.clients import Client, load_clients
from oncu.storage.database import Database
from oncu.storage.documents import count_documents
from oncu.storage.judged import Steps, steps_of
from oncu.storage.outcomes import Outcome, load_outcomes
from oncu.storage.traced import AT_ONCE, Text, Told, texts_seen, told_of

from ..flow.read import RELEVANT

Progress = Callable[[str, int, int], None]

NAME_WORDS = 2  # of a client's name, by which a text is searched that no mention was found in
FOR_EVER = datetime.max.replace(tzinfo=UTC)
SHORTEST = 4  # letters of what stands for a name
FURTHEST_LAST: tuple[Reason, ...] = (
    "not covered", "crawled late", "not resolved", "not classified", "below threshold", "not alerted", "not read",
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """A document held about a client before or at its end: the step at which it was lost, and what would have kept it.

    `change` is a key of the product's texts (`change_alias` …), `values` what it is filled with.
    """

    document_id: str
    source: str
    title: str
    published: date | None
    seen: date
    lost: Reason
    change: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Missed:
    """One end nobody read of in time; `held` has the documents that got furthest first, `change` the smallest one."""

    client_id: str
    name: str
    kind: str
    ended: date
    amount: float | None
    reason: Reason
    change: str
    values: Mapping[str, Any]
    held: tuple[Held, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "ended": self.ended.isoformat(), "held": [_plain(asdict(one)) for one in self.held]}


@dataclass(frozen=True)
class Regret:
    """All ends of a time: how many were lost at each step, and each missed one, the largest first.

    `stored` counts the ends of these kinds at any time, recorded whenever.
    """

    ends: int
    steps: tuple[Step, ...]
    missed: tuple[Missed, ...]
    stored: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        steps = [{"reason": s.reason, "missed": s.missed, "share": s.share.as_json()} for s in self.steps]
        return {"ends": self.ends, "lost": steps, "missed": [one.as_json() for one in self.missed]}


def find_missed(
    database: Database,
    types: Mapping[str, SignalSpec],
    *,
    as_of: date,
    window_days: int,
    kinds: Iterable[str],
    side: str = "risk",
    since: date | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Regret:
    """The ends of these kinds from `since` to `as_of` that nobody read of in the `window_days` before.

    Every text of that time is searched once for the names of clients that were not recognised in it.
    """
    moment = datetime.combine(as_of, time.max, UTC)
    with database.read() as connection:
        clients = {client.client_id: client for client in load_clients(connection)}
        ends = [end for end in load_outcomes(connection, as_of=moment) if _is_asked(end, kinds, since, as_of)]
        stored = len(ends) or sum(_is_asked(end, kinds) for end in load_outcomes(connection, as_of=FOR_EVER))
        asked = sorted({end.client_id for end in ends})
        told = _by_client(told_of(connection, asked, side=side, as_of=moment))
        steps = steps_of(connection, asked, side=side, as_of=moment)
        unread = [clients[one] for one in asked if one in clients]
        unmatched = _search(connection, unread, ends, window_days, told, progress)
    found = [(_trace(end, told, unmatched, steps.get(end.client_id, Steps()), window_days), end) for end in ends]
    missed = [
        _missed(trace, end, clients, told, unmatched, types, window_days)
        for trace, end in found
        if reason_missed(trace) is not None
    ]
    ordered = sorted(missed, key=lambda one: (-(one.amount or 0.0), one.client_id, one.ended))
    return Regret(len(ends), tuple(waterfall([trace for trace, _ in found])), tuple(ordered), stored)


def telling_words(client: Client) -> tuple[str, ...]:
    """The first words of a client's name that tell it from others, folded: by these an unmatched text is searched.

    Empty where the name has too little to tell: one common word finds the whole world.
    """
    words = parse_name(client.legal_name).without_form.split()[:NAME_WORDS]
    said = " ".join(words)
    return () if len(said) < SHORTEST or is_common(said) else tuple(words)


def _is_asked(end: Outcome, kinds: Iterable[str], since: date | None = None, until: date = date.max) -> bool:
    day = end.occurred_at.date()
    return end.kind in set(kinds) and not end.competing and (since or date.min) <= day <= until


def _by_client(told: Iterable[Told]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        found[one.client_id].append(one)
    return found


def _search(
    connection: Any,
    clients: Sequence[Client],
    ends: Sequence[Outcome],
    window: int,
    told: Mapping[str, list[Told]],
    progress: Progress,
) -> dict[str, list[Text]]:
    """By client the texts that hold the telling words of its name and in which it was not found."""
    names = _by_first_word(clients)
    if not names or not ends:
        return {}
    first, last = min(end.occurred_at for end in ends) - timedelta(days=window), max(end.occurred_at for end in ends)
    total = count_documents(connection, since=first, until=last)
    known = {(one.client_id, one.document_id) for several in told.values() for one in several}
    found: dict[str, list[Text]] = defaultdict(list)
    for done, text in enumerate(texts_seen(connection, since=first, until=last), 1):
        if done % AT_ONCE == 0:
            progress("search", done, total)
        for client_id in sorted(_named_in(text, names)):
            if (client_id, text.document_id) not in known:
                found[client_id].append(text)
    return found


def _by_first_word(clients: Sequence[Client]) -> dict[str, list[tuple[str, str]]]:
    """The telling words of the clients by the first of them, each with its client."""
    names: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for client in clients:
        if words := telling_words(client):
            names[words[0]].append((f" {' '.join(words)} ", client.client_id))
    return names


def _named_in(text: Text, names: Mapping[str, list[tuple[str, str]]]) -> set[str]:
    """The clients whose telling words stand in a text one after the other."""
    folded = f" {fold_key(text.title)} {fold_key(text.body)} "
    asked = (name for word in names.keys() & set(folded.split()) for name in names[word])
    return {client_id for words, client_id in asked if words in folded}


def _in_window(moment: datetime | None, end: Outcome, window: int) -> bool:
    return moment is not None and end.occurred_at - timedelta(days=window) <= moment


def _trace(
    end: Outcome, told: Mapping[str, list[Told]], unmatched: Mapping[str, list[Text]], steps: Steps, window: int
) -> Trace:
    """The first moment of each step in the window before an end."""
    held: list[Told | Text] = [*told.get(end.client_id, ()), *unmatched.get(end.client_id, ())]
    moments: dict[str, list[datetime | None]] = {
        "published": [one.published_at for one in held],
        "seen": [one.first_seen_at for one in held],
        **{step: list(getattr(steps, step)) for step in ("mentioned", "tagged", "accepted", "alerted", "read")},
    }
    return Trace(
        client_id=end.client_id,
        ended=day_of(end.occurred_at.date()),
        amount=end.amount,
        **{step: _first(several, end, window) for step, several in moments.items()},
    )


def _first(moments: Iterable[datetime | None], end: Outcome, window: int) -> int | None:
    return min((day_of(one.date()) for one in moments if one and _in_window(one, end, window)), default=None)


def _missed(
    trace: Trace,
    end: Outcome,
    clients: Mapping[str, Client],
    told: Mapping[str, list[Told]],
    unmatched: Mapping[str, list[Text]],
    types: Mapping[str, SignalSpec],
    window: int,
) -> Missed:
    client = clients.get(end.client_id)
    name = client.legal_name if client else end.client_id
    is_alerted = trace.alerted is not None and trace.alerted < trace.ended
    held = [_held_of(one, end, types, is_alerted) for one in told.get(end.client_id, ()) if _is_about(one, end, window)]
    if client:
        held += [
            _unmatched(one, client, end) for one in unmatched.get(end.client_id, ()) if _is_about(one, end, window)
        ]
    held.sort(key=lambda one: (-FURTHEST_LAST.index(one.lost), one.seen, one.document_id))
    reason = reason_missed(trace) or "not read"
    change, values = (held[0].change, held[0].values) if held else ("change_source", {"name": name})
    day = end.occurred_at.date()
    return Missed(end.client_id, name, end.kind, day, end.amount, reason, change, values, tuple(held))


def _is_about(one: Told | Text, end: Outcome, window: int) -> bool:
    """Published or seen in the window before the end."""
    moments = (moment for moment in (one.published_at, one.first_seen_at) if moment)
    return any(_in_window(moment, end, window) and moment < end.occurred_at for moment in moments)


def _held_of(told: Told, end: Outcome, types: Mapping[str, SignalSpec], is_alerted: bool) -> Held:
    lost, change, values = _where_lost(told, end, types)
    if lost == "not alerted" and is_alerted:
        lost, change, values = "not read", "change_read", {}
    return _held(told, lost, change, values)


def _where_lost(told: Told, end: Outcome, types: Mapping[str, SignalSpec]) -> tuple[Reason, str, dict[str, Any]]:
    """The step at which a document was lost, and the smallest change that would have taken it further."""
    if told.first_seen_at >= end.occurred_at:
        return _late(told, end)
    if not told.accepted:
        values = {"surface": told.surface, "probability": told.probability, "threshold": ACCEPT}
        return "not resolved", "change_mention", values
    if told.tag_probability is None:
        passing = told.relevance < RELEVANT
        return "not classified", "change_relevance" if passing else "change_cue", {"relevance": told.relevance}
    if not told.tag_accepted:
        threshold = types[told.type].threshold if told.type and told.type in types else None
        return "below threshold", "change_threshold", {
            "type": told.type, "probability": told.tag_probability, "threshold": threshold,
        }  # fmt: skip
    return "not alerted", "change_alert", {"type": told.type, "probability": told.tag_probability}


def _late(one: Told | Text, end: Outcome) -> tuple[Reason, str, dict[str, Any]]:
    hours = (end.occurred_at - (one.published_at or end.occurred_at)).total_seconds() / 3600
    return "crawled late", "change_cadence", {"source": one.source, "hours": max(int(hours), 1)}


def _unmatched(text: Text, client: Client, end: Outcome) -> Held:
    if text.first_seen_at >= end.occurred_at:
        return _held(text, *_late(text, end))
    alias = " ".join(telling_words(client))
    return _held(text, "not resolved", "change_alias", {"alias": alias, "client_id": client.client_id})


def _held(one: Told | Text, lost: Reason, change: str, values: dict[str, Any]) -> Held:
    published = one.published_at.date() if one.published_at else None
    return Held(one.document_id, one.source, one.title, published, one.first_seen_at.date(), lost, change, values)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
