"""How wide text is written for a terminal or a plain mail."""

import textwrap

WIDTH = 88


def indented(text: object, by: int) -> str:
    """Text wrapped to the width of the page and indented."""
    return textwrap.fill(str(text), WIDTH, initial_indent=" " * by, subsequent_indent=" " * by)
