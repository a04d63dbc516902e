"""Signal types in force: those of the files, but for what an analyst changed; and what a change would have done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import yaml

from oncu.classifiers.tags.tagger import build_tagger, check_types
from oncu.config.load import ConfigError, Fault, check_type_names, read_signal_type
from oncu.config.problems import Problem
from oncu.config.specs import SignalSpec
from oncu.storage.database import Database
from oncu.storage.taxonomy import TypeVersion, newest_texts, newest_types, save_type, type_history

from .pipeline import Catalogue

TRIED_ON = 3_000  # texts, the newest
SHOWN = 10  # titles of each kind

Types = Mapping[str, SignalSpec]


@dataclass(frozen=True)
class Trial:
    """What a changed type would have done with the newest texts: how many it would have tagged before and after, and
    titles that would be new or gone."""

    texts: int
    before: int
    after: int
    gained: Sequence[str]
    lost: Sequence[str]


def in_force(database: Database, catalogue: Catalogue) -> Catalogue:
    """The catalogue with the types as they were changed last. Raises ConfigError where a kept one does not fit."""
    with database.read() as connection:
        changed = newest_types(connection)
    if not changed:
        return catalogue
    read = {code: read_signal_type(code, version.text) for code, version in changed.items()}
    types = {**catalogue.types, **read}
    check_type_names(types)
    return replace(catalogue, types=types)


def write_type(spec: SignalSpec) -> str:
    """A type as YAML, as a file of it is written: without its code, and without what is as usual."""
    plain = spec.model_dump(mode="json", exclude={"code"}, exclude_defaults=True)
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def check_type(code: str, text: str, types: Types) -> SignalSpec:
    """A type given as text, compared with the others and with its own examples. Raises ConfigError with every fault."""
    spec = read_signal_type(code, text)
    changed = {**types, code: spec}
    check_type_names(changed)
    if not spec.derived and (faults := [one for one in check_types(changed) if one.code == code]):
        raise ConfigError(Fault(Path(f"{code}.yml"), one.key, one.problem) for one in faults)
    return spec


def try_type(database: Database, before: SignalSpec, after: SignalSpec) -> Trial:
    """Tag the newest texts with the type as it is and as it would be, by its cues alone."""
    with database.read() as connection:
        texts = newest_texts(connection, TRIED_ON)
    old, new = _hits(before, texts), _hits(after, texts)
    titles = [title for title, _ in texts]
    gained, lost = ([titles[place] for place in sorted(places)] for places in (new - old, old - new))
    return Trial(len(texts), len(old), len(new), gained[:SHOWN], lost[:SHOWN])


def change_type(
    database: Database, code: str, text: str, types: Types, *, by: str, reason: str, now: datetime
) -> TypeVersion:
    """Check a type and put it in force. Raises ConfigError for faults, Problem without a reason."""
    if not reason.strip():
        raise Problem("a type is changed with a reason; write one")
    check_type(code, text, types)
    with database.write() as connection:
        return save_type(connection, code, text, by=by, reason=reason.strip(), now=now)


def restore_type(
    database: Database, code: str, number: int, shipped: Types, types: Types, *, by: str, now: datetime
) -> TypeVersion:
    """Put an earlier version in force again, as a new one; 0 is the file's. Raises Problem."""
    with database.read() as connection:
        known = {version.number: version.text for version in type_history(connection, code)}
    if code in shipped:
        known[0] = write_type(shipped[code])
    if number not in known:
        raise Problem(f"there is no version {number} of {code}; oncu signals history lists them")
    return change_type(database, code, known[number], types, by=by, reason=f"restored version {number}", now=now)


def _hits(spec: SignalSpec, texts: Sequence[tuple[str, str]]) -> set[int]:
    """The places of the texts of which a type would be accepted, alone."""
    if spec.derived:
        return set()
    tagger = build_tagger({spec.code: spec})
    readings = (f"{title}\n{body}" for title, body in texts)
    return {
        place
        for place, text in enumerate(readings)
        if any(tag.probability >= spec.threshold for tag in tagger.read(text))
    }
