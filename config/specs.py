"""Typed, strict shapes of the YAML files: a source is one file, a signal type is one file.

Every key is checked: an unknown key, a missing key or a wrong type is an error that `oncu.config.load` turns into
one line naming the file, the key and what to write instead.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .access import Basic, Headers, check_is_private, fill_headers, missing_variables, secrets_of, variables_of
from .derived import ChainRule, ContagionRule
from .readers import ApiReader, Dates, FeedReader, FileReader, ListingReader, SitemapReader, Windows
from .values import Bilingual, Category, Every, Origin, Reader, Side, Status, Strict, Template, Text, check_quiet


class Range(Strict):
    """The least and the most that is normal."""

    min: int = Field(ge=0)
    max: int = Field(ge=1)

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class Expect(Strict):
    """What a healthy crawl of the source brings: documents in one crawl, and the share of filled fields."""

    documents: Range
    fill: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}


class Provenance(Strict):
    """What every row of a registry is by its nature, whatever its words.

    `statuses`: values of a field that change the status, `{state: {İPTAL: cancelled}}`.
    """

    type: Text
    status: Status = "fact"
    statuses: dict[str, dict[str, Status]] = {}

    def status_of(self, fields: Mapping[str, str]) -> Status:
        """The status of a row with these fields."""
        found = (values.get(fields.get(name, "")) for name, values in self.statuses.items())
        return next((status for status in found if status), self.status)


class SourceSpec(Strict):
    """One source of documents, `config/sources/<name>.yml`; the name is the file's.

    `verified`: its shape was tested on a real payload. `to_check`: what a person must look at before switching it on.
    `traces`: codes of the signal types it can bring; news without any may tell of all of them.
    `headers` and `basic`: what the source's own host is sent with every request; keys are `${VARIABLES}`.
    `tax_numbers`: fields with Turkish tax numbers that come without their first digit; the check digit gives it back.
    `ignore`: rows that are no documents, by the value of a field; an empty value stands for a missing one.
    `cost_month`: what it costs the bank a month, in its currency; the scoreboard then says what a right alert cost.
    """

    name: str
    title: Text
    publisher: Text
    language: Literal["tr", "en"] = "tr"
    category: Category
    origin: Origin
    reader: Reader
    url: Text
    every: Every
    enabled: bool = True
    verified: bool = False
    terms: Text
    robots: Text = "Honoured as it stands at each visit."
    personal_data: Text
    cost: Text | None = None
    cost_month: float | None = Field(default=None, gt=0)
    to_check: list[Text] = []
    traces: list[Text] = []
    expect: Expect
    quiet: Annotated[str, AfterValidator(check_quiet)] | None = None
    headers: Headers = {}
    basic: Basic | None = None
    windows: Windows | None = None
    feed: FeedReader = FeedReader()
    sitemap: SitemapReader | None = None
    listing: ListingReader | None = None
    api: ApiReader | None = None
    file: FileReader | None = None
    templates: dict[Literal["title", "text", "url", "key"], Template] = {}
    lookups: dict[str, dict[str, str]] = {}
    dates: Dates | None = None
    tax_numbers: list[Text] = []
    ignore: dict[str, list[str]] = {}
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _has_its_reader(self) -> Self:
        if self.reader != "feed" and getattr(self, self.reader) is None:
            raise ValueError(f"reader is {self.reader!r}, so a block {self.reader!r} is needed")
        others = [r for r in ("sitemap", "listing", "api", "file") if r != self.reader and getattr(self, r) is not None]
        if others:
            raise ValueError(f"reader is {self.reader!r}, so the block {others[0]!r} has no effect; remove it")
        return self

    @model_validator(mode="after")
    def _says_what_to_check(self) -> Self:
        if not (self.enabled or self.verified or self.to_check):
            raise ValueError("neither enabled nor verified: add to_check, what to look at before switching it on")
        return self

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.is_dropped:
            _check_drop(self.url, self.reader)
        elif not re.match(r"https?://[^/\s\\@{}]+(/|$)", self.url):
            raise ValueError(f"url {self.url!r} is not an http or https address without user name")
        return self

    @model_validator(mode="after")
    def _has_windows_where_they_are_used(self) -> Self:
        sent = str(self.api.post.body) if self.api and self.api.post else ""
        used = any(mark in self.url + sent for mark in ("{from}", "{to}"))
        if used and self.windows is None:
            raise ValueError('{from} or {to} is used, so a block "windows" is needed (format, days, step_days)')
        if self.windows and not used:
            raise ValueError("windows has no effect: neither {from} nor {to} stands in url or api.post; remove it")
        return self

    @model_validator(mode="after")
    def _keeps_its_keys(self) -> Self:
        if self.is_dropped and (self.headers or self.basic):
            raise ValueError("headers and basic have no effect on files of the drop folder; remove them")
        if self.basic and any(name.lower() == "authorization" for name in self.headers):
            raise ValueError("basic and the header Authorization: say in one way who asks; remove one")
        sent = str(self.api.post.body) if self.api and self.api.post else ""
        if "${" in self.url + sent:
            raise ValueError("a key in url or api.post would be kept with every address; send it in headers or basic")
        if self.variables:
            check_is_private(self.url)
        return self

    @property
    def variables(self) -> list[str]:
        """The environment variables with its keys."""
        return variables_of(self.headers, self.basic)

    @property
    def missing_variables(self) -> list[str]:
        """Those of its variables that are not set."""
        return missing_variables(self.headers, self.basic)

    def filled_headers(self) -> dict[str, str]:
        """The headers with the values of their variables; they are sent and kept nowhere. Raises MissingKey."""
        return fill_headers(self.name, self.headers, self.basic)

    def secrets(self) -> list[str]:
        """What must stand in no log, issue, page or table."""
        return secrets_of(self.headers, self.basic)

    @property
    def is_dropped(self) -> bool:
        """Whether its files lie in the drop folder of the settings and not in the web."""
        return self.url.startswith("drop:")


def _check_drop(url: str, reader: str) -> None:
    parts = url.removeprefix("drop:").split("/")
    if reader != "file" or not all(part and not part.startswith(".") and "\\" not in part for part in parts):
        raise ValueError(f"url {url!r}: drop: is for reader file, as in drop:notices/*.csv (inside crawl.drop_folder)")


class Cue(Strict):
    """A stem pattern on folded text and how sure it makes us on its own.

    `pattern`: words of the pattern separated by spaces. `kapasite*` is a stem; `~2` lets up to two words lie between;
    `(sat|devret)*` is a choice; a trailing `?` makes a word optional. `p` is the probability of the type where the
    pattern stands alone. `near` patterns must, `unless` patterns must not occur in the same sentence.
    """

    pattern: Text
    p: float = Field(0.7, gt=0, lt=1)
    language: Literal["tr", "en", "de"] = "tr"
    near: list[Text] = []
    unless: list[Text] = []


class Examples(Strict):
    """Sentences of ours, about invented firms, in which the type holds and in which it does not."""

    holds: list[Text]
    fails: list[Text]


class BilingualExamples(Strict):
    """The examples of a type in both languages."""

    tr: Examples
    en: Examples


class SignalSpec(Strict):
    """One signal type, `config/signals/<code>.yml`; the code is the file's name.

    `not_from`: source categories whose authors do not speak of the client with these words (who writes "icra" to a
    complaint site means their own).
    `alert_after`: how many stories an episode needs before it alerts (one complaint is no news, the third is).
    `muted_by`: while the client has an open episode of one of these types, no digest carries this one.
    `chain`, `contagion`: how a derived type follows from others; `threshold` is the probability it takes.
    """

    code: str
    title: Bilingual
    side: Side
    outcome: Text
    definition: Bilingual
    talking_point: Bilingual
    horizon_days: int = Field(ge=1)
    merge_days: int = Field(30, ge=1)
    half_life_days: float = Field(gt=0)
    severity: float = Field(gt=0, le=1)
    threshold: float = Field(0.5, gt=0, lt=1)
    alert_after: int = Field(1, ge=1)
    not_from: list[Category] = []
    derived: bool = False
    muted_by: list[Text] = []
    chain: ChainRule | None = None
    contagion: ContagionRule | None = None
    cues: list[Cue] = []
    unless: list[Text] = []
    examples: BilingualExamples | None = None

    @model_validator(mode="after")
    def _has_cues_and_examples(self) -> Self:
        if self.derived:
            if self.cues or self.examples:
                raise ValueError("a derived type is counted, not read: remove cues and examples")
            return self
        if self.chain or self.contagion:
            raise ValueError("chain and contagion are rules of derived types; remove them or write derived: true")
        if not self.cues:
            raise ValueError("cues: at least one is needed")
        if self.examples is None:
            raise ValueError("examples: needed (tr: three that hold and three that fail, en: one and one)")
        for language, least in (("tr", 3), ("en", 1)):
            pair: Examples = getattr(self.examples, language)
            for kind in ("holds", "fails"):
                found = len(getattr(pair, kind))
                if found < least:
                    raise ValueError(f"examples.{language}.{kind}: {found} given, at least {least} needed")
        return self
