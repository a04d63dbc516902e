"""`oncu remind`: deadlines of alerts that nobody has decided are told to those who should know."""

import json
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import catalogue_in, open_storage, read_clock, say, warn, words_of

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: oncu remind")(remind)


def remind(as_json: AsJson = False) -> None:
    """Tell who should know which alerts are nearly or over due: the owner at 75 %, the team's lead at 100 %, all leads
    at 150 % of the deadline, each once and in working hours. `oncu run` does the same.
    """
    from ..faces.urgent import send_unsent
    from ..review.desk import Desk
    from ..review.reminders import remind as put_out

    settings, now = load_settings(), read_clock()
    words = words_of(settings)
    with open_storage(settings) as database:
        catalogue = catalogue_in(database, settings)
        made = put_out(database, Desk(catalogue.types, settings), now)
        sent = send_unsent(database, catalogue, settings, words, read_clock)
    if as_json:
        say(json.dumps({"reminders": made, "sent": sent.sent, "unsent": sent.failed}))
    else:
        say(words("desk_reminded", n=made, sent=sent.sent))
    for problem in sent.problems:
        warn(words.line(f"not sent: {problem}"))
