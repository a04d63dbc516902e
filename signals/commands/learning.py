"""`oncu train`, `oncu models` and `oncu signals try`: the machine's half of the loop."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oncu.config.noise_classes import load_noise_classes
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, say
from .labels import read_types

if TYPE_CHECKING:
    from oncu.classifiers.learned.evaluate import Comparison

    from ..learning.models import Course, Match

By = Annotated[str, typer.Option("--by", help="Who does it: a user name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Name = Annotated[str, typer.Argument(help="A model's id or its beginning, newest, or active.")]
Reason = Annotated[str | None, typer.Option(help="Why; needed where it is done by hand.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("train", epilog="Example: oncu train --by ece")(train)
    models = typer.Typer(no_args_is_help=True, help="Trained models, and which one reads.")
    models.command("list", epilog="Example: oncu models list")(list_models)
    models.command("show", epilog="Example: oncu models show newest")(show)
    models.command("compare", epilog="Example: oncu models compare newest active")(compare)
    models.command("promote", epilog="Example: oncu models promote newest --by ece")(promote)
    models.command("why", epilog='Example: oncu models why newest strike "İşçiler greve çıktı"')(why)
    models.command("rollback", epilog='Example: oncu models rollback --by ece --reason "too many alerts"')(rollback)
    app.add_typer(models, name="models")


def train(by: By, as_json: AsJson = False) -> None:
    """Train the learned tagger on our examples, the registries and what people said; it reads only when promoted."""
    from ..learning.models import train_model

    settings = load_settings()
    course = _course(settings)
    with open_storage(settings) as database:
        model = train_model(database, course, settings.models_folder, by, read_clock())
    if as_json:
        say(json.dumps(asdict(model) | {"trained_at": model.trained_at.isoformat()}, ensure_ascii=False, indent=2))
        return
    say(f"model {model.id}: {model.file}")
    for name, part in model.inputs.items():
        say(f"  {name:<18} {part['n']:>6}  sha256 {part['sha256'][:12]}")
    brier = model.report["brier"]
    say(f"  Brier of texts held out: {brier['before']:.4f}, calibrated {brier['after']:.4f}")
    say(f"it reads when it is promoted: oncu models compare {model.id}")


def list_models(as_json: AsJson = False) -> None:
    """All models, newest first; the one that reads is marked."""
    from oncu.storage.trained import active_model, load_trained

    with open_storage(load_settings()) as database, database.read() as connection:
        known, active = load_trained(connection), active_model(connection)
    reads = active.id if active else None
    if as_json:
        rows = [{"id": m.id, "trained_at": m.trained_at.isoformat(), "by": m.trained_by} for m in known]
        say(json.dumps([row | {"reads": row["id"] == reads} for row in rows], ensure_ascii=False, indent=2))
        return
    for model in known:
        labels = sum(model.inputs[part]["n"] for part in ("labels", "decisions"))
        mark = "reads" if model.id == reads else ""
        say(f"{model.id}  {model.trained_at:%Y-%m-%d %H:%M}  {model.trained_by:<12} {labels:>6} labels  {mark}")
    if reads is None:
        say("the cues read alone" if known else "no model yet, the cues read alone; train one: oncu train --by NAME")


def show(name: Name = "active", as_json: AsJson = False) -> None:
    """What a model was trained on, how good it is by type, its thresholds, and when it read."""
    from oncu.storage.trained import model_moves_of

    from ..learning.models import find_model

    with open_storage(load_settings()) as database:
        model = find_model(database, name)
        with database.read() as connection:
            moves = [move for move in model_moves_of(connection) if move.model_id == model.id]
    if as_json:
        say(json.dumps(asdict(model) | {"trained_at": model.trained_at.isoformat()}, ensure_ascii=False, indent=2))
        return
    say(f"model {model.id}, trained {model.trained_at:%Y-%m-%d %H:%M} by {model.trained_by}")
    say(f"{model.file}  sha256 {model.sha256}  {model.library}")
    for part, found in model.inputs.items():
        say(f"  {part:<18} {found['n']:>6}  sha256 {found['sha256'][:12]}")
    for kind in ("types", "noise"):
        for code, row in model.report[kind].items():
            say(_head_line(code, row))
    for move in moves:
        say(f"{move.moved_at:%Y-%m-%d %H:%M}  {move.kind} by {move.moved_by}: {move.reason}")


def compare(
    name: Name = "newest",
    other: Annotated[str, typer.Argument(help="Against: a model, active, or cues.")] = "active",
    as_json: AsJson = False,
) -> None:
    """A model against another (the cues alone where none reads): frozen set, newest month, changed decisions."""
    from oncu.storage.trained import active_model

    from ..learning.models import find_model, match_models

    settings = load_settings()
    course = _course(settings)
    with open_storage(settings) as database:
        new = find_model(database, name)
        with database.read() as connection:
            active = active_model(connection)
        old = active if other == "active" else None if other == "cues" else find_model(database, other)
        found = match_models(database, course, new, old, read_clock())
    if as_json:
        say(json.dumps(asdict(found) | {"reasons": found.reasons}, ensure_ascii=False, indent=2))
        return
    for line in match_lines(found):
        say(line)


def promote(
    name: Name,
    by: By,
    force: Annotated[bool, typer.Option("--force", help="Also where it is not better; needs --reason.")] = False,
    reason: Reason = None,
) -> None:
    """Let a model read from the next run on if it is better and worse in no type; else say why not, exit code 1."""
    from ..learning.models import find_model
    from ..learning.models import promote as move

    if force and not (reason or "").strip():
        raise typer.BadParameter("--force needs --reason: say why, it is kept in the trail")
    settings = load_settings()
    course = _course(settings)
    with open_storage(settings) as database:
        model = find_model(database, name)
        found = move(database, course, model, by, read_clock(), force=reason if force else None)
    if found:
        for line in match_lines(found):
            say(line)
    say(f"model {model.id} reads from the next run on; back again: oncu models rollback")


def rollback(by: By, reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")]) -> None:
    """Let the model read again that read before; without one the cues alone."""
    from ..learning.models import rollback as back

    if not reason.strip():
        raise typer.BadParameter("--reason is empty: say why, it is kept in the trail")
    with open_storage(load_settings()) as database:
        model = back(database, by, read_clock(), reason=reason)
    say(f"model {model.id} reads from the next run on" if model else "the cues read alone from the next run on")


def why(
    name: Name,
    head: Annotated[str, typer.Argument(help="A signal type or a noise class.")],
    text: Annotated[str, typer.Argument(help="The sentence.")],
) -> None:
    """The words of a sentence with their weights, which add up to the logit of a type or a noise class."""
    from ..learning.models import find_model, open_model, said_by_cues

    settings = load_settings()
    with open_storage(settings) as database:
        learned = open_model(database, find_model(database, name))
    if head not in (*learned.types, *(rule.code for rule in learned.noise)):
        raise Problem(f"model {name!r} does not know {head!r}; oncu models show {name} lists what it knows")
    parts = learned.explain(text, head, said_by_cues(_course(settings), text))
    for word, weight in parts:
        say(f"{weight:+8.3f}  {word}")
    total = sum(weight for _, weight in parts)
    say(f"{total:+8.3f}  together: probability {1 / (1 + math.exp(-total)):.3f}")


def try_type(
    code: Annotated[str, typer.Argument(help="A signal type.")],
    last: Annotated[int, typer.Option(min=1, help="How many of the newest mentions are read.")] = 5_000,
    as_json: AsJson = False,
) -> None:
    """What would a type have alerted? A dry run over the newest mentions of the archive; nothing is stored."""
    from ..learning.trial import try_type as dry_run

    settings = load_settings()
    types = read_types(settings)
    if code not in types:
        raise Problem(f"no signal type {code!r} that is read from texts; oncu signals list shows them")
    with open_storage(settings) as database:
        trial = dry_run(database, types[code], last=last)
    if as_json:
        hits = [asdict(hit) | {"seen_at": hit.seen_at.isoformat()} for hit in trial.hits]
        say(
            json.dumps({"mentions": trial.mentions, "alerts": trial.alerts, "hits": hits}, ensure_ascii=False, indent=2)
        )
        return
    for hit in trial.hits:
        say(f"{hit.seen_at:%Y-%m-%d}  {hit.client} · {hit.source} · {hit.status} · {hit.probability:.2f}")
        say(f"  “{hit.quote}”  {hit.reason}")
    since = f" since {trial.since:%Y-%m-%d}" if trial.since else ""
    tagged = f"{len(trial.hits)} would be tagged {code}, {trial.alerts} episodes would alert"
    say(f"{trial.mentions} mentions{since}: {tagged}")


def match_lines(match: "Match") -> list[str]:
    """A comparison in lines: both sets, each type that differs, the decisions that change, the verdict."""
    lines = [f"{match.new} against {match.old}"]
    for name, part in (("frozen set", match.frozen), ("newest month", match.newest)):
        lines += [f"{name}: {line}" for line in _comparison_lines(part)]
    changes = (match.frozen.changes + match.newest.changes)[:20]
    for change in changes:
        verdict = "right" if change.after == change.truth else "wrong"
        now = "accepts" if change.after else "rejects"
        lines.append(f"  now {now} {change.type}, {verdict}: {' '.join(change.text.split())[:100]}")
    reasons = match.reasons
    return [*lines, *(f"stays out: {reason}" for reason in reasons)] if reasons else [*lines, "may be promoted"]


def _comparison_lines(part: "Comparison") -> list[str]:
    main = part.main
    if not main.n:
        return ["no judged text yet; label some: oncu label next"]
    ends = " → ".join("-" if f1 is None else f"{f1:.3f}" for f1 in (part.old_f1, part.new_f1))
    lines = [
        f"F1 {ends}, {main.value:+.3f} ({main.low:+.3f} … {main.high:+.3f}) on {main.n} texts",
        f"decisions put right {part.fixed}, put wrong {part.broken} (McNemar p = {part.p_value:.3f})",
    ]
    moved = {code: d for code, d in part.types.items() if d.value}
    return lines + [f"{code} {d.value:+.3f} ({d.low:+.3f} … {d.high:+.3f})" for code, d in moved.items()]


def _head_line(code: str, row: Mapping[str, Any]) -> str:
    rates = "  ".join(
        f"{name} {'  -' if row[name] is None else format(row[name], '.2f')}" for name in ("auc", "precision", "recall")
    )
    joined = ""
    if "joined" in row:
        cues, text, shift, _ = row["joined"]
        joined = f"  threshold {row['threshold']:.2f}  cues ×{cues:.2f} text ×{text:.2f} {shift:+.2f}"
    return f"  {code:<24} n={row['positives']:<5} {rates}  Brier {row['brier']['after']:.3f}{joined}"


def _course(settings: Settings) -> "Course":
    from ..learning.models import Course

    return Course(read_types(settings), load_noise_classes(), load_catalogue(settings).sources)
