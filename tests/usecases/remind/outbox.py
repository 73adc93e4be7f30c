"""Messages waiting in an outbox, and a channel that answers as told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tasks.models import DeliveryAttempt, Message
from tasks.usecases.remind.handover import ChannelDownError, Envelope, Handover
from tests.factories import noon

AT = noon(date(2026, 11, 18))
SENT = Handover("data", "sent", "250 ok")


@dataclass
class Line:
    """A channel that answers as told: `script` maps an address to a Handover, an exception, or a function."""

    script: dict = field(default_factory=dict)
    down: str = ""
    handed: list[Envelope] = field(default_factory=list)
    opened: int = 0

    def __enter__(self):
        self.opened += 1
        if self.down:
            raise ChannelDownError(self.down)
        return self

    def __exit__(self, *_):
        pass

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        answer = self.script.get(envelope.address, self.script.get("*", SENT))
        if callable(answer):
            answer = answer()
        if isinstance(answer, BaseException):
            raise answer
        if answer.phase == "data":
            commit_data()
        if answer.outcome in {"sent", "doubt"}:
            self.handed.append(envelope)
        return answer


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def attempts() -> list[tuple[str, str]]:
    return list(DeliveryAttempt.objects.order_by("pk").values_list("phase", "outcome"))
