"""A real mail server on loopback."""

import socket
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

EVERYBODY = "*"


@dataclass
class Inbox:
    """Keeps what it gets; `refused` is an address it does not know, or EVERYBODY."""

    port: int
    refused: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    addressed: list[tuple[str, list[str]]] = field(default_factory=list)

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        if self.refused in (address, EVERYBODY):
            return "550-no such\r\n550 person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.addressed.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return "250 OK"

    @property
    def told(self) -> list[str]:
        """To whom the mails are, by name."""
        return sorted(mail["To"] for mail in self.mails)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
