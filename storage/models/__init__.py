"""Every table, in the order of the flow: crawl, clients, mentions to alerts, people, outcomes, scores.

Times: `published_at` is what a page claims, `first_seen_at` our crawler's clock (never back-filled), `known_at` when a
row existed for a reader, `occurred_at` when something happened, `recorded_at` when we were told. Mentions, tags,
signals and story membership are append-only and carry the version that made them. Text that may hold personal data
lives in `texts` alone, so that erasing a person touches one table.
"""

from .base import Moment, metadata
from .clients import aliases, clients, prospect_mentions, prospects, record_versions, records, relations, sites
from .crawl import (
    alarms,
    backfills,
    documents,
    issues,
    readings,
    robots,
    runs,
    stories,
    story_members,
    texts,
    validators,
    waiting,
)
from .desk import moves
from .doubles import doubles
from .happened import actions, audit, decisions, exposure, offers, outcomes, reviews, scores, versions
from .heard import (
    alert_updates,
    alerts,
    complaints,
    derivations,
    digest_alerts,
    digests,
    episode_endings,
    episodes,
    level_steps,
    mentions,
    signal_evidence,
    signals,
    story_aliases,
    surges,
    tags,
)
from .labels import label_candidates, labels, model_matches, model_moves, trained_models
from .pages import source_moves, stored_reports
from .people import api_tokens, audit_head, people, person_roles, sessions
from .told import absences, alert_routes, dispatches, routing_versions, silences, type_versions, withheld
from .work import slots

__all__ = [
    "Moment",
    "absences",
    "actions",
    "alarms",
    "alert_routes",
    "alert_updates",
    "alerts",
    "aliases",
    "api_tokens",
    "audit",
    "audit_head",
    "backfills",
    "clients",
    "complaints",
    "decisions",
    "derivations",
    "digest_alerts",
    "digests",
    "dispatches",
    "documents",
    "doubles",
    "episode_endings",
    "episodes",
    "exposure",
    "issues",
    "label_candidates",
    "labels",
    "level_steps",
    "mentions",
    "metadata",
    "model_matches",
    "model_moves",
    "moves",
    "offers",
    "outcomes",
    "people",
    "person_roles",
    "prospect_mentions",
    "prospects",
    "readings",
    "record_versions",
    "records",
    "relations",
    "reviews",
    "robots",
    "routing_versions",
    "runs",
    "scores",
    "sessions",
    "signal_evidence",
    "signals",
    "silences",
    "sites",
    "slots",
    "source_moves",
    "stored_reports",
    "stories",
    "story_aliases",
    "story_members",
    "surges",
    "tags",
    "texts",
    "trained_models",
    "type_versions",
    "validators",
    "versions",
    "waiting",
    "withheld",
]
