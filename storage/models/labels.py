"""What people said of mentions, and the models that learned from it."""

from sqlalchemy import JSON, Column, Index, Integer, Table

from .base import code, flag, key, metadata, moment, number, ref, text

# What a person said of a mention, all of it kept; the newest row of a mention and labeller counts. `asked`: the types
# that were judged, none where all were. `model`: what had judged it before, which the labeller was not shown.
labels = Table(
    "labels",
    metadata,
    key(),
    ref("mention_id", "mentions.id"),
    code("labeller"),
    Column("holds", JSON, nullable=False),
    Column("asked", JSON, nullable=True),
    code("noise", nullable=True),
    flag("is_unsure"),
    code("how"),
    code("model", nullable=True),
    moment("labelled_at"),
    Index(None, "mention_id"),
    Index(None, "labelled_at"),
    Index(None, "labeller", "labelled_at"),
    Index(None, "noise"),
)

# The newest passages as people are asked for them, one row a client and document; derived, and made anew at will.
# `margin`: how far the model is from certain; `drawn`: a lot that never changes; `people`: how many have judged it and
# were sure.
label_candidates = Table(
    "label_candidates",
    metadata,
    key(),
    ref("mention_id", "mentions.id"),
    ref("client_id", "clients.client_id"),
    number("margin"),
    number("drawn"),
    Column("people", Integer, nullable=False),
    flag("is_disputed"),
    moment("seen_at"),
    Index(None, "mention_id"),
    Index(None, "people", "margin"),
    Index(None, "people", "drawn"),
    Index(None, "is_disputed"),
    Index(None, "seen_at"),
)

# `inputs`: what it was trained on with its digest; `report`: metrics, thresholds and calibration.
trained_models = Table(
    "trained_models",
    metadata,
    key(),
    text("file"),
    code("sha256"),
    code("library"),
    Column("inputs", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    code("trained_by"),
    moment("trained_at"),
)

# Two models (`old_id` none: the cues alone) on what people judged; `content` names mentions and holds none of their
# words.
model_matches = Table(
    "model_matches",
    metadata,
    key(),
    ref("new_id", "trained_models.id"),
    ref("old_id", "trained_models.id", nullable=True),
    Column("content", JSON, nullable=False),
    moment("made_at"),
    Index(None, "new_id"),
)

# Which model reads from when on, and what one person proposed for another to confirm; none is the cues alone.
model_moves = Table(
    "model_moves",
    metadata,
    Column("seq", Integer, primary_key=True),
    ref("model_id", "trained_models.id", nullable=True),
    code("kind"),
    code("moved_by"),
    text("reason"),
    moment("moved_at"),
)
