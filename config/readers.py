"""How a source is read: what a YAML file says of its feed, sitemap, listing, API or file."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .values import (
    JsonPath,
    Selector,
    Strict,
    Template,
    Text,
    check_codec,
    check_expression,
    check_path,
    check_selector,
    check_zone,
)


class Dates(Strict):
    """How the source writes its dates, where it is not day before month or not the clock of Istanbul.

    `formats` are those of strptime, `%m/%d/%Y`; a date that fits none of them is an issue, never a guess.
    """

    formats: list[Text] = Field(min_length=1)
    zone: Annotated[str, AfterValidator(check_zone)] = "Europe/Istanbul"


class Windows(Strict):
    """How `{from}` and `{to}` in an address or a request are written: both days belong to the window.

    `days`: how far back an ordinary visit asks. `step_days`: how many days a backfill asks for at once. `format` is
    that of strftime, or `epoch` (seconds); `zone` is where the source's days begin.
    """

    format: Text = "%Y-%m-%d"
    zone: Annotated[str, AfterValidator(check_zone)] = "Europe/Istanbul"
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
    """An RSS, Atom or JSON feed; the entries themselves are the documents.

    `max_pages`: how many pages of a JSON feed that names its `next_url` are read; where it is given, a backfill follows
    them to their end.
    """

    max_pages: int = Field(1, ge=1)


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


class Detail(Strict):
    """What lies behind a row of an API: the address stands in the row (`link`) or is made of its fields (`url`).

    `fields` are JSON paths of the answer, or selectors of a page (`kind: page`; without any its article is extracted).
    What the detail does not say is taken from the row.
    """

    kind: Literal["json", "page"] = "json"
    link: JsonPath | None = None
    url: Template | None = None
    fields: dict[str, Text] = {}

    @model_validator(mode="after")
    def _can_be_found_and_read(self) -> Self:
        if (self.link is None) == (self.url is None):
            raise ValueError("say where the detail is, in one way: link (a path in the row) or url (of its fields)")
        if self.kind == "json" and not self.fields:
            raise ValueError("fields: say what is in the answer, or kind: page for a web page")
        for expression in self.fields.values():
            (check_path if self.kind == "json" else check_selector)(expression)
        return self


class ApiReader(Strict):
    """A JSON API: where its rows lie, how its pages follow (a link in `next`, a number or a cursor), what is in a row.

    It is asked by GET, or by POST where `post` says what to send. With `detail` the answer or page behind each row is
    the document.
    """

    items: JsonPath
    post: Post | None = None
    next: JsonPath | None = None
    page: Paging | None = None
    cursor: Cursor | None = None
    max_pages: int = Field(50, ge=1)
    fields: dict[str, JsonPath]
    detail: Detail | None = None

    @model_validator(mode="after")
    def _follows_in_one_way(self) -> Self:
        ways = [name for name in ("next", "page", "cursor") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)}: say in one way how pages follow; remove the others")
        return self


class FileReader(Strict):
    """A file that is dropped in a place: its form and which column is what.

    In JSON lines a column may be a JSON path. Of a PDF or a text (plain, Markdown) the whole is one document, or one
    begins at each match of `split`; its `fields` are regular expressions, whose first group is the value. `skip` lines
    stand above the header of a CSV or XLSX file; delimiter and encoding are found out unless they are given.
    """

    format: Literal["csv", "jsonl", "xlsx", "pdf", "text"]
    fields: dict[str, Text]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Annotated[Text, AfterValidator(check_codec)] | None = None
    sheet: Text | None = None
    skip: int = Field(0, ge=0)
    split: Annotated[Text, AfterValidator(check_expression)] | None = None

    @model_validator(mode="after")
    def _has_only_what_its_form_knows(self) -> Self:
        forms = {"delimiter": "csv", "encoding": "csv jsonl text", "sheet": "xlsx", "skip": "csv xlsx"}
        forms["split"] = "pdf text"
        for name, fitting in forms.items():
            if getattr(self, name) and self.format not in fitting:
                raise ValueError(f"{name} has no effect on {self.format}; remove it")
        if self.format == "jsonl":
            for path in self.fields.values():
                check_path(path)
        if self.format in ("pdf", "text"):
            for expression in self.fields.values():
                if not re.compile(check_expression(expression)).groups:
                    raise ValueError(f"{expression!r} has no group; write something like 'Esas No: (\\S+)'")
        return self
