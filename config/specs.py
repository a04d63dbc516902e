"""Typed, strict shapes of the YAML files: a source is one file, a signal type is one file.

Every key is checked: an unknown key, a missing key or a wrong type is an error that `oncu.config.load` turns into
one line naming the file, the key and what to write instead.
"""

import re
import string
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

import jmespath
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

Side = Literal["opportunity", "risk"]
Status = Literal["fact", "announced", "rumour", "denied", "cancelled", "past"]
Category = Literal["news", "registry", "complaint", "social", "classified"]
Origin = Literal["self", "authority", "customer", "employee", "competitor", "independent"]
Reader = Literal["feed", "listing", "api", "file"]

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
    """What every row of a registry is by its nature, whatever its words."""

    type: Text
    status: Status = "fact"


class Paging(Strict):
    """A page number in the query string, raised until a page brings nothing."""

    param: Text
    start: int = 1


class FeedReader(Strict):
    """An RSS or Atom feed; the entries themselves are the documents."""


class ListingReader(Strict):
    """A list of items on one page or more.

    With `link`, the page behind each item is the document: `fields` are its selectors, and without them the article is
    extracted. Without `link` the item itself is the document and `fields` are read inside it.
    """

    item: Selector
    link: Selector | None = None
    next: Selector | None = None
    max_pages: int = Field(20, ge=1)
    fields: dict[str, Selector] = {}

    @model_validator(mode="after")
    def _says_what_a_document_is(self) -> Self:
        if self.link is None and not self.fields:
            raise ValueError("neither link nor fields: add link (the page behind an item) or fields (inside the item)")
        return self


class ApiReader(Strict):
    """A JSON API: where its rows lie, how its pages follow (a link in `next`, or a page number), what is in a row."""

    items: JsonPath
    next: JsonPath | None = None
    page: Paging | None = None
    max_pages: int = Field(50, ge=1)
    fields: dict[str, JsonPath]


class FileReader(Strict):
    """A file that is dropped in a place: its form and which column is what."""

    format: Literal["csv", "jsonl"]
    fields: dict[str, Text]


class SourceSpec(Strict):
    """One source of documents, `config/sources/<name>.yml`; the name is the file's."""

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
    terms: Text
    personal_data: Text
    expect: Expect
    feed: FeedReader = FeedReader()
    listing: ListingReader | None = None
    api: ApiReader | None = None
    file: FileReader | None = None
    templates: dict[Literal["title", "text", "url", "key"], Template] = {}
    lookups: dict[str, dict[str, str]] = {}
    provenance: Provenance | None = None

    @model_validator(mode="after")
    def _has_its_reader(self) -> Self:
        if self.reader != "feed" and getattr(self, self.reader) is None:
            raise ValueError(f"reader is {self.reader!r}, so a block {self.reader!r} is needed")
        others = [r for r in ("listing", "api", "file") if r != self.reader and getattr(self, r) is not None]
        if others:
            raise ValueError(f"reader is {self.reader!r}, so the block {others[0]!r} has no effect; remove it")
        return self

    @model_validator(mode="after")
    def _has_a_web_address(self) -> Self:
        if not re.match(r"https?://[^/\s\\@]+(/|$)", self.url):
            raise ValueError(f"url {self.url!r} is not an http or https address without user name")
        return self


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
