"""E-mail by SMTP, step by step (MAIL, RCPT, DATA), so that it is known how far a message came.

Django's own backend sends a message in one go: it hides who was refused, and cannot say whether DATA was begun.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from django.core.mail.utils import DNS_NAME

from tasks.usecases.remind.handover import ChannelDownError, Envelope, Handover
from tasks.vocab import HandoverOutcome, HandoverPhase

LINE_END = re.compile(rb"\r\n|\r|\n")
PLAIN_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")  # visible ASCII without <, >
AUTHENTICATE_FIRST = 530
CLOSING = 421


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes and how to be let in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False
    certfile: str | None = None
    keyfile: str | None = None
    timeout_seconds: int = 20


class SmtpChannel:
    """One kept connection to a mail server; reopened when the server ends it, as many do after a hundred mails."""

    def __init__(self, server: SmtpServer, *, sender: str) -> None:
        self.server, self.sender = server, sender
        self.line: smtplib.SMTP | None = None
        self.carried = 0  # messages this connection took

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        line, self.line = self.line, None
        if line is not None:
            try:
                line.quit()
            except OSError:
                line.close()

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        """Hand one message over; a broken line before DATA means later, after it in doubt."""
        if not PLAIN_ADDRESS.fullmatch(envelope.address):
            # A line end would be a command of its own; letters beyond ASCII need a server that hardly exists.
            return Handover(HandoverPhase.RCPT, HandoverOutcome.REFUSED, "the address cannot be used")
        phase = HandoverPhase.MAIL
        try:
            self._mail()
            phase = HandoverPhase.RCPT
            code, reply = self._open_line().docmd("RCPT", f"TO:<{envelope.address}>")
            if code not in {250, 251}:
                return self._turned_away(phase, code, reply)
        except OSError as broken:  # SMTPException is one of them
            self._hang_up()
            return Handover(phase, HandoverOutcome.LATER, _words(broken), broken=True)
        try:
            commit_data()
        except BaseException:
            self._reset()
            raise
        return self._data(_with_line_ends(envelope.body))

    def _data(self, body: bytes) -> Handover:
        phase = HandoverPhase.DATA
        try:
            code, reply = self._open_line().data(body)
        except smtplib.SMTPDataError as refusal:
            code, reply = refusal.smtp_code, _bytes(refusal.smtp_error)
        except OSError as broken:
            self._hang_up()
            return Handover(phase, HandoverOutcome.DOUBT, _words(broken), broken=True)
        if 200 <= code < 300:
            self.carried += 1
            return Handover(phase, HandoverOutcome.SENT, f"{code} {_text(reply)}")
        return self._turned_away(phase, code, reply)

    def _mail(self) -> None:
        """Name the sender. It is the same for every message and no size is declared, so a refusal is common to all."""
        reused = self.carried > 0
        try:
            code, reply = self._open_line().docmd("MAIL", f"FROM:<{self.sender}>")
        except OSError:
            if not reused:
                raise
            code, reply = CLOSING, b""
        if reused and code in {CLOSING, -1}:
            self._hang_up()
            code, reply = self._open_line().docmd("MAIL", f"FROM:<{self.sender}>")
        if code != 250:
            self._hang_up()
            raise ChannelDownError(f"the mail server refuses the sender {self.sender}: {code} {_text(reply)}")

    def _turned_away(self, phase: HandoverPhase, code: int, reply: bytes) -> Handover:
        words = f"{code} {_text(reply)}"
        if code == AUTHENTICATE_FIRST:
            self._hang_up()
            raise ChannelDownError(f"the mail server wants a login: {words}")
        if code in {CLOSING, -1}:
            self._hang_up()
            return Handover(phase, HandoverOutcome.LATER, words, broken=True)
        self._reset()
        return Handover(phase, HandoverOutcome.REFUSED if code >= 500 else HandoverOutcome.LATER, words)

    def _open_line(self) -> smtplib.SMTP:
        return self.line or self._connect()

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        line: smtplib.SMTP | None = None
        try:
            if server.tls:
                line = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    local_hostname=DNS_NAME.get_fqdn(),
                    timeout=server.timeout_seconds,
                    context=self._tls(),
                )
            else:
                line = smtplib.SMTP(
                    server.host, server.port, local_hostname=DNS_NAME.get_fqdn(), timeout=server.timeout_seconds
                )
            line.ehlo_or_helo_if_needed()
            if server.starttls:
                line.starttls(context=self._tls())
                line.ehlo_or_helo_if_needed()
            if server.user:
                line.login(server.user, server.password)
        except (OSError, ValueError) as reason:
            if line is not None:
                line.close()
            raise ChannelDownError(
                f"the mail server {server.host}:{server.port} cannot be used: {_words(reason)}"
            ) from reason
        self.line, self.carried = line, 0
        return line

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.server.certfile:
            context.load_cert_chain(self.server.certfile, self.server.keyfile)
        return context

    def _reset(self) -> None:
        try:
            self._open_line().rset()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        line, self.line, self.carried = self.line, None, 0
        if line is not None:
            line.close()


def _with_line_ends(body: bytes) -> bytes:
    """Return the message with CRLF at every line's end; frozen ones have them, and counting is quick."""
    if body.count(b"\r\n") == body.count(b"\n") == body.count(b"\r"):
        return body
    return LINE_END.sub(b"\r\n", body)


def _words(reason: Exception) -> str:
    """Put an error into one line."""
    if isinstance(reason, smtplib.SMTPResponseException):
        return f"{reason.smtp_code} {_text(_bytes(reason.smtp_error))}"
    return str(reason) or type(reason).__name__


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _text(reply: bytes) -> str:
    return " ".join(reply.decode("utf-8", "replace").split())[:500]
