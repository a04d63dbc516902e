"""What each source's sightings of each type came to: the cells of a heat map."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from ..estimates.shrinkage import fit_beta_prior, posterior
from ..judge.evidence import Evidence
from ..judge.tables import Signals
from .group_record import GroupRecord, group_records
from .sightings import sightings_of

BETWEEN = "|"  # stands in no code of a type


@dataclass(frozen=True)
class Pair:
    """A type as told by a source: its sightings, how many of them are mature, and the share that came true within the
    horizon, shrunk towards the other sources' share of that type."""

    type: str
    source: str
    sightings: int
    mature: int
    precision: Rate


def paired_names(signals: Signals) -> list[str]:
    """A name for the type and source of each signal, by which evidence can be gathered."""
    return [f"{one}{BETWEEN}{source}" for one, source in zip(signals.type, signals.source, strict=True)]


def judge_pairs(evidence: Evidence, horizon: int) -> list[Pair]:
    """The pairs of evidence gathered by `paired_names`, by type, then by source."""
    records = group_records(sightings_of(evidence), horizon)
    by_type: dict[str, list[tuple[str, GroupRecord]]] = {}
    for one in records:
        kind, source = evidence.signals.groups[one.group].split(BETWEEN, 1)
        by_type.setdefault(kind, []).append((source, one))
    return [pair for kind, found in sorted(by_type.items()) for pair in _pairs(kind, sorted(found, key=_source))]


def _source(found: tuple[str, GroupRecord]) -> str:
    return found[0]


def _pairs(kind: str, found: list[tuple[str, GroupRecord]]) -> Iterator[Pair]:
    hits = np.array([one.hits for _, one in found], dtype=np.float64)
    trials = np.array([one.trials for _, one in found], dtype=np.float64)
    prior = fit_beta_prior(hits, trials)
    for source, one in found:
        yield Pair(kind, source, one.sightings, one.mature, posterior(prior, one.hits, one.trials))
