"""Letters that nobody sees and that turn what others see around: taken out of everything a page or a file shows."""

import re
from typing import Any

from markupsafe import Markup

# Zero-width and direction marks, embeddings, overrides, isolates, invisible operators, the byte order mark, controls.
UNSEEN = re.compile(r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tame(text: str) -> str:
    """The text without them; a joiner between letters goes too, which the languages of the pages do not use."""
    return UNSEEN.sub("", text)


def tame_value(value: Any) -> Any:
    """What a template writes: texts tamed, our own markup and everything else as it is."""
    return tame(value) if isinstance(value, str) and not isinstance(value, Markup) else value
