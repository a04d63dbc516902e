"""A real mail server that can be in a bad mood."""

from collections import Counter
from email import message_from_bytes
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ..signals.inbox import free_port

FINE = "fine"
DOWN = "down"  # nobody listens
BUSY = "busy"  # 4xx: try again later
FULL = "full"  # 5xx for every recipient
CLOSED = "closed"  # 5xx as soon as one connects
DROPS = "drops"  # the line breaks in the middle of a mail
DEAF = "deaf"  # it keeps the mail, and the line breaks before it says so
OUTAGES = (DOWN, BUSY, FULL, CLOSED, DROPS, DEAF)


class Mailbox:
    """Keeps the ids of the mails it took, with how often each came."""

    def __init__(self) -> None:
        self.port, self.mood = free_port(), FINE
        self.came: Counter[str] = Counter()
        self.unheard = 0  # how many it kept without being able to say so
        self._server: Controller | None = None

    def __enter__(self) -> Self:
        self.turn(FINE)
        return self

    def __exit__(self, *_: object) -> None:
        self.turn(DOWN)

    def turn(self, mood: str) -> None:
        """Be in another mood from now on."""
        self.mood = mood
        if mood == DOWN and self._server:
            self._server.stop()
            self._server = None
        elif mood != DOWN and self._server is None:
            self._server = _Controller(self, hostname="127.0.0.1", port=self.port)
            self._server.start()

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, _: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        return ["554 closed"] if self.mood == CLOSED else answers

    async def handle_HELO(self, _: SMTP, __: Session, ___: Envelope, ____: str) -> str:  # noqa: N802
        return "554 closed" if self.mood == CLOSED else "250 hello"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        if self.mood in (BUSY, FULL):
            return "450 try later" if self.mood == BUSY else "552 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        self.came[str(message_from_bytes(envelope.original_content or b"")["Message-ID"])] += 1
        if self.mood == DEAF:
            self.unheard += 1
            server.transport.abort()
        return "250 OK"

    @property
    def resent(self) -> int:
        """How many mails came more than once."""
        return self.came.total() - len(self.came)

    def ids(self, kind: str) -> set[str]:
        """The different ids of a kind: `alert` or `digest`."""
        return {key for key in self.came if key.startswith(f"<{kind}-")}


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.event_handler.mood == DROPS:
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)
