"""Which source can bring which trace: the catalogue as a matrix, for the documents and the command line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from oncu.config.specs import SignalSpec, SourceSpec

CATEGORIES = ("registry", "news", "complaint", "social", "classified")


@dataclass(frozen=True)
class Trace:
    """One signal type and the names of the sources that say they can bring it; a derived one is counted from others."""

    code: str
    title: str
    side: str
    derived: bool
    verified: tuple[str, ...]
    unverified: tuple[str, ...]


def trace_matrix(sources: Mapping[str, SourceSpec], types: Mapping[str, SignalSpec]) -> list[Trace]:
    """Every signal type, opportunities first, with its sources."""
    ordered = sorted(types.items(), key=lambda pair: (pair[1].side, pair[0]))
    return [
        Trace(
            code,
            spec.title.en,
            spec.side,
            spec.derived,
            tuple(_bringing(sources, code, verified=True)),
            tuple(_bringing(sources, code, verified=False)),
        )
        for code, spec in ordered
    ]


def matrix_markdown(sources: Mapping[str, SourceSpec], types: Mapping[str, SignalSpec]) -> str:
    """The matrix as the tables of docs/sources.md: trace by source, then source by source."""
    return "\n".join((*_trace_lines(trace_matrix(sources, types)), "", *_source_lines(sources))) + "\n"


def _bringing(sources: Mapping[str, SourceSpec], code: str, *, verified: bool) -> list[str]:
    return [name for name, spec in sources.items() if code in spec.traces and spec.verified == verified]


def _trace_lines(traces: Iterable[Trace]) -> Iterator[str]:
    yield "| trace | side | verified sources | unverified sources |"
    yield "|---|---|---|---|"
    for trace in traces:
        other = "derived" if trace.derived else "any news"
        names = (", ".join(f"`{name}`" for name in found) or other for found in (trace.verified, trace.unverified))
        yield f"| {trace.title} (`{trace.code}`) | {trace.side} | {' | '.join(names)} |"


def _source_lines(sources: Mapping[str, SourceSpec]) -> Iterator[str]:
    yield "| source | category | reader | state | title | publisher |"
    yield "|---|---|---|---|---|---|"
    for category in CATEGORIES:
        for name, spec in sources.items():
            if spec.category == category:
                state = "verified" if spec.verified else "unverified"
                yield f"| `{name}` | {category} | {spec.reader} | {state} | {spec.title} | {spec.publisher} |"
