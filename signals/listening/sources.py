"""Try a source without keeping anything: what would be stored, and a stored page for a test of it."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from oncu.config.load import describe_problem
from oncu.config.problems import Problem
from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.keep import KeptPage, kept_pages
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import create_database
from oncu.storage.documents import Document, documents_of

ENDINGS = (("html", "html"), ("json", "json"), ("xml", "xml"), ("rss", "xml"), ("csv", "csv"), ("pdf", "pdf"))
ALL = 10_000


@dataclass(frozen=True)
class Preview:
    """One visit that was thrown away: how it ended, and the documents it would have stored."""

    result: SourceResult
    documents: tuple[Document, ...]

    @property
    def found(self) -> int:
        """How many documents there would be."""
        saved = self.result.saved
        return saved.new + saved.changed + saved.seen


def preview(
    spec: SourceSpec, settings: CrawlSettings, now: datetime, *, url: str | None = None, limit: int = ALL
) -> Preview:
    """Visit one page of a source's list, with what hangs on it, into a database that is thrown away.

    `url` is visited instead of the source's own; of the documents at most `limit` come back. Raises Problem where the
    source cannot be read at that address.
    """
    with TemporaryDirectory(prefix="oncu-preview-") as folder:
        return _visit(_one_page(spec, url), settings, now, Path(folder), limit)


def write_fixture(spec: SourceSpec, url: str, folder: Path, settings: CrawlSettings, now: datetime) -> Path:
    """Store the pages at an address and what is read from them as the next test of a source; the folder it wrote.

    Raises Problem where nothing was read: a test that expects nothing tests nothing.
    """
    with TemporaryDirectory(prefix="oncu-fixture-") as temporary:
        kept = Path(temporary) / "pages"
        kept.mkdir()
        keeping = settings.model_copy(update={"keep_pages": kept})
        found = _visit(_one_page(spec, url), keeping, now, Path(temporary), ALL)
        if not found.documents:
            raise Problem(f"{url}: no document, so there is nothing to test; {_why(found.result)}")
        return _write(folder / spec.name, kept, url, now, found)


def describe_preview(found: Preview) -> Iterator[str]:
    """The lines that show a preview: the outcome, each document with its fields, each issue."""
    result = found.result
    yield f"{result.status}: {result.pages} pages, {found.found} documents; nothing was stored"
    for document in found.documents:
        yield ""
        yield f"{document.published_at.isoformat() if document.published_at else 'undated':<26} {document.title}"
        yield from (f"    {name}: {value}" for name, value in _shown(document))
    if result.issues:
        yield ""
    yield from (f"issue  {issue.kind}: {issue.place}: {issue.problem}" for issue in result.issues)


def preview_json(found: Preview) -> dict[str, Any]:
    """A preview as `oncu sources preview --json` prints it."""
    result = found.result
    return {
        "source": result.source,
        "status": result.status,
        "pages": result.pages,
        "found": found.found,
        "documents": [document_json(document) for document in found.documents],
        "issues": [{"kind": i.kind, "place": i.place, "problem": i.problem} for i in result.issues],
    }


def document_json(document: Document) -> dict[str, Any]:
    """What a test of a source compares: all that was read, without ids, the crawler's clock and the author."""
    moment = document.published_at
    row = {
        "key": document.natural_key,
        "title": document.title,
        "text": document.text,
        "url": document.url,
        "published_at": moment.isoformat() if moment else None,
        "language": document.language,
        "fields": dict(sorted(document.fields.items())),
    }
    return row | ({"quarantine": document.quarantine} if document.quarantine else {})


def _one_page(spec: SourceSpec, url: str | None) -> SourceSpec:
    """The source with one page of its list; at another address it is checked anew."""
    limited = spec.model_copy(update={"quiet": None})  # somebody is there and wants to see it now
    block = getattr(spec, spec.reader)
    if hasattr(block, "max_pages"):
        limited = limited.model_copy(update={spec.reader: block.model_copy(update={"max_pages": 1})})
    if url is None:
        return limited
    try:
        return SourceSpec.model_validate(limited.model_dump(mode="json", exclude_unset=True) | {"url": url})
    except ValidationError as error:
        raise Problem(f"{url}: {describe_problem(error.errors()[0], SourceSpec)[1]}") from None


def _visit(spec: SourceSpec, settings: CrawlSettings, now: datetime, folder: Path, limit: int) -> Preview:
    address = f"sqlite:///{folder / 'preview.db'}"
    database = create_database(address)
    try:
        [result] = crawl([spec], settings, address, now)
        with database.read() as connection:
            return Preview(result, tuple(documents_of(connection, spec.name, limit=limit)))
    finally:
        database.close()


def _why(result: SourceResult) -> str:
    first = next(iter(result.issues), None)
    return first.problem if first else "the page holds none"


def _shown(document: Document) -> Iterator[tuple[str, str]]:
    if document.quarantine:
        yield "quarantined", document.quarantine
    if document.text:
        yield "text", document.text.replace("\n", " ")[:160]
    if document.url:
        yield "url", document.url
    yield from sorted(document.fields.items())


def _write(folder: Path, kept: Path, url: str, now: datetime, found: Preview) -> Path:
    with _next_folder(folder) as place:
        pages = [_copy(page, kept, place, number) for number, page in enumerate(kept_pages(kept), 1)]
        expected = {
            "url": url,
            "seen_at": now.isoformat(),
            "pages": pages,
            "status": found.result.status,
            "issues": sorted({issue.kind for issue in found.result.issues}),
            "documents": expected_documents(found.documents),
        }
        text = json.dumps(expected, ensure_ascii=False, indent=1)
        (place / "expected.json").write_text(text + "\n", encoding="utf-8")
    return place


def expected_documents(documents: Iterable[Document]) -> list[Mapping[str, Any]]:
    """The documents of a fixture, by key."""
    return sorted((document_json(document) for document in documents), key=lambda row: str(row["key"]))


@contextmanager
def _next_folder(folder: Path) -> Iterator[Path]:
    """A new numbered folder, gone again where something goes wrong."""
    taken = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()]
    place = folder / str(max(taken, default=0) + 1)
    place.mkdir(parents=True)
    try:
        yield place
    except BaseException:
        shutil.rmtree(place)
        raise


def _copy(page: KeptPage, kept: Path, place: Path, number: int) -> dict[str, str]:
    ending = next((ending for word, ending in ENDINGS if word in page.content_type), "bin")
    name = f"page{'' if number == 1 else f'-{number}'}.{ending}"
    shutil.copyfile(kept / page.file, place / name)
    return {"url": page.url, "content_type": page.content_type, "file": name}
