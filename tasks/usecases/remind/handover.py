"""What delivery asks of a channel: one function that hands a frozen message over and says how far it came.

Said here by the one who needs it; the channels themselves are in tasks/channels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from tasks.vocab import HandoverOutcome, HandoverPhase


class ChannelDownError(Exception):
    """Nothing can be handed over now, whoever it is for; the message says why."""


class LeaseLostError(Exception):
    """Somebody else took the message over while this process slept; it must not be handed over here."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One frozen message as a channel sees it; `body` is the MIME bytes, sent as they are."""

    message_id: str
    address: str
    slot_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class Handover:
    """How far one hand-over came and what was said; `broken`: the line went dead, not this message's fault alone."""

    phase: HandoverPhase
    outcome: HandoverOutcome
    detail: str = ""
    broken: bool = False


class Channel(Protocol):
    """The way out for one kind of message; entering it opens the line, once per run."""

    def __enter__(self) -> Self:
        """Open the line. Raises: ChannelDownError."""

    def __exit__(self, *_: object) -> None:
        """Close the line, whatever happened."""

    def hand_over(self, envelope: Envelope, commit_data: Callable[[], None]) -> Handover:
        """Hand one message over, calling `commit_data` right before the first byte that cannot be taken back.

        What `commit_data` raises goes through, with nothing handed over. Raises: ChannelDownError.
        """
