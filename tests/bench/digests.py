"""A morning of digests: composed, rendered, inlined and taken by a mail server, against the mails alone."""

import smtplib
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from measure import timed
from population import make_population

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.faces.deliver import Sending
from oncu.signals.faces.rounds import compose_all, send_all
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.signals.words import load_words
from oncu.storage.clients import save_clients
from oncu.storage.database import Database, create_database
from oncu.storage.documents import Document, save_documents

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)  # a Monday, 08:00 where the bank is
MANAGERS = 2_000
NEWS = ("{} konkordato ilan etti", "{} yeni fabrika kuruyor", "Tüketici örgütü {} hakkında dava açtı")


class Postbox:
    """A mail server on loopback that counts what it takes."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.mails = 0
        self.bytes = 0

    async def handle_DATA(self, _: object, __: object, envelope: object) -> str:  # noqa: N802
        self.mails += 1
        self.bytes += len(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


def bench_digests(folder: Path) -> None:
    """Digests for 2,000 managers, composed and delivered over real SMTP on loopback."""
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    try:
        database = create_database(f"sqlite:///{folder / 'digests.db'}")
        settings, catalogue = _settings(box.port), Catalogue({}, load_signal_types())
        print(f"  {_fill(database, catalogue, settings)} alerts of {MANAGERS} managers")
        managers = [_manager(n) for n in range(MANAGERS)]
        secret = {settings.links.key_env: "k" * 40}  # so that each alert has the links that answer it
        sending = Sending(database, settings, load_words("tr", settings.timezone), NOW.date(), NOW, environment=secret)
        composing = _spent(lambda: compose_all(sending, managers, catalogue))
        delivering = _spent(lambda: send_all(sending, managers, catalogue))
        taken, size = box.mails, box.bytes
        alone = _spent(lambda: _plain_mails(box.port, taken, size // max(taken, 1)))
        database.close()
    finally:
        server.stop()
    print(f"  mails of {size / taken / 1000:.0f} kB           seconds  of computing  a second")
    for name, (seconds, computing) in (
        ("composed", composing),
        ("rendered and sent", delivering),
        ("mails of this size alone", alone),
    ):
        print(f"  {name:<24} {seconds:>7.1f} {computing:>13.1f} {taken / seconds:>9.0f}")


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds a piece of work takes, and those of computing; the mail server's are among them."""
    start = time.process_time()
    return timed(work), time.process_time() - start


def _settings(port: int) -> Settings:
    recipients = {_manager(n): f"{_manager(n)}@bank.example" for n in range(MANAGERS)}
    mail = {"host": "127.0.0.1", "port": port, "starttls": False, "sender": "oncu@bank.example"}
    links = {"address": "https://oncu.bank.example"}
    return Settings.from_file({"mail": mail | {"recipients": recipients}, "links": links})


def _fill(database: Database, catalogue: Catalogue, settings: Settings) -> int:
    """A client for each manager, and news of each from the hour before."""
    clients = make_population(MANAGERS)
    rows = [
        {"client_id": c.client_id, "legal_name": c.legal_name, "manager": _manager(n), "short_names": ()}
        for n, c in enumerate(clients)
    ]
    at = NOW - timedelta(hours=1)
    documents = [
        Document("gazete", f"{n}-{k}", title.format(c.legal_name), "", at, published_at=at)
        for n, c in enumerate(clients)
        for k, title in enumerate(NEWS)
    ]
    with database.write() as connection:
        save_clients(connection, rows, at)
        save_documents(connection, documents)
    return run_pending(database, catalogue, settings, at).alerts


def _plain_mails(port: int, n: int, size: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(n):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "oncu@bank.example", f"m{number}@bank.example", "x"
            mail.set_content(("x" * 70 + "\n") * (size // 71))
            server.send_message(mail)


def _manager(number: int) -> str:
    return f"m{number:05d}"
