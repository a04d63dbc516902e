"""The learning loop in lines for a terminal: models, comparisons, answers, dry runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from oncu.classifiers.learned.evaluate import Change, Comparison, Difference, Objection
from oncu.storage.labels import Label
from oncu.storage.trained import Move, TrainedModel

from ..words import Words
from .corpus import answer_of
from .models import Match
from .trial import Trial

SHOWN = 20  # changed decisions
LONGEST = 100  # code points of a text shown


def input_lines(model: TrainedModel, words: Words) -> list[str]:
    """What a model was trained on: each part with its n and the beginning of its digest."""
    return [
        words(
            "model_input",
            name=f"{words('model_input_' + part.replace(' ', '_')):<18}",
            n=f"{words.number(given['n']):>7}",
            digest=given["sha256"][:12],
        )
        for part, given in model.inputs.items()
    ]


def model_line(model: TrainedModel, reads: bool, words: Words) -> str:
    """One model of the list; the one that reads is marked."""
    labels = sum(model.inputs[part]["n"] for part in ("labels", "decisions"))
    return words(
        "model_row",
        model=model.id,
        at=words.moment(model.trained_at),
        by=f"{model.trained_by:<12}",
        n=f"{words.number(labels):>7}",
        mark=words("model_reads") if reads else "",
    ).rstrip()


def model_lines(model: TrainedModel, moves: list[Move], words: Words) -> Iterator[str]:
    """A model whole: file, inputs, each head on texts held out of it, and when it read."""
    yield words("model_head", model=model.id, at=words.moment(model.trained_at), by=model.trained_by)
    yield words("model_file", file=model.file, sha256=model.sha256, library=model.library)
    yield from input_lines(model, words)
    for kind in ("types", "noise"):
        yield from (_head_line(code, row, words) for code, row in model.report[kind].items())
    for move in moves:
        at = words.moment(move.moved_at)
        yield words(f"model_{move.kind}", at=at, by=move.moved_by, reason=move.reason)


def match_lines(match: Match, words: Words) -> list[str]:
    """A comparison: both sets, each type that differs, the decisions that change, the verdict."""
    old = words("match_cues") if match.old == "cues" else match.old
    lines = [words("match_title", new=match.new, old=old)]
    for name, part in (("frozen", match.frozen), ("newest", match.newest)):
        lines += [_of_part(name, line, words) for line in _comparison_lines(part, words)]
    lines += [_change_line(change, words) for change in (match.frozen.changes + match.newest.changes)[:SHOWN]]
    why = [_objection(reason, words) for reason in match.frozen.reasons]
    why += [_of_part("newest", _objection(reason, words), words) for reason in match.newly_worse]
    return lines + ([words("match_stays_out", why=reason) for reason in why] or [words("match_may_read")])


def history_line(label: Label, words: Words) -> str:
    """One answer: when, of which mention, by whom, what, and how it came."""
    way, _, shape = label.how.partition(":")
    return words(
        "label_history",
        at=words.moment(label.labelled_at),
        item=label.mention_id[:8],
        by=f"{label.labeller:<12}",
        choices=", ".join(answer_of(label).choices()),
        how=words(f"label_how_{way}", shape=shape),
    )


def trial_lines(trial: Trial, code: str, words: Words) -> Iterator[str]:
    """A dry run: what it would have tagged with the words, and how many episodes would alert."""
    for hit in trial.hits:
        day, p = words.day(hit.seen_at), words.number(hit.probability, 2)
        status = words(f"status_{hit.status}")
        yield words("trial_hit", at=day, client=hit.client, source=hit.source, status=status, p=p)
        yield words("trial_quote", quote=hit.quote, reason=words.reason(hit.reason))
    counts = {"mentions": words.number(trial.mentions), "hits": words.number(len(trial.hits)), "type": code}
    since = {"since": words.day(trial.since)} if trial.since else {}
    yield words("trial_together_since" if since else "trial_together", alerts=trial.alerts, **counts, **since)


def _comparison_lines(part: Comparison, words: Words) -> list[str]:
    if not part.main.n:
        return [words("match_no_texts")]
    old, new = (_rate(f1, words, 3) for f1 in (part.old_f1, part.new_f1))
    p = words.number(part.p_value, 3)
    return [
        words("match_main", old=old, new=new, change=_difference(part.main, words), n=part.main.n),
        words("match_decisions", fixed=part.fixed, broken=part.broken, p=p),
        *(words("match_type", type=c, change=_difference(d, words)) for c, d in part.types.items() if d.value),
    ]


def _of_part(name: str, line: str, words: Words) -> str:
    return words("match_part", part=words(f"match_{name}"), line=line)


def _change_line(change: Change, words: Words) -> str:
    verdict = words("match_right" if change.after == change.truth else "match_wrong")
    key = "match_now_accepts" if change.after else "match_now_rejects"
    return words(key, type=change.type, verdict=verdict, text=" ".join(change.text.split())[:LONGEST])


def _objection(reason: Objection, words: Words) -> str:
    change, n = _difference(reason.by, words), reason.by.n
    return words(f"objection_{reason.kind}", change=change, n=n, type=reason.type)


def _difference(found: Difference, words: Words) -> str:
    value, low, high = (_signed(x, words) for x in (found.value, found.low, found.high))
    return words("change", value=value, low=low, high=high)


def _signed(value: float, words: Words) -> str:
    return ("+" if value >= 0 else "") + words.number(value, 3)


def _head_line(code: str, row: Mapping[str, Any], words: Words) -> str:
    rates = {name: _rate(row[name], words, 2) for name in ("auc", "precision", "recall")}
    brier = words.number(row["brier"]["after"], 3)
    line = words("model_rates", code=f"{code:<24}", n=f"{row['positives']:<5}", brier=brier, **rates)
    if "joined" not in row:
        return line
    cues, text, alone = (words.number(x, 2) for x in row["joined"][:3])
    threshold = words.number(row["threshold"], 2)
    return line + words("model_joined", threshold=threshold, cues=cues, text=text, alone=alone)


def _rate(value: float | None, words: Words, digits: int) -> str:
    return "-" if value is None else words.number(value, digits)
