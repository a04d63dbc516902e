"""Keep the pages of a visit as they came, for a stored page with its expected output."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

SETTING = "KEEP_PAGES"
INDEX = "pages.jsonl"


@dataclass(frozen=True)
class KeptPage:
    """One answer: what was asked for, the Content-Type header, the body's file beside the index."""

    url: str
    content_type: str
    file: str


class KeepPages:
    """Downloader middleware: writes every answer the readers get into a folder, in the order they came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(Path(str(crawler.settings[SETTING])))

    def process_response(self, request: Request, response: Response) -> Response:
        """Write the answer down and pass it on; errors and robots.txt are no pages."""
        if response.status == 200 and not request.url.endswith("/robots.txt"):
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            page = {"url": request.url, "content_type": kind, "file": f"{next(self.numbers)}.bin"}
            (self.folder / page["file"]).write_bytes(response.body)
            with (self.folder / INDEX).open("a", encoding="utf-8") as index:
                index.write(json.dumps(page, ensure_ascii=False) + "\n")
        return response


def kept_pages(folder: Path) -> Iterator[KeptPage]:
    """The pages kept in a folder, in the order they came."""
    index = folder / INDEX
    lines = index.read_text(encoding="utf-8").splitlines() if index.exists() else []
    yield from (KeptPage(**json.loads(line)) for line in lines)


def drop_kept_pages(folder: Path) -> int:
    """Remove the pages kept in a folder, and say how many: who is to be forgotten may stand on any of them."""
    pages = list(kept_pages(folder))
    for page in pages:
        (folder / Path(page.file).name).unlink(missing_ok=True)
    (folder / INDEX).unlink(missing_ok=True)
    return len(pages)
