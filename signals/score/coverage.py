"""Not how many follow you, but how many you can follow: of which clients anything was heard."""

from collections.abc import Iterable, Mapping

from oncu.scoring.estimates.intervals import rate, wilson
from oncu.scoring.judge.asof import day_of

from .figures import Label, Number, Remark, Row, Table, of_rate, plain_number
from .ledger import LATELY, Ledger, end_of

UNKNOWN = ""


def coverage_tables(ledger: Ledger) -> tuple[Table, ...]:
    """All clients, then by sector and by size; and the firms heard of that are no clients."""
    known = clients_today(ledger)
    if not known:
        return (Table("coverage", "", (), (Remark("score_needs_clients"),)),)
    whole = Table("coverage", "", (_row(ledger, Label("row", "all_clients"), known), _prospects(ledger)))
    return (whole, _by(ledger, known, "sector", 0), _by(ledger, known, "size", 1))


def clients_today(ledger: Ledger) -> Mapping[str, tuple[str, str]]:
    """The clients with the bank on the day, each with sector and size; from exposure where there is any."""
    named = ledger.listening.clients
    if ledger.exposure is None:
        return {one: (sector or UNKNOWN, size or UNKNOWN) for one, (sector, size) in named.items()}
    table, today = ledger.exposure, day_of(ledger.as_of)
    begin, until = (column.astype("datetime64[D]").astype(int).tolist() for column in (table.begin, table.until))
    open_ended = (table.until != table.until).tolist()  # NaT is not itself
    found: dict[str, tuple[str, str]] = {}
    rows = zip(table.client_id, begin, until, open_ended, table.sector, table.size_band, strict=True)
    for client_id, first, last, is_open, sector, size in rows:
        if first <= today and (is_open or last >= today):
            own = named.get(client_id, (None, None))
            found[client_id] = sector or own[0] or UNKNOWN, size or own[1] or UNKNOWN
    return found


def _by(ledger: Ledger, known: Mapping[str, tuple[str, str]], name: str, place: int) -> Table:
    groups: dict[str, list[str]] = {}
    for client_id, words in known.items():
        groups.setdefault(words[place], []).append(client_id)
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = tuple(_row(ledger, Label(name, key), own) for key, own in ordered)
    return Table(f"coverage_{name}", "", rows, chart="coverage")


def _row(ledger: Ledger, label: Label, clients: Iterable[str]) -> Row:
    own, heard = list(clients), ledger.listening.heard
    since = end_of(ledger.as_of) - LATELY
    lately = sum(one in heard and heard[one].last > since for one in own)
    never = sum(one not in heard for one in own)
    return Row(
        label,
        (
            plain_number("clients", "count", len(own)),
            _share("heard_lately", lately, len(own)),
            _share("never_heard", never, len(own)),
        ),
    )


def _prospects(ledger: Ledger) -> Row:
    ever, lately = ledger.listening.prospects
    numbers = (plain_number("clients", "count", ever), plain_number("heard_lately_count", "count", lately))
    return Row(Label("row", "prospects"), numbers)


def _share(metric: str, hits: int, n: int) -> Number:
    return of_rate(metric, "share", rate(hits / n, *wilson(hits, n), n))
