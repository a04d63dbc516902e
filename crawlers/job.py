"""What a crawling process is told to do, as one line of JSON."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec

from .pages.page import Window


@dataclass(frozen=True)
class Job:
    """What to crawl, how, into which database, and what time it is; with a `window`, what is past of it."""

    specs: tuple[SourceSpec, ...]
    settings: CrawlSettings
    database_url: str
    now: datetime
    window: Window | None = None

    def to_json(self) -> str:
        """One line that `from_json` reads back."""
        job = {
            "specs": [spec.model_dump(mode="json", exclude_unset=True) for spec in self.specs],
            "settings": self.settings.model_dump(mode="json"),
            "database_url": self.database_url,
            "now": self.now.isoformat(),
            "window": [self.window.start.isoformat(), self.window.end.isoformat()] if self.window else None,
        }
        return json.dumps(job)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The job `to_json` wrote."""
        job = json.loads(line)
        return cls(
            specs=tuple(SourceSpec.model_validate(spec) for spec in job["specs"]),
            settings=CrawlSettings.model_validate(job["settings"]),
            database_url=job["database_url"],
            now=datetime.fromisoformat(job["now"]),
            window=Window(*map(datetime.fromisoformat, job["window"])) if job["window"] else None,
        )
