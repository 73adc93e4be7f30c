"""Mail on the console, and mail kept in memory for tests; neither leaves the process."""

import email
import email.policy
import sys
from collections.abc import Callable
from typing import Self

from django.core import mail

from tasks.usecases.remind.handover import Envelope, Handover
from tasks.vocab import HandoverOutcome, HandoverPhase


class ConsoleChannel:
    """The standard output."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        """Print the message."""
        commit_data()
        sys.stdout.write(envelope.body.decode("utf-8", "replace") + "\n" + "-" * 79 + "\n")
        return Handover(HandoverPhase.DATA, HandoverOutcome.SENT)


class MemoryChannel:
    """Django's test outbox: mails as Django's own backend would have left them there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        """Append the message to django.core.mail.outbox."""
        commit_data()
        parsed = email.message_from_bytes(envelope.body, policy=email.policy.default)
        text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
        copy = mail.EmailMultiAlternatives(
            subject=str(parsed["subject"] or ""),
            body=text.get_content().replace("\r\n", "\n") if text is not None else "",
            from_email=str(parsed["from"] or ""),
            to=[envelope.address],
            headers={"Message-ID": envelope.message_id},
        )
        if html is not None:
            copy.attach_alternative(html.get_content(), "text/html")
        if not hasattr(mail, "outbox"):
            mail.outbox = []
        mail.outbox.append(copy)
        return Handover(HandoverPhase.DATA, HandoverOutcome.SENT)
