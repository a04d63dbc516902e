"""`oncu train`, `oncu models` and `oncu signals try`: the machine's half of the loop."""

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from oncu.config.noise_classes import load_noise_classes
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings

from .console import load_catalogue, open_storage, read_clock, say
from .labels import read_types, words_of

if TYPE_CHECKING:
    from oncu.storage.database import Database

    from ..learning.models import Course

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
    from ..learning.lines import input_lines
    from ..learning.models import train_model

    settings = load_settings()
    with open_storage(settings) as database:
        course = _course(database, settings)
        model = train_model(database, course, settings.models_folder, by, read_clock())
    if as_json:
        say(json.dumps(asdict(model) | {"trained_at": model.trained_at.isoformat()}, ensure_ascii=False, indent=2))
        return
    words = words_of(settings)
    say(words("model_trained", model=model.id, file=model.file))
    for line in input_lines(model, words):
        say(line)
    say(words("model_brier", **{when: words.number(x, 4) for when, x in model.report["brier"].items()}))
    say(words("model_next_step", model=model.id))


def list_models(as_json: AsJson = False) -> None:
    """All models, newest first; the one that reads is marked."""
    from oncu.storage.trained import active_model, load_trained

    from ..learning.lines import model_line

    settings = load_settings()
    words = words_of(settings)
    with open_storage(settings) as database, database.read() as connection:
        known, active = load_trained(connection), active_model(connection)
    reads = active.id if active else None
    if as_json:
        rows = [{"id": m.id, "trained_at": m.trained_at.isoformat(), "by": m.trained_by} for m in known]
        say(json.dumps([row | {"reads": row["id"] == reads} for row in rows], ensure_ascii=False, indent=2))
        return
    for model in known:
        say(model_line(model, model.id == reads, words))
    if reads is None:
        say(words("model_none_reads" if known else "model_none"))


def show(name: Name = "active", as_json: AsJson = False) -> None:
    """What a model was trained on, how good it is by type, its thresholds, and when it read."""
    from oncu.storage.trained import model_moves_of

    from ..learning.lines import model_lines
    from ..learning.models import find_model

    settings = load_settings()
    with open_storage(settings) as database:
        model = find_model(database, name)
        with database.read() as connection:
            moves = [move for move in model_moves_of(connection) if move.model_id == model.id]
    if as_json:
        say(json.dumps(asdict(model) | {"trained_at": model.trained_at.isoformat()}, ensure_ascii=False, indent=2))
        return
    for line in model_lines(model, moves, words_of(settings)):
        say(line)


def compare(
    name: Name = "newest",
    other: Annotated[str, typer.Argument(help="Against: a model, active, or cues.")] = "active",
    as_json: AsJson = False,
) -> None:
    """A model against another (the cues alone where none reads): frozen set, newest month, changed decisions."""
    from oncu.storage.trained import active_model

    from ..learning.lines import match_lines
    from ..learning.models import find_model, match_models

    settings = load_settings()
    with open_storage(settings) as database:
        course = _course(database, settings)
        new = find_model(database, name)
        with database.read() as connection:
            active = active_model(connection)
        old = active if other == "active" else None if other == "cues" else find_model(database, other)
        found = match_models(database, course, new, old, read_clock())
    if as_json:
        say(json.dumps(asdict(found) | {"reasons": found.reasons}, ensure_ascii=False, indent=2))
        return
    for line in match_lines(found, words_of(settings)):
        say(line)


def promote(
    name: Name,
    by: By,
    force: Annotated[bool, typer.Option("--force", help="Also where it is not better; needs --reason.")] = False,
    reason: Reason = None,
) -> None:
    """Let a model read from the next run on if it is better and worse in no type; else say why not, exit code 1.

    Where two analysts or more have accounts, the first only proposes it, and another confirms with the same command.
    """
    from ..learning.lines import match_lines
    from ..learning.models import find_model
    from ..learning.promotion import promote as move

    if force and not (reason or "").strip():
        raise typer.BadParameter("--force needs --reason: say why, it is kept in the trail")
    settings = load_settings()
    with open_storage(settings) as database:
        course = _course(database, settings)
        model = find_model(database, name)
        step = move(database, course, model, by, read_clock(), force=reason if force else None)
    words = words_of(settings)
    for line in match_lines(step.match, words) if step.match else ():
        say(line)
    say(words("model_will_read" if step.is_reading else "model_waits", model=model.id))


def rollback(by: By, reason: Annotated[str, typer.Option(help="Why; it is kept in the trail.")]) -> None:
    """Let the model read again that read before; without one the cues alone."""
    from ..learning.promotion import rollback as back

    if not reason.strip():
        raise typer.BadParameter("--reason is empty: say why, it is kept in the trail")
    settings = load_settings()
    with open_storage(settings) as database:
        model = back(database, by, read_clock(), reason=reason)
    words = words_of(settings)
    say(words("model_reads_again", model=model.id) if model else words("model_cues_again"))


def why(
    name: Name,
    head: Annotated[str, typer.Argument(help="A signal type or a noise class.")],
    text: Annotated[str, typer.Argument(help="The sentence.")],
) -> None:
    """The words of a sentence with their weights, which add up to the logit of a type or a noise class."""
    from ..learning.models import find_model, open_model, said_by_cues

    settings = load_settings()
    with open_storage(settings) as database:
        learned, course = open_model(database, find_model(database, name)), _course(database, settings)
    if head not in (*learned.types, *(rule.code for rule in learned.noise)):
        raise Problem(f"model {name!r} does not know {head!r}; oncu models show {name} lists what it knows")
    parts = learned.explain(text, head, said_by_cues(course, text))
    for word, weight in parts:
        say(f"{weight:+8.3f}  {word}")
    total = sum(weight for _, weight in parts)
    p = 1 / (1 + math.exp(-total))
    say(words_of(settings)("model_together", total=f"{total:+8.3f}", p=f"{p:.3f}"))


def try_type(
    code: Annotated[str, typer.Argument(help="A signal type.")],
    last: Annotated[int, typer.Option(min=1, help="How many of the newest mentions are read.")] = 5_000,
    as_json: AsJson = False,
) -> None:
    """What would a type have alerted? A dry run over the newest mentions of the archive; nothing is stored."""
    from ..learning.lines import trial_lines
    from ..learning.trial import try_type as dry_run

    settings = load_settings()
    with open_storage(settings) as database:
        types = read_types(database, settings)
        if code not in types:
            raise Problem(f"no signal type {code!r} that is read from texts; oncu signals list shows them")
        trial = dry_run(database, types[code], last=last)
    if as_json:
        hits = [asdict(hit) | {"seen_at": hit.seen_at.isoformat()} for hit in trial.hits]
        say(
            json.dumps({"mentions": trial.mentions, "alerts": trial.alerts, "hits": hits}, ensure_ascii=False, indent=2)
        )
        return
    for line in trial_lines(trial, code, words_of(settings)):
        say(line)


def _course(database: "Database", settings: Settings) -> "Course":
    from ..learning.models import Course

    chosen = settings.learning.embeddings
    sources = load_catalogue(settings).sources
    return Course(read_types(database, settings), load_noise_classes(), sources, None if chosen == "off" else chosen)
