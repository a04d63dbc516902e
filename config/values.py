"""What the values of the YAML files may be: codes, texts in two languages, selectors, paths, times and zones."""

import re
import string
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import jmespath
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

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


def check_zone(value: str) -> str:
    """Accept the name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone {value!r}; write one like Europe/Istanbul") from None
    return value
