"""What the elements of a feed are called by feedparser, and which of them it only puts aside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

RSS_1, ATOM = "http://purl.org/rss/1.0/", "http://www.w3.org/2005/atom"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {
    RSS_1: "",
    ATOM: "",
    "http://purl.org/atom/ns#": "",
    RDF: "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
}
# Where feedparser knows elements of a name, an unlisted one may mean something; all others it only puts aside.
MEANINGFUL = frozenset(
    ("dc", "dcterms", "content", "itunes", "media", "cc", "creativecommons", "georss", "gml", "psc", "admin", "xhtml")
    + ("feedburner", "rdf", "xml")
)
MEANT = re.compile(
    r"^http://(?:backend\.userland\.com|blogs\.law\.harvard\.edu|cyber\.law\.harvard\.edu|my\.netscape\.com|example\.com"
    r"|purl\.org/(?:echo|pie|atom|rss/1\.0/modules/rss091)|creativecommons\.org|web\.resource\.org|www\.georss\.org"
    r"|www\.opengis\.net|podlove\.org|webns\.net|www\.w3\.org/1999/xhtml|www\.w3\.org/xml|rssnamespace\.org)|^uri/of"
)
FIELDS = {
    **dict.fromkeys(("guid", "id"), "id"),
    **dict.fromkeys(("pubdate", "published", "issued", "dcterms_issued"), "published"),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"), "updated"),
    **dict.fromkeys(("author", "managingeditor", "dc_creator", "dc_author"), "author"),
    **dict.fromkeys(("description", "summary", "subtitle", "tagline"), "summary"),
    **dict.fromkeys(("content", "content_encoded"), "content"),
    **dict.fromkeys(("language", "dc_language"), "language"),
    **{name: name for name in ("title", "link")},
}
# What feedparser keeps elsewhere: it changes none of the fields above.
ASIDE_NAMES = """
    info category comments enclosure source rights copyright webmaster generator docs cloud ttl rating skiphours hour
    skipdays day items icon logo image rdf_seq rdf_li rdf_bag created expirationdate dcterms_created
    dc_subject dc_publisher dc_rights dc_identifier dc_source dc_format dc_type dc_coverage dc_relation
    media_content media_thumbnail media_credit media_rating media_keywords media_category media_group media_copyright
    media_player itunes_explicit itunes_duration itunes_block itunes_keywords itunes_category itunes_image itunes_type
    itunes_episode itunes_season itunes_episodetype
"""
ASIDE = frozenset(ASIDE_NAMES.split())
PARTS = {  # elements beside the entries whose own parts do not count, and which parts these may be
    "image": frozenset(("url", "title", "link", "description", "width", "height")),
    "textinput": frozenset(("title", "link", "description", "name")),
    "contributor": frozenset(("name", "email", "uri", "url")),
}


class Unusual(Exception):
    """A feed for feedparser, and why."""


@dataclass(frozen=True)
class Dialect:
    """How a feed is to be understood: the prefix each of its namespaces stands for, and names met before."""

    base: str
    is_atom: bool
    prefixes: Mapping[str, str]
    names: dict[str, str]

    def name(self, element: etree._Element) -> str:
        """The name feedparser has for an element: in small letters, behind the prefix of its namespace."""
        tag = str(element.tag)
        if tag not in self.names:
            space, _, local = tag.rpartition("}")
            prefix = self.prefixes[space[1:]] if space else ""
            self.names[tag] = f"{prefix}_{local}".lower() if prefix else local.lower()
        return self.names[tag]


def read_prefixes(spaces: Mapping[str | None, str]) -> dict[str, str]:
    """The prefix each namespace stands for. Raises Unusual where feedparser sees a meaning that is not known here."""
    known = {"http://www.w3.org/XML/1998/namespace": "xml"}
    for prefix, space in spaces.items():
        meant, own = PREFIXES.get(space.lower()), (prefix or "").lower()
        if own in MEANINGFUL and own != meant or meant is None and (not own or MEANT.match(space.lower())):
            raise Unusual(f"namespace {space}")
        known[space] = own if meant is None else meant
    return known


def put_aside(element: etree._Element, dialect: Dialect, *, is_entry: bool) -> None:
    """Pass over an element that feedparser keeps elsewhere. Raises Unusual for one that might mean something."""
    name = dialect.name(element)
    if name in PARTS and len(element) and not is_entry:
        if any(len(part) or dialect.name(part) not in PARTS[name] for part in element):
            raise Unusual(f"element {name} with other parts")
        return
    prefix = name.partition("_")[0] if str(element.tag).startswith("{") else ""
    if name not in ASIDE and (not prefix or prefix == name or prefix in MEANINGFUL):
        raise Unusual(f"element {name}")
    for part in element:
        put_aside(part, dialect, is_entry=True)
