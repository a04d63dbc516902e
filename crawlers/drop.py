"""Files dropped into a local folder, fetched like pages: the same limits, the same "not modified", the same readers.

Their addresses are `drop://files/…`. Only the crawl itself makes such an address, from a source's file; a page or a
redirect that names one is refused like any other scheme.
"""

import os
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote, unquote

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.asyncio import run_in_thread

from oncu.config.problems import Problem

from .pages.page import Link

PREFIX = "drop://files/"
SLOT = "drop"
SETTING = "ONCU_DROP_FOLDER"
MAX_FILES = 10_000


class DropError(Problem):
    """The drop folder cannot be used; the text says why and what to do."""


def find_files(folder: Path | None, url: str) -> list[Link]:
    """The files of a `drop:` address, by name. Raises DropError where the folder is not set, or is none."""
    if folder is None:
        raise DropError(f"{url}: no drop folder; name one in the settings (crawl: drop_folder: FOLDER)")
    if not folder.is_dir():
        raise DropError(f"{url}: the drop folder {folder} is not there; create it or name another (crawl.drop_folder)")
    found = sorted(path for path in folder.glob(url.removeprefix("drop:")) if path.is_file())[:MAX_FILES]
    return [Link(PREFIX + quote(path.relative_to(folder).as_posix())) for path in found]


def find_path(folder: Path, url: str) -> Path:
    """The file behind an address. Raises IgnoreRequest where it lies outside the folder, also over a link."""
    path = (folder / unquote(url.removeprefix(PREFIX))).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise IgnoreRequest(f"{path.name} lies outside the drop folder")
    return path


class DropHandler:
    """Scrapy's way to the files of the drop folder."""

    lazy = False

    def __init__(self, crawler: object) -> None:
        settings = crawler.settings  # type: ignore[attr-defined]
        self._folder = Path(settings.get(SETTING) or os.devnull)
        self._max_bytes = settings.getint("DOWNLOAD_MAXSIZE")

    @classmethod
    def from_crawler(cls, crawler: object) -> "DropHandler":
        """Called by Scrapy."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """The file as an answer, or 304 where it is the one its ETag names."""
        if not request.meta.get(SLOT):
            raise IgnoreRequest("drop: addresses are no links")
        path = find_path(self._folder, request.url)
        status = path.stat()
        if status.st_size > self._max_bytes:
            raise IgnoreRequest(f"{path.name} of {status.st_size:,} bytes is over the limit of {self._max_bytes:,}")
        etag = f'"{status.st_size}-{status.st_mtime_ns}"'
        headers = {"ETag": etag, "Last-Modified": formatdate(status.st_mtime, usegmt=True)}
        if request.headers.get("If-None-Match") == etag.encode():
            return Response(request.url, status=304, headers=headers)
        return Response(request.url, body=await run_in_thread(path.read_bytes), headers=headers)

    async def close(self) -> None:
        """Nothing is kept open."""
