"""Typed, strict shapes of the YAML files: a source is one file, a signal type is one file.

Every key is checked: an unknown key, a missing key or a wrong type is an error that `oncu.config.load` turns into
one line naming the file, the key and what to write instead.
"""

import re
import string
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import jmespath
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

Side = Literal["opportunity", "risk"]
Status = Literal["fact", "announced", "rumour", "denied", "cancelled", "past"]
Category = Literal["news", "registry", "complaint", "social", "classified"]
Origin = Literal["self", "authority", "customer", "employee", "competitor", "independent"]
Reader = Literal["feed", "sitemap", "listing", "api", "file"]

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Text = Annotated[str, Field(min_length=1)]


class Bilingual(Strict):
    """One text in Turkish and in English."""

    tr: Text
    en: Text


# ---------------------------------------------------------------------------------------------------- sources


def parse_every(value: object) -> object:
    """Turn "30m", "6h" or "1d" into a timedelta; anything else is refused."""
    found = re.fullmatch(r"(\d+)([mhd])", value) if isinstance(value, str) else None
    if not found or not int(found[1]):
        raise ValueError('write a number and a unit, such as "30m", "6h" or "1d"')
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def write_every(value: timedelta) -> str:
    """The text that `parse_every` reads, in the largest unit that fits."""
    minutes = value // timedelta(minutes=1)
    for letter, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{letter}"
    return f"{minutes}m"


def check_template(value: str) -> str:
    """Accept text with field names in braces: `{firm}: {stage}`."""
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(value) if name is not None]
    except ValueError as error:
        raise ValueError(f"not a template ({error}); write something like '{{firm}}: {{stage}}'") from None
    wrong = [name for name in names if not re.fullmatch(r"\w+", name)]
    if wrong:
        raise ValueError(f"{{{wrong[0]}}} is not the name of a field; write something like '{{firm}}: {{stage}}'")
    return value


def check_selector(value: str) -> str:
    """Accept a CSS selector as Scrapy understands it (`h1::text`, `a::attr(href)`)."""
    try:
        HTMLTranslator().css_to_xpath(value)
    except Exception as error:  # cssselect raises several unrelated types
        raise ValueError(f"not a CSS selector ({error}); write something like 'h1::text'") from None
    return value


def check_path(value: str) -> str:
    """Accept a JMESPath expression (`data.items`, `firms[0].name`)."""
    try:
        jmespath.compile(value)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"not a JSON path ({reason}); write something like 'data.items'") from None
    return value


Every = Annotated[timedelta, BeforeValidator(parse_every), PlainSerializer(write_every)]
Selector = Annotated[Text, AfterValidator(check_selector)]
JsonPath = Annotated[Text, AfterValidator(check_path)]
Template = Annotated[Text, AfterValidator(check_template)]


def check_expression(value: str) -> str:
    """Accept a regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from None
    return value


def check_quiet(value: str) -> str:
    """Accept hours of the day: "23:00-06:00" goes over midnight."""
    hour = r"([01]\d|2[0-3]):[0-5]\d"
    if not re.fullmatch(f"{hour}-{hour}", value) or value[:5] == value[6:]:
        raise ValueError('write two different times, such as "23:00-06:00"')
    return value


def check_codec(value: str) -> str:
    """Accept the name of a text encoding."""
    try:
        "".encode(value)
    except (LookupError, ValueError):
        raise ValueError(f"no encoding {value!r}; write one like utf-8 or windows-1254") from None
    return value


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


def check_zone(value: str) -> str:
    """Accept the name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone {value!r}; write one like Europe/Istanbul") from None
    return value


class Dates(Strict):
    """How the source writes its dates, where it is not day before month or not the clock of Istanbul.

    `formats` are those of strptime, `%m/%d/%Y`; a date that fits none of them is an issue, never a guess.
    """

    formats: list[Text] = Field(min_length=1)
    zone: Annotated[str, AfterValidator(check_zone)] = "Europe/Istanbul"


class Windows(Strict):
    """How `{from}` and `{to}` in an address or a request are written: both days belong to the window.

    `days`: how far back an ordinary visit asks. `step_days`: how many days a backfill asks for at once. `format` is
    that of strftime, or `epoch` (seconds).
    """

    format: Text = "%Y-%m-%d"
    days: int = Field(7, ge=1)
    step_days: int = Field(7, ge=1)


class Paging(Strict):
    """A number that is raised by `step` until a page brings nothing: pages (step 1) or offsets (step = page size)."""

    param: Text
    start: int = 1
    step: int = Field(1, ge=1)


class Cursor(Strict):
    """A mark in each answer that asks for the next one."""

    param: Text
    path: JsonPath


class Post(Strict):
    """What is sent by POST; the parameters of paging go into it (`a.b` lies inside `a`, in JSON)."""

    kind: Literal["json", "form"] = "json"
    body: dict[str, Any]


class FeedReader(Strict):
    """An RSS, Atom or JSON feed; the entries themselves are the documents."""


class SitemapReader(Strict):
    """A sitemap, or an index of them: pages it lists as new are the documents.

    An ordinary visit reads what is dated after the last one, at most `max_age_days` old. `include` is a regular
    expression of the addresses wanted; without `fields` the article of each page is extracted.
    """

    include: Annotated[Text, AfterValidator(check_expression)] | None = None
    max_age_days: int = Field(3, ge=1)
    max_pages: int = Field(50, ge=1)
    fields: dict[str, Selector] = {}


class ListingReader(Strict):
    """A list of items on one page or more.

    With `link`, the page behind each item is the document: `fields` are its selectors, and without them the article is
    extracted. Without `link` the item itself is the document and `fields` are read inside it.
    """

    item: Selector
    link: Selector | None = None
    next: Selector | None = None
    page: Paging | None = None
    max_pages: int = Field(20, ge=1)
    fields: dict[str, Selector] = {}

    @model_validator(mode="after")
    def _says_what_a_document_is(self) -> Self:
        if self.next and self.page:
            raise ValueError("next and page: say in one way how pages follow; remove one")
        if self.link is None and not self.fields:
            raise ValueError("neither link nor fields: add link (the page behind an item) or fields (inside the item)")
        return self


class ApiReader(Strict):
    """A JSON API: where its rows lie, how its pages follow (a link in `next`, a number or a cursor), what is in a row.

    It is asked by GET, or by POST where `post` says what to send.
    """

    items: JsonPath
    post: Post | None = None
    next: JsonPath | None = None
    page: Paging | None = None
    cursor: Cursor | None = None
    max_pages: int = Field(50, ge=1)
    fields: dict[str, JsonPath]

    @model_validator(mode="after")
    def _follows_in_one_way(self) -> Self:
        ways = [name for name in ("next", "page", "cursor") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)}: say in one way how pages follow; remove the others")
        return self


class FileReader(Strict):
    """A file that is dropped in a place: its form and which column is what.

    In JSON lines a column may be a JSON path. Of a PDF the whole text is one document, or one document begins at each
    match of `split`; its `fields` are regular expressions, whose first group is the value. `skip` lines stand above the
    header of a CSV or XLSX file; delimiter and encoding are found out unless they are given.
    """

    format: Literal["csv", "jsonl", "xlsx", "pdf"]
    fields: dict[str, Text]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Annotated[Text, AfterValidator(check_codec)] | None = None
    sheet: Text | None = None
    skip: int = Field(0, ge=0)
    split: Annotated[Text, AfterValidator(check_expression)] | None = None

    @model_validator(mode="after")
    def _has_only_what_its_form_knows(self) -> Self:
        forms = {"delimiter": "csv", "encoding": "csv jsonl", "sheet": "xlsx", "skip": "csv xlsx", "split": "pdf"}
        for name, fitting in forms.items():
            if getattr(self, name) and self.format not in fitting:
                raise ValueError(f"{name} has no effect on {self.format}; remove it")
        if self.format == "jsonl":
            for path in self.fields.values():
                check_path(path)
        if self.format == "pdf":
            for expression in self.fields.values():
                if not re.compile(check_expression(expression)).groups:
                    raise ValueError(f"{expression!r} has no group; write something like 'Esas No: (\\S+)'")
        return self


class SourceSpec(Strict):
    """One source of documents, `config/sources/<name>.yml`; the name is the file's.

    `verified`: its shape was tested on a real payload. `to_check`: what a person must look at before switching it on.
    `traces`: codes of the signal types it can bring; news without any may tell of all of them.
    `ignore`: rows that are no documents, by the value of a field; an empty value stands for a missing one.
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
    to_check: list[Text] = []
    traces: list[Text] = []
    expect: Expect
    quiet: Annotated[str, AfterValidator(check_quiet)] | None = None
    windows: Windows | None = None
    feed: FeedReader = FeedReader()
    sitemap: SitemapReader | None = None
    listing: ListingReader | None = None
    api: ApiReader | None = None
    file: FileReader | None = None
    templates: dict[Literal["title", "text", "url", "key"], Template] = {}
    lookups: dict[str, dict[str, str]] = {}
    dates: Dates | None = None
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

    @property
    def is_dropped(self) -> bool:
        """Whether its files lie in the drop folder of the settings and not in the web."""
        return self.url.startswith("drop:")


def _check_drop(url: str, reader: str) -> None:
    parts = url.removeprefix("drop:").split("/")
    if reader != "file" or not all(part and not part.startswith(".") and "\\" not in part for part in parts):
        raise ValueError(f"url {url!r}: drop: is for reader file, as in drop:notices/*.csv (inside crawl.drop_folder)")


# ------------------------------------------------------------------------------------------------ signal types


class Cue(Strict):
    """A stem pattern on folded text and how sure it makes us on its own.

    `pattern`: words of the pattern separated by spaces. `kapasite*` is a stem; `~2` lets up to two words lie between;
    `(sat|devret)*` is a choice; a trailing `?` makes a word optional. `p` is the probability of the type where the
    pattern stands alone. `near` patterns must, `unless` patterns must not occur in the same sentence.
    """

    pattern: Text
    p: float = Field(0.7, gt=0, lt=1)
    language: Literal["tr", "en"] = "tr"
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
    cues: list[Cue] = []
    unless: list[Text] = []
    examples: BilingualExamples | None = None

    @model_validator(mode="after")
    def _has_cues_and_examples(self) -> Self:
        if self.derived:
            if self.cues or self.examples:
                raise ValueError("a derived type is counted, not read: remove cues and examples")
            return self
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


def describe(spec: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a spec, for editors that complete YAML."""
    return spec.model_json_schema()
