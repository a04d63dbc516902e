"""Sources of a catalogue that a test writes itself."""

SOURCE = """\
title: {name}
publisher: {name}
language: tr
category: {category}
origin: {origin}
reader: {reader}
url: {url}
every: 1m
enabled: true
verified: true
terms: Invented.
personal_data: none
expect:
  documents: {{min: 0, max: 100000}}
"""


def source_file(
    name: str, url: str, *, category: str = "news", origin: str = "independent", reader: str = "feed", more: str = ""
) -> str:
    """The file of a source that is visited each minute; `more` is what its reader needs beside the address."""
    return SOURCE.format(name=name, url=url, category=category, origin=origin, reader=reader) + more
