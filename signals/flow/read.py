"""Read one document: the clients in it and, for each, the signal types the text or the registry gives it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncu.classifiers.learned.model import Learned
from oncu.classifiers.mentions.matcher import Matcher
from oncu.classifiers.mentions.mention import Mention
from oncu.classifiers.stories.stated import Stated, read_stated
from oncu.classifiers.tags.tagger import Tag, Tagger
from oncu.config.specs import Provenance, SignalSpec
from oncu.storage.documents import Document
from oncu.storage.mentions import MentionRow, TagRow
from oncu.storage.privacy import PERSONAL
from oncu.storage.prospects import ProspectMention

from ..clients.prospects import hear_of_prospects
from .tips import is_tip, written_mention

VERSION = "read-1"
VERSION_LETTERS = 8  # of the matcher's version: those that say for which names
REGISTRY_PROBABILITY = 0.97  # a row of the registry of a thing is that thing, short of a misfiled row
REGISTRY_REASON = "registry row"
# Tables and market reports name a score of firms; more than this in one text is a list, or bait for search engines.
MANY_CLIENTS = 30
RELEVANT = 30  # below this a client is named in passing and what is told is not about it


@dataclass(frozen=True)
class Reader:
    """Everything reading needs, built once a run: names, cues, what each registry's rows are, clients' tax numbers."""

    matcher: Matcher
    tagger: Tagger
    types: Mapping[str, SignalSpec]
    provenance: Mapping[str, Provenance]
    tax_ids: frozenset[str] = frozenset()
    learned: Learned | None = None  # what the tagger is joined with
    model: str = ""
    verdicts: str = ""

    @property
    def version(self) -> str:
        """What a reading was made with: how it is read, for which names, the learned model and verdicts, if any."""
        names = f"{VERSION}+{self.matcher.version[:VERSION_LETTERS]}"
        names = f"{names}-{self.verdicts}" if self.verdicts else names
        return f"{names}+{self.model}" if self.model else names


@dataclass(frozen=True)
class Reading:
    """What was found in a batch of documents."""

    mentions: tuple[MentionRow, ...]
    tags: tuple[TagRow, ...]
    prospects: tuple[ProspectMention, ...] = ()


def read_documents(documents: Sequence[Document], reader: Reader, now: datetime) -> Reading:
    """Mentions, tags, and firms that are no clients; a tag needs an accepted mention the text is about."""
    mentions: list[MentionRow] = []
    tags: list[TagRow] = []
    prospects: list[ProspectMention] = []
    everything = reader.matcher.find_all([d.reading for d in documents], [d.fields for d in documents])
    for document, every in zip(documents, everything, strict=True):
        found = written_mention(document) if is_tip(document) else _without_bait(every)
        relevance = _relevance_of_clients(found)
        for mention in found:
            row = mention_row(document, mention, now, reader.version)
            mentions.append(replace(row, relevance=relevance.get(mention.client_id, mention.relevance)))
            if mention.accepted and relevance[mention.client_id] >= RELEVANT:
                tags += [_tag_row(row, tag, document, now) for tag in tags_of(document, mention, reader)]
        if not is_tip(document):  # a firm it names beside may not come to be known by it
            prospects += hear_of_prospects(document, found, reader, now)
    return Reading(tuple(mentions), tuple(tags), tuple(prospects))


def _without_bait(mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions as they are, or none of them accepted where a text names more clients than it can tell of."""
    named = len({mention.client_id for mention in mentions if mention.accepted})
    if named <= MANY_CLIENTS:
        return list(mentions)
    reason = f"one of {named} clients on a page"
    return [replace(m, accepted=False, relevance=0, reason=f"{m.reason}, {reason}") for m in mentions]


def _relevance_of_clients(mentions: Iterable[Mention]) -> dict[str, int]:
    """How much a text is about each client: as much as its best accepted mention says."""
    best: dict[str, int] = {}
    for mention in mentions:
        if mention.accepted:
            best[mention.client_id] = max(mention.relevance, best.get(mention.client_id, 0))
    return best


def tags_of(document: Document, mention: Mention, reader: Reader) -> list[Tag]:
    """The tags of one client in one document: what the registry is a registry of, else what the words near it say."""
    provenance = reader.provenance.get(document.source)
    if provenance is not None:
        return [_registry_tag(provenance, reader.types[provenance.type], document, mention)]
    about = (mention.start, mention.end)
    tags = reader.tagger.read(document.reading, language=document.language, about=about)
    return [tag for tag in tags if document.category not in reader.types[tag.type].not_from]


def _registry_tag(provenance: Provenance, spec: SignalSpec, document: Document, mention: Mention) -> Tag:
    """The tag of a registry row; its evidence is the row's own sentence."""
    start = len(document.title) + 1 if document.text else 0
    return Tag(
        type=provenance.type,
        side=spec.side,
        probability=REGISTRY_PROBABILITY,
        accepted=True,
        status=provenance.status_of(document.fields),
        origin="authority",
        start=start,
        end=len(document.reading),
        reason=REGISTRY_REASON,
        facts=read_stated(document.reading[start:], language=document.language, client=mention.surface),
    )


def mention_row(document: Document, mention: Mention, now: datetime, version: str) -> MentionRow:
    """A mention as it is kept."""
    return MentionRow(
        document_id=document.id,
        client_id=mention.client_id,
        start=mention.start,
        end=mention.end,
        probability=mention.probability,
        accepted=mention.accepted,
        relevance=mention.relevance,
        role=mention.role,
        reason=mention.reason,
        known_at=now,
        version=version,
    )


def _tag_row(mention: MentionRow, tag: Tag, document: Document, now: datetime) -> TagRow:
    return TagRow(
        mention_id=mention.id,
        type=tag.type,
        side=tag.side,
        probability=tag.probability,
        accepted=tag.accepted,
        status=tag.status,
        origin=document.origin if tag.origin == "independent" else tag.origin,
        start=tag.start,
        end=tag.end,
        reason=tag.reason,
        known_at=now,
        version=mention.version,
        facts=_facts_kept(tag.facts, document),
    )


def _facts_kept(stated: Stated, document: Document) -> dict[str, object]:
    """What is kept of a sentence's facts: where private people speak, no names, since their texts are masked."""
    facts = stated.as_row()
    return {key: value for key, value in facts.items() if key != "counterparties" or document.category not in PERSONAL}
