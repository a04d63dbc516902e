"""The registry of trained models: what each was trained on, how good it is, and which one reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select

from .audit import write_audit
from .database import save_over
from .keys import key_id
from .models import model_matches, model_moves, trained_models

Kind = Literal["promote", "rollback", "propose", "withdraw"]
READING = ("promote", "rollback")  # the moves that change what reads
CUES_ALONE = "cues"  # how the absence of a model is called


@dataclass(frozen=True)
class TrainedModel:
    """One trained model: its file with its SHA-256, the library that made it, its inputs with their digests, and its
    report (metrics, thresholds, calibration)."""

    id: str
    file: str
    sha256: str
    library: str
    inputs: Mapping[str, Any]
    report: Mapping[str, Any]
    trained_by: str
    trained_at: datetime


@dataclass(frozen=True)
class Move:
    """Since when a model reads, or is proposed to read; `model_id` is None for the cues alone."""

    seq: int
    model_id: str | None
    kind: str
    moved_by: str
    reason: str
    moved_at: datetime


def save_trained(connection: Connection, model: TrainedModel) -> None:
    """Keep a model; one of the same id, whose file was lost and made again, takes the new file."""
    before = connection.execute(select(trained_models.c.sha256).where(trained_models.c.id == model.id)).scalar()
    save_over(connection, trained_models, [vars(model)])
    write_audit(
        connection, model.trained_by, "model.train", model.id, model.trained_at, before=before, after=model.sha256
    )


def load_trained(connection: Connection) -> list[TrainedModel]:
    """All models, newest first."""
    query = select(trained_models).order_by(trained_models.c.trained_at.desc(), trained_models.c.id)
    return [_model(row) for row in connection.execute(query)]


def model_moves_of(connection: Connection) -> list[Move]:
    """Every promotion and rollback, proposals too, oldest first."""
    return [Move(**row._mapping) for row in connection.execute(select(model_moves).order_by(model_moves.c.seq))]


def active_model(connection: Connection) -> TrainedModel | None:
    """The model that reads now; None for the cues alone."""
    query = (
        select(trained_models, model_moves.c.seq)
        .select_from(model_moves)
        .outerjoin(trained_models, trained_models.c.id == model_moves.c.model_id)
        .where(model_moves.c.kind.in_(READING))
        .order_by(model_moves.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _model(row) if row and row.id else None


def open_proposal(connection: Connection) -> Move | None:
    """The proposal that waits for another person; any later move ends it."""
    row = connection.execute(select(model_moves).order_by(model_moves.c.seq.desc()).limit(1)).first()
    return Move(**row._mapping) if row and row.kind == "propose" else None


def save_match(connection: Connection, new: str, old: str | None, content: Mapping[str, Any], now: datetime) -> None:
    """Keep how two models compare (`old` None: the cues alone); what was kept of the two before is replaced."""
    row = {"id": key_id("match", new, old), "new_id": new, "old_id": old, "content": content, "made_at": now}
    save_over(connection, model_matches, [row])


def find_match(connection: Connection, new: str, old: str | None) -> tuple[Mapping[str, Any], datetime] | None:
    """How two models compared last, and when that was."""
    query = select(model_matches.c.content, model_matches.c.made_at)
    row = connection.execute(query.where(model_matches.c.id == key_id("match", new, old))).first()
    return (row.content, row.made_at) if row else None


def move_model(
    connection: Connection, model: TrainedModel | None, kind: Kind, by: str, now: datetime, *, reason: str
) -> None:
    """Let a model read from now on (None: the cues alone), or propose it; the trail says who, when, why and what read
    before."""
    before = active_model(connection)
    last = connection.execute(select(func.max(model_moves.c.seq))).scalar_one()
    row = {"seq": (last or 0) + 1, "model_id": model.id if model else None, "kind": kind}
    connection.execute(insert(model_moves).values(**row, moved_by=by, reason=reason, moved_at=now))
    write_audit(
        connection,
        by,
        f"model.{kind}",
        model.id if model else CUES_ALONE,
        now,
        before=before.sha256 if before else None,
        after=model.sha256 if model else None,
        reason=reason,
    )


def _model(row: Row[Any]) -> TrainedModel:
    return TrainedModel(**{name: value for name, value in row._mapping.items() if name != "seq"})
