"""How many rows of registers are typed right, by their words alone and as the product reads them.

    python tests/quality/tags/registry.py [--misses SOURCE]

Each payload goes through its source's own fields and templates. *Words alone* is what `oncu tag` says of the text (of a
notice of mass layoffs that a site closes is right too); *as read* is what the product says, where a row of a register
is what the register is of. Needs ../shared/data; without it a line says that it was skipped.
"""

import argparse
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from oncu.classifiers.mentions.mention import Mention
from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types, load_sources
from oncu.config.settings import CrawlSettings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.signals.flow.read import Reader, tags_of
from oncu.signals.listening.sources import preview
from oncu.storage.documents import Document

SHARED = Path(__file__).parents[4] / "shared" / "data"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
# Registers whose every row is of one type, with the real payload seen of each.
PAYLOADS = {
    "konkordato-ilanlari": "tr/registry/konkordato_notices.jsonl",
    "ilan-gov-alacakli": "tr/registry/ilan_gov_tr/alacak_ilan.jsonl",
    "yatirim-tesvik-belgeleri": "tr/registry/incentive_certificates_2009.jsonl",
    "ekap-sonuclari": "tr/registry/ekap_awards/sample-awards.jsonl",
    "ekap-sonuc-ilanlari": "tr/registry/ekap_awards/2*.md",
    "fdic-failures": "en/bank_enforcement/fdic_failures_to_2012.csv",
    "warn-california": "en/warn/ca.csv",
    "warn-florida": "en/warn/fl.csv",
    "warn-illinois": "en/warn/il.csv",
    "warn-new-jersey": "en/warn/nj.csv",
    "warn-pennsylvania": "en/warn/pa.csv",
    "warn-texas": "en/warn/tx.csv",
}
ALSO = {"layoffs": ("facility_closure",)}


class Typed(NamedTuple):
    """Rows of a register: how many, how many are typed right by words alone and as read, and the texts missed."""

    rows: int
    by_words: int
    as_read: int
    missed: list[str]


def read_rows(source: SourceSpec, payload: str) -> tuple[Document, ...]:
    """The documents a payload becomes."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "rows"
        place.mkdir()
        for file in sorted(SHARED.glob(payload)):
            shutil.copyfile(file, place / file.name)
        address = f"drop:rows/*{Path(payload).suffix}"
        settings = CrawlSettings(drop_folder=Path(folder))
        return preview(source.model_copy(update={"url": address}), settings, NOW).documents


def judge_source(source: SourceSpec, payload: str, types: Mapping[str, SignalSpec], tagger: Tagger) -> Typed:
    """Type every row of a register twice."""
    assert source.provenance
    wanted, reader = source.provenance.type, Reader(None, tagger, types, {source.name: source.provenance})  # type: ignore[arg-type]
    documents, by_words, as_read, missed = read_rows(source, payload), 0, 0, []
    for document in documents:
        found = {t.type for t in tagger.read(document.reading, language=document.language) if t.accepted}
        by_words += bool(found & {wanted, *ALSO.get(wanted, ())})
        whole = Mention("C", 0, len(document.reading), document.reading, 1.0, True, 100, "subject", "")
        (tag,) = tags_of(document, whole, reader)
        as_read += tag.accepted and tag.type == wanted
        if not found & {wanted, *ALSO.get(wanted, ())}:
            missed.append(document.reading)
    return Typed(len(documents), by_words, as_read, missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", metavar="SOURCE")
    asked = parser.parse_args()
    if not SHARED.exists():
        print(f"skipped: {SHARED} is not there")
        return
    types = {code: spec for code, spec in load_signal_types().items() if not spec.derived}
    sources, tagger = load_sources(), build_tagger(types)
    print(f"{'register':28}{'type':24}{'rows':>6}{'words alone':>13}{'as read':>9}")
    for name, payload in PAYLOADS.items():
        source = sources[name]
        found = judge_source(source, payload, types, tagger)
        shares = found.by_words / found.rows, found.as_read / found.rows
        print(f"{name:28}{source.provenance.type:24}{found.rows:>6}{shares[0]:>13.3f}{shares[1]:>9.3f}")  # type: ignore[union-attr]
        if asked.misses == name:
            print("\n".join(" ".join(text.split())[:200] for text in found.missed[:40]))


if __name__ == "__main__":
    main()
