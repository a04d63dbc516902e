"""“Wrong company”: what people refused lowers the name for that client from the next reading on."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from oncu.classifiers.firms.names import parse_name
from oncu.classifiers.text import fold_key
from oncu.storage.database import Database
from oncu.storage.refusals import Verdict, verdicts_on_firms

from .read import Reader

DIGEST_LETTERS = 6


def with_verdicts(reader: Reader, database: Database, now: datetime) -> Reader:
    """The reader that knows what people refused up to `now`; its version tells which verdicts it knew."""
    with database.read() as connection:
        refused = refused_names(verdicts_on_firms(connection, until=now))
    return replace(reader, matcher=reader.matcher.refusing(refused), verdicts=_digest(refused))


def refused_names(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], int]:
    """By folded name and client how many more people refused it than said it is the client; only those refused more.

    A name with its trade words and form ("Deniz Gıda A.Ş.") speaks for its shorter forms that tell the firm, too.
    """
    votes: Counter[tuple[str, str]] = Counter()
    for verdict in verdicts:
        parsed = parse_name(verdict.surface)
        for name in {fold_key(verdict.surface), parsed.without_form, parsed.core} - {""}:
            votes[name, verdict.client_id] += -1 if verdict.is_client else 1
    return {pair: number for pair, number in votes.items() if number > 0}


def _digest(refused: Mapping[tuple[str, str], int]) -> str:
    if not refused:
        return ""
    rows = json.dumps(sorted((*pair, number) for pair, number in refused.items()))
    return hashlib.blake2b(rows.encode(), digest_size=8).hexdigest()[:DIGEST_LETTERS]
