"""The two marks each message gets: before its content is sent, and after, together with the attempt and the next one's.

Written by hand: the ORM builds its statements anew for every message, which cost a third of the throughput.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tasks.models import Message
from tasks.usecases.remind.handover import Handover
from tasks.vocab import MessageState

LOST = "the lease was lost meanwhile; "

# The fence is raised by every lease: a process that slept through its own marks nothing.
STORE = """
    UPDATE tasks_message
    SET state = %s, ready_at = %s, lease_until = %s, sent_at = %s, attempts = %s, first_tried_at = %s, last_error = %s
    WHERE id = %s AND fence = %s AND state IN ('sending', 'data')
"""
ATTEMPT = "INSERT INTO tasks_deliveryattempt (message_id, at, phase, outcome, detail)"
# One round trip instead of several; SQLite has neither round trips nor writes inside a WITH.
ALL_ON_POSTGRESQL = f"""
    WITH held AS ({STORE} RETURNING id),
         tried AS ({ATTEMPT} SELECT %s, %s, %s, %s, CASE WHEN EXISTS (SELECT 1 FROM held) THEN '' ELSE %s END || %s),
         announced AS ({{early}})
    SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM announced)
"""  # noqa: S608  (constants)
BOTH = ALL_ON_POSTGRESQL.format(early="SELECT 0 WHERE FALSE")
ALL_THREE = ALL_ON_POSTGRESQL.format(early=f"{STORE} RETURNING id")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message: its state, when it is ready, until when it is left alone, when it was sent."""

    state: MessageState
    ready_at: datetime
    lease_until: datetime | None = None
    sent_at: datetime | None = None


def store(message: Message, fate: Fate) -> bool:
    """Write a message's fate and answer whether its lease still held; if not, nothing is written."""
    with connection.cursor() as cursor:
        cursor.execute(STORE, _columns(message, fate))
        return bool(cursor.rowcount == 1)


def store_with_attempt(
    message: Message, fate: Fate, result: Handover, *, at: datetime, early: tuple[Message, Fate] | None = None
) -> tuple[bool, bool]:
    """Write fate and attempt in one commit, and with them the fate of another message; answer which leases held.

    The attempt is recorded in any case.
    """
    attempt = [message.pk, connection.ops.adapt_datetimefield_value(at), str(result.phase), str(result.outcome)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            columns = [*_columns(message, fate), *attempt, LOST, result.detail]
            cursor.execute(ALL_THREE if early else BOTH, columns + (_columns(*early) if early else []))
            held, announced = cursor.fetchone()
            return bool(held), bool(announced)
    with transaction.atomic(durable=True):
        held = store(message, fate)
        with connection.cursor() as cursor:
            detail = result.detail if held else LOST + result.detail
            cursor.execute(f"{ATTEMPT} VALUES (%s, %s, %s, %s, %s)", [*attempt, detail])
        return held, early is not None and store(*early)


def _columns(message: Message, fate: Fate) -> list[Any]:
    stored = connection.ops.adapt_datetimefield_value
    instants = [stored(at) if at else None for at in (fate.ready_at, fate.lease_until, fate.sent_at)]
    first_tried_at = stored(message.first_tried_at) if message.first_tried_at else None
    return [
        str(fate.state),
        *instants,
        message.attempts,
        first_tried_at,
        message.last_error,
        message.pk,
        message.fence,
    ]
