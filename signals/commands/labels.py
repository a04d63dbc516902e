"""`oncu label`: judge mentions, exchange labels with other tools, see how far people agree."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oncu.classifiers.learned.label_shapes import SHAPES, Shape, ShapeError
from oncu.classifiers.learned.labels import Queue
from oncu.config.noise_classes import load_noise_classes
from oncu.config.problems import Problem
from oncu.config.settings import Settings, load_settings
from oncu.config.specs import SignalSpec

from .console import catalogue_in, open_storage, read_clock, say, warn

if TYPE_CHECKING:
    from oncu.storage.database import Database

    from ..words import Words

SHOWN = 50  # bad lines on the terminal

By = Annotated[str, typer.Option("--by", help="Who judges: a user name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
InShape = Annotated[Shape, typer.Option("--shape", help="The tool the file is of.")]
Count = Annotated[int, typer.Option("--n", min=1, max=2_000, help="How many mentions.")]
Wanted = Annotated[
    Queue | None,
    typer.Option("--queue", help="Only uncertain, audit or disputed ones; else seven, two and one of ten."),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    label = typer.Typer(no_args_is_help=True, help="Labels: what people say of mentions.")
    label.command("next", epilog="Example: oncu label next --by ece --n 3")(show_next)
    label.command("give", epilog="Example: oncu label give 5267b65a insolvency --by ece")(give)
    label.command("export", epilog="Example: oncu label export tasks.json --shape label-studio --by ece")(export)
    label.command("import", epilog="Example: oncu label import done.jsonl --shape doccano --by ece")(import_)
    label.command("agreement", epilog="Example: oncu label agreement")(show_agreement)
    label.command("history", epilog="Example: oncu label history 5267b65a")(show_history)
    app.add_typer(label, name="label")


def show_next(by: By, n: Count = 1, queue: Wanted = None, as_json: AsJson = False) -> None:
    """Show the next mentions to judge; what the model thinks of them is not shown, it would draw the answer."""
    from ..learning.asking import fill_candidates, next_questions
    from ..learning.labelling import options_of

    settings = load_settings()
    with open_storage(settings) as database:
        types = read_types(database, settings)
        fill_candidates(database, types)
        questions = next_questions(database, by, n, queue=queue)
    if as_json:
        rows = [asdict(q) | {"seen_at": q.seen_at.isoformat()} for q in questions]
        say(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for question in questions:
        say(f"{question.item[:8]}  {question.client} · {question.source} · {question.seen_at:%Y-%m-%d}")
        say(f"  {question.text}\n")
    words = words_of(settings)
    if questions:
        say(words("label_choices", options=", ".join(options_of(types, load_noise_classes()))))
        say(words("label_how", item=questions[0].item[:8], by=by))
    else:
        say(words("label_nothing_left"))


def give(
    item: Annotated[str, typer.Argument(help="A mention's id or its beginning.")],
    choices: Annotated[list[str], typer.Argument(help="Types that hold, noise:CODE, none or unsure.")],
    by: By,
) -> None:
    """Say which signal types a mention tells of its client."""
    from ..learning.labelling import give_answer

    settings = load_settings()
    noise = load_noise_classes()
    with open_storage(settings) as database:
        types = read_types(database, settings)
        label = give_answer(database, item, choices, by, read_clock(), types=types, noise=noise)
    said = ", ".join(sorted(choices))
    say(words_of(settings)("label_kept", item=label.mention_id[:8], choices=said, by=by))


def export(
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    shape: InShape,
    by: By,
    n: Count = 200,
    queue: Wanted = None,
) -> None:
    """Write the next mentions, and those already answered with their answers, for another labelling tool."""
    from ..learning.asking import fill_candidates, next_questions
    from ..learning.labelling import export_labels, options_of

    settings = load_settings()
    with open_storage(settings) as database:
        types = read_types(database, settings)
        fill_candidates(database, types)
        questions = next_questions(database, by, n, queue=queue)
        options = options_of(types, load_noise_classes())
        content = export_labels(database, questions, shape, options, by, read_clock())
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file}: cannot be written ({error.strerror})") from None
    say(words_of(settings)("label_exported", file=file, n=len(questions)))


def import_(
    file: Annotated[Path, typer.Argument(help="A file as the tool exports it.")], shape: InShape, by: By
) -> None:
    """Keep the answers of a file; what was imported before changes nothing; bad rows are named, exit code 1."""
    from ..learning.labelling import import_labels

    settings = load_settings()
    noise = load_noise_classes()
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
    with open_storage(settings) as database:
        types = read_types(database, settings)
        try:
            found = import_labels(database, content, shape, by, read_clock(), types=types, noise=noise)
        except ShapeError as error:
            raise Problem(f"{file}: {error}; the shapes are {', '.join(SHAPES)}") from None
    words = words_of(settings)
    say(words("label_imported", answers=found.answers, new=found.new))
    for bad in found.bad[:SHOWN]:
        warn(f"{file}: {bad.place}: {bad.reason}")
    if found.bad:
        warn(words("label_left_out", file=file, n=len(found.bad)))
        raise typer.Exit(1)


def show_agreement(as_json: AsJson = False) -> None:
    """How far each two people agree: by type, and over all types; kappa is agreement beyond chance."""
    from ..learning.labelling import agreements

    settings = load_settings()
    with open_storage(settings) as database:
        found = agreements(database, read_types(database, settings))
    if as_json:
        say(json.dumps([asdict(row) for row in found], ensure_ascii=False, indent=2))
        return
    words = words_of(settings)
    for row in found:
        numbers = {"n": row.n, "agreed": words.number(row.agreed, 2)}
        kappa = "-" if row.kappa is None else words.number(row.kappa, 2)
        code = f"{words('label_all_types') if row.type == 'all' else row.type:<24}"
        say(words("label_agreement", first=row.first, second=row.second, type=code, kappa=kappa, **numbers))
    if not found:
        say(words("label_no_agreement"))


def show_history(
    item: Annotated[str | None, typer.Argument(help="A mention's id or its beginning; all without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every answer that was given, also those that were changed later, oldest first."""
    from oncu.storage.labels import label_history

    from ..learning.lines import history_line

    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection:
        found = [label for label in label_history(connection) if label.mention_id.startswith(item or "")]
    if as_json:
        rows: Iterable[dict[str, Any]] = (asdict(x) | {"labelled_at": x.labelled_at.isoformat()} for x in found)
        say(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    words = words_of(settings)
    for label in found:
        say(history_line(label, words))
    if not found:
        say(words("label_no_history"))


def words_of(settings: Settings) -> "Words":
    """The texts in the language of the digests."""
    from ..words import load_words

    return load_words(settings.digest.language, settings.timezone)


def read_types(database: "Database", settings: Settings) -> dict[str, SignalSpec]:
    """The signal types that are read from texts, as they were changed last. Raises ConfigError."""
    return {code: spec for code, spec in catalogue_in(database, settings).types.items() if not spec.derived}
