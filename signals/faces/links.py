"""Addresses that pages claim: only a web address is ever a link."""

from urllib.parse import urlsplit


def domain_of(url: str | None) -> str:
    """The host a web address leads to; empty for anything else (a crawled page can claim any scheme, or nonsense)."""
    try:
        parts = urlsplit(url or "")
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:  # brackets that hold no IPv6 address
        return ""


def is_web_link(url: str | None) -> bool:
    """Whether an address may be shown as a link."""
    return domain_of(url) != ""
