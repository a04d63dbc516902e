"""What every page is made from: database, catalogue, settings, clock, and who reads in what language."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from oncu.config.load import ConfigError
from oncu.config.settings import Settings
from oncu.storage.access import ROLES
from oncu.storage.audit import write_audit
from oncu.storage.clients import Client
from oncu.storage.database import Database
from oncu.storage.people import Person, has_people
from oncu.storage.wall import Viewer, Wall, Walled, build_wall, check_seen

from ..clients.gather import Ranked
from ..faces.board import Flagged
from ..faces.cards import Face
from ..flow.pipeline import Catalogue
from ..flow.taxonomy import in_force
from ..people.accounts import person_of_session
from ..people.guesses import Guesses
from ..words import Words, load_words
from .kept import Kept
from .search import ClientFinder

if TYPE_CHECKING:
    from ..people.provider import Provider

LANGUAGES = ("tr", "en")
log = logging.getLogger(__name__)
COOKIE = "lang"
SESSION = "oncu_session"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NOBODY = Person("", "", frozenset(), created_by="", created_at=LONG_AGO)


class NotForThem(Exception):
    """The page, or the change, is not for any role of this person."""

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__(", ".join(roles))
        self.roles = tuple(roles)


@dataclass(frozen=True)
class Site:
    """One running application. `clock` is the only way to the time of day.

    `actor`: by whose name changes are signed until the bank has accounts; then everybody logs in. `reader`: the
    address by which those who have logged in read, where it is another. `hosts`: the names the pages are asked for by;
    empty for any.
    """

    database: Database
    catalogue: Catalogue
    settings: Settings
    clock: Callable[[], datetime]
    actor: str = "local"
    hosts: frozenset[str] = frozenset()
    reader: str | None = None
    finder: ClientFinder = field(default_factory=ClientFinder)
    guesses: Guesses = field(default_factory=Guesses)
    flagged: Kept[tuple[list[Flagged], dict[str, Client]]] = field(default_factory=Kept)
    in_time: Kept[tuple[int, int]] = field(default_factory=Kept)
    strangers: Kept[list[Ranked]] = field(default_factory=Kept)

    @cached_property
    def wall(self) -> Wall:
        """What those who have logged in read through."""
        return build_wall(self.database, self.reader)

    @cached_property
    def provider(self) -> "Provider | None":
        """The bank's identity provider; or none. Raises Problem where its secret is missing."""
        if self.settings.oidc is None:
            return None
        from ..people.provider import provider_of  # slow to load, and few banks start with it

        return provider_of(self.settings.oidc)

    def words(self, language: str) -> Words:
        """The texts of a language."""
        return load_words(language, self.settings.timezone)

    def reader_of(self, request: Request, now: datetime) -> Person:
        """Who asks: whose session it is, or NOBODY; while there are no accounts, whoever started the pages."""
        if secret := request.cookies.get(SESSION):
            return person_of_session(self.database, secret, self.settings.access, now) or NOBODY
        with self.database.read() as connection:
            has_accounts = has_people(connection)
        return NOBODY if has_accounts else open_person(self.actor)


@dataclass(frozen=True)
class Visit:
    """One request: the site, the moment, who reads, and in what language."""

    site: Site
    request: Request
    now: datetime
    person: Person
    words: Words

    @property
    def actor(self) -> str:
        """By what name this reader's changes are signed."""
        return self.person.name

    @property
    def is_open(self) -> bool:
        """Whether the pages have no accounts yet, so that whoever started them reads and does everything."""
        return self.person.created_at == LONG_AGO and self.person != NOBODY

    @property
    def day(self) -> date:
        """The day where the bank is."""
        return self.now.astimezone(self.words.zone).date()

    def midnight(self, day: date) -> datetime:
        """When a day begins where the bank is."""
        return datetime.combine(day, time(), self.words.zone)

    @property
    def database(self) -> Database:
        """The database as this reader sees it. Everything a page shows is read from here."""
        if self.is_open:
            return self.site.database
        return self.site.wall.seen_by(Viewer(self.person.name, self.day))

    def seen(self) -> frozenset[str] | None:
        """The ids of the clients this reader sees; None where it is all of them."""
        database = self.database
        return database.seen() if isinstance(database, Walled) else None

    def about(self, client_ids: Collection[str]) -> Database:
        """The database itself, to write something about these clients. Raises NotYours unless all of them are seen."""
        if not self.is_open:
            with self.database.read() as connection:
                check_seen(connection, client_ids)
        return self.site.database

    def as_role(self, *roles: str) -> Database:
        """The database itself, for a change that only these roles may make. Raises NotForThem."""
        if not self.person.has(*roles):
            raise NotForThem(roles)
        return self.site.database

    def note(self, action: str, subject: str, reason: str | None = None) -> None:
        """Note in the trail what this reader looked at or took home; without accounts there is nobody to name."""
        if self.is_open:
            return
        with self.site.database.write() as connection:
            write_audit(connection, self.actor, action, subject, self.now, reason=reason)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The sources and the types in force: as analysts changed them last."""
        try:
            return in_force(self.site.database, self.site.catalogue)
        except ConfigError as error:  # kept by an older program; oncu doctor names it too
            log.error("a changed signal type cannot be used, the files' types are: %s", error)
            return self.site.catalogue

    @property
    def face(self) -> Face:
        """How alerts are written for this reader."""
        catalogue = self.catalogue
        return Face(self.words, catalogue.types, catalogue.sources, self.site.settings)


def open_person(name: str) -> Person:
    """Whoever started pages that have no accounts: every role is theirs."""
    return Person(name, name, frozenset(ROLES), created_by=name, created_at=LONG_AGO)


def visit_of(request: Request) -> Visit:
    """The request with what pages need, made once; the language is the cookie's, the reader's, or of the settings."""
    known = getattr(request.state, "visit", None)
    if isinstance(known, Visit):
        return known
    site = cast(Site, request.app.state.site)
    now = site.clock()
    person = site.reader_of(request, now)
    request.state.visit = Visit(site, request, now, person, site.words(_language(site, request, person)))
    return cast(Visit, request.state.visit)


def _language(site: Site, request: Request, person: Person) -> str:
    wanted = request.cookies.get(COOKIE, "")
    if wanted in LANGUAGES:
        return wanted
    has_account = person.created_at > LONG_AGO
    return person.language if has_account else site.settings.digest.language


Visitor = Annotated[Visit, Depends(visit_of)]
