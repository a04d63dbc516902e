"""`oncu demo`."""

from pathlib import Path
from typing import Annotated

import typer

from .console import say


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog="Example: oncu demo --dir /tmp/oncu-demo --fresh")(demo)


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where its database and pages are kept.")] = Path("oncu-demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what an earlier demo left there.")] = False,
) -> None:
    """Play the whole job on a small invented world, from crawl to score; a second time changes nothing."""
    from ..demo.run import play_demo

    play_demo(folder, fresh=fresh, say=say)
