"""What every page is made from: database, catalogue, settings, clock, and who reads in what language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from oncu.config.settings import Settings
from oncu.storage.clients import Client
from oncu.storage.database import Database

from ..faces.board import Flagged
from ..faces.cards import Face
from ..flow.pipeline import Catalogue
from ..words import Words, load_words
from .kept import Kept
from .search import ClientFinder

LANGUAGES = ("tr", "en")
COOKIE = "lang"


@dataclass(frozen=True)
class Site:
    """One running application. `clock` is the only way to the time of day.

    `actor`: by whose name changes are signed. `hosts`: the names the pages are asked for by; empty for any.
    """

    database: Database
    catalogue: Catalogue
    settings: Settings
    clock: Callable[[], datetime]
    actor: str = "local"
    hosts: frozenset[str] = frozenset()
    finder: ClientFinder = field(default_factory=ClientFinder)
    flagged: Kept[tuple[list[Flagged], dict[str, Client]]] = field(default_factory=Kept)

    def words(self, language: str) -> Words:
        """The texts of a language."""
        return load_words(language, self.settings.timezone)


@dataclass(frozen=True)
class Visit:
    """One request: the site, the moment, and the language of the reader."""

    site: Site
    request: Request
    now: datetime
    words: Words

    @property
    def actor(self) -> str:
        """Who acts: until there are accounts the one name the pages were started with."""
        return self.site.actor

    @property
    def face(self) -> Face:
        """How alerts are written for this reader."""
        catalogue = self.site.catalogue
        return Face(self.words, catalogue.types, catalogue.sources, self.site.settings)


def visit_of(request: Request) -> Visit:
    """The request with what pages need; the language is the cookie's, else that of the settings."""
    site = cast(Site, request.app.state.site)
    wanted = request.cookies.get(COOKIE, "")
    language = wanted if wanted in LANGUAGES else site.settings.digest.language
    return Visit(site, request, site.clock(), site.words(language))


Visitor = Annotated[Visit, Depends(visit_of)]
