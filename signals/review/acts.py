"""Write down what was done about a client: a visit, a call, a limit cut, what was heard; and take it back."""

from collections.abc import Mapping
from datetime import timedelta

from oncu.classifiers.privacy import mask
from oncu.storage.acts import acts_of, own_act, take_back_act, write_act
from oncu.storage.clients import clients_of
from oncu.storage.database import Database
from oncu.storage.tips import save_tip, take_back_tip, tip_of_id, tips_of

from ..flow.read import mention_row
from ..flow.tips import VERSION, make_tip, written_mention
from .entries import Pen, Refused, moment_on, read_day, read_entry, read_note
from .standing import NotNow

CONTACTS = ("visit", "call")
GUARDS = ("limit_cut", "collateral", "watchlist")  # what the risk team does; nothing of it changes a client's grade
ORIGINS = ("self", "employee", "customer", "competitor", "independent")  # from whom a tip is, in general words
UNDO = timedelta(hours=24)  # how long who wrote something down can take it back
AGAIN = timedelta(minutes=1)  # the same words within it are a form that was sent twice


def log_act(
    database: Database, client_id: str, cells: Mapping[str, str], pen: Pen, *, signal_id: str | None = None
) -> str:
    """Keep an action on a client; returns its key, the same for a form that was sent twice. Raises Refused.

    `cells`: kind, acted_on, note and, of limit cuts and collateral, amount. `signal_id`: the reason, where it has one.
    """
    kind = cells.get("kind", "")
    if kind not in (*CONTACTS, *GUARDS):
        raise Refused({"kind": f"{kind!r} is not known; write {', '.join((*CONTACTS, *GUARDS))}"})
    day, note = read_day(cells, "acted_on", pen), read_note(cells, "note")
    amount = cells.get("amount", "") if kind in ("limit_cut", "collateral") else ""
    at = moment_on(day, pen)
    given = {"client_id": client_id, "kind": kind, "acted_at": at.isoformat(), "amount": amount}
    row = {**read_entry("actions", given, pen), "acted_at": at, "signal_id": signal_id, "note": note}
    same = (kind, signal_id, note, row["amount"], day, pen.by)
    with database.write() as connection:
        for act in acts_of(connection, client_id, pen.now):
            then = act.acted_at.astimezone(pen.zone).date()
            known = (act.kind, act.signal_id, act.note, act.amount, then, act.made_by)
            if known == same and pen.now - act.recorded_at < AGAIN:
                return act.id
        return write_act(connection, row, by=pen.by, now=pen.now)


def undo_act(database: Database, act_id: str, *, pen: Pen) -> str:
    """Take an action back; returns its client. Raises NotNow for what is not one's own or was written long ago."""
    with database.write() as connection:
        act = own_act(connection, act_id, pen.by)
        if act is None:
            raise NotNow("there is nothing of yours to take back")
        if pen.now - act.recorded_at > UNDO:
            raise NotNow("it was written down more than a day ago and stays")
        take_back_act(connection, act_id, by=pen.by, now=pen.now)
        return act.client_id


def log_tip(database: Database, client_id: str, cells: Mapping[str, str], pen: Pen) -> str:
    """Keep what was heard of a client, to be read with the next documents; returns its id, the same for the same words
    of the same day. Raises Refused.

    `cells`: said, heard_on, origin (one of ORIGINS). Personal data is masked before anything is kept.
    """
    day, said = read_day(cells, "heard_on", pen), read_note(cells, "said", needed=True)
    origin = cells.get("origin", "")
    if origin not in ORIGINS:
        raise Refused({"origin": f"{origin!r} is not known; write {', '.join(ORIGINS)}"})
    with database.write() as connection:
        client = clients_of(connection, [client_id])[client_id]
        known = {client.tax_id} if client.tax_id else set()
        text = mask(said or "", tax_ids=known)
        for one in tips_of(connection, client_id, pen.now):
            if (one.text, one.heard_on, one.written_by) == (text, day.isoformat(), pen.by):
                return one.id
        tip = make_tip(client_id, client.legal_name, text, origin=origin, heard_on=day, by=pen.by, now=pen.now)
        (about,) = written_mention(tip)
        save_tip(connection, tip, mention_row(tip, about, pen.now, VERSION))
    return tip.id


def undo_tip(database: Database, tip_id: str, *, pen: Pen) -> None:
    """Erase one's own tip before anything has read it. Raises NotNow."""
    with database.write() as connection:
        tip = tip_of_id(connection, tip_id)
        if tip is None or tip.written_by != pen.by:
            raise NotNow("there is nothing of yours to take back")
        if tip.is_read:
            raise NotNow("the tip was read and may have told somebody; dismiss its alert instead")
        take_back_tip(connection, tip, pen.now)
