"""The part of a page that can hold its article: what stands around it costs an extractor most of its time."""

from typing import cast

from lxml import etree
from lxml.html import HtmlElement

# Elements that no extractor takes text from. A form is not among them: ASP.NET puts whole pages in one.
BARREN = (
    "script",
    "style",
    "svg",
    "noscript",
    "iframe",
    "template",
    "link",
    "meta",
    "source",
    "input",
    "img",
    "picture",
) + ("video", "audio", "canvas", "object", "select", "button", "nav", "footer", "aside")
# Of the text of a page: F1 is the same from .4 to .95, and falls below.
SHARE = 0.6
LENGTH = etree.XPath("string-length(normalize-space(.))")


def cut_to_trunk(tree: HtmlElement) -> HtmlElement:
    """The same tree, cut down in place: the element that holds the headline and most of the text, and its ancestors.

    A page whose text is spread over many elements stays whole.
    """
    etree.strip_elements(tree, *BARREN, with_tail=False)
    branch = tree.find("body")
    if branch is None:
        return tree
    headline = next(branch.iter("h1"), None)
    way = None if headline is None else {headline, *headline.iterancestors()}
    least = SHARE * _own_length(branch)
    while (branch := _thick_part(branch, way, least)) is not None:
        _keep_only(branch)
    return tree


def _thick_part(branch: HtmlElement, way: set[HtmlElement] | None, least: float) -> HtmlElement | None:
    parts = (part for part in branch if way is None or part in way)
    return next((part for part in parts if _own_length(part) >= least), None)


def _own_length(element: HtmlElement) -> float:
    """Characters an element shows outside of links."""
    return _length(element) - sum(map(_length, element.iter("a")))


def _length(element: HtmlElement) -> float:
    return cast(float, LENGTH(element))


def _keep_only(element: HtmlElement) -> None:
    parent = element.getparent()
    for other in list(parent):
        if other is not element:
            parent.remove(other)
