"""A whole line that may be killed, for the tests of what is never lost and never doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..signals.inbox import free_port
from .line import Line, open_line


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A bank of ten clients to whom forty events may happen."""
    with open_line(tmp_path, 200, free_port()) as opened:
        yield opened
