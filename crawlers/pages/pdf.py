"""The text of a PDF or a text file, whole or notice by notice."""

import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from oncu.config.readers import FileReader
from oncu.storage.shapes import Issue

from ..text import clean_line, clean_text
from .page import Page, Row

MAX_PAGES = 2_000
LEAST_TEXT = 20


def read_notices(file: FileReader, page: Page) -> Iterator[Row | Issue]:
    """One row for the file, or one for each match of `split`; an issue where it holds no text (a scanned page)."""
    try:
        title, text, left_out = extract_pdf(page.body)
    except ValueError as error:
        yield Issue("file", page.url, str(error))
        return
    if left_out:
        yield Issue("limit", page.url, f"{left_out} pages behind the first {MAX_PAGES} were not read")
    if len(text) < LEAST_TEXT:
        yield Issue("file", page.url, "the PDF holds no text; is it a scanned one? Pictures of text are not read")
        return
    yield from read_text(file, page, text, title)


def read_text(file: FileReader, page: Page, text: str, title: str = "") -> Iterator[Row | Issue]:
    """One row for a text, or one for each match of `split`; without a title its file's name is taken."""
    name = PurePosixPath(unquote(urlsplit(page.url).path)).stem
    parts = split_notices(text, file.split) if file.split else [text] if text else []
    if not parts:
        reason = f"nothing in it matches split {file.split!r}; has its layout changed?" if file.split else "it is empty"
        yield Issue("selector", page.url, reason)
    for number, part in enumerate(parts, 1):
        yield Row(_values(file, part, title or name, page, len(parts) > 1), f"{page.url} notice {number}")


def extract_pdf(body: bytes) -> tuple[str, str, int]:
    """The title the file claims, its text, and how many pages beyond the limit were left out. Raises ValueError."""
    import pypdf  # slow to load
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(body))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("the PDF is locked with a password")
        pages = [page.extract_text() for page in reader.pages[:MAX_PAGES]]
        title = clean_line(str(reader.metadata.get("/Title") or "")) if reader.metadata else ""
        return title, clean_text("\n".join(pages)), max(0, len(reader.pages) - MAX_PAGES)
    except (PyPdfError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a PDF that can be read ({type(error).__name__})") from None


def split_notices(text: str, split: str) -> list[str]:
    """The text from each match to the next; what stands before the first is no notice."""
    starts = [found.start() for found in re.finditer(split, text, re.MULTILINE)]
    ends = [*starts[1:], len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=False)]


def _values(file: FileReader, text: str, title: str, page: Page, is_part: bool) -> dict[str, str]:
    found = {name: re.search(expression, text) for name, expression in file.fields.items()}
    values = {name: clean_line(match[1] or "") for name, match in found.items() if match}
    own = {"title": text.partition("\n")[0] if is_part else title, "text": text}
    # One address for many notices cannot be their key: without a field `key` each is known by its words.
    url = page.url if page.url.startswith("http") and not is_part else ""
    return own | {"url": url} | values
