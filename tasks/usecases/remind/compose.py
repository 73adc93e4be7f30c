"""Reminding: put planned notices into one mail per person and slot; facts decide again, bytes are frozen here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from tasks.models import Message, Notice
from tasks.queries.base import policy_values, work_calendar
from tasks.queries.given import given_rows, given_table
from tasks.queries.remind import Planned, lines_of, planned_notices
from tasks.rules.calendar import WorkCalendar
from tasks.rules.remind import void_reason
from tasks.usecases.remind.digest import Digest, Letterhead, freeze, mailbox_of, message_id_for
from tasks.usecases.remind.lock import claim_engine
from tasks.usecases.remind.sweep import slot_for
from tasks.vocab import MessageState, NoticeState, VoidReason

CHANNEL, CLASS = "email", "digest"
# Mails per transaction; each holds up to a few hundred lines in memory while it is rendered.
BATCH = 100


@dataclass(slots=True)
class Composed:
    """How many messages are ready or have no address; how many notices went in, void, or to a later slot."""

    ready: int = 0
    failed: int = 0
    notices: int = 0
    void: int = 0
    postponed: int = 0


def compose(*, at: datetime, site_url: str, sender: str) -> Composed:
    """Compose every notice whose slot has come by `at`, one message per person and slot, and return what was done.

    `site_url`: where links lead, without a slash at its end. `sender`: the From mailbox.
    Running it again composes nothing twice.

    Rule: REM-07
    Source: reminders, principles 5 and 7
    """
    due = Notice.objects.filter(state=NoticeState.PLANNED, slot_at__lte=at)
    run = _Run(Composed(), Letterhead(site_url, sender), work_calendar() if due.exists() else WorkCalendar())
    while (slot := due.order_by("slot_at").values_list("slot_at", flat=True).first()) is not None:
        if not run.compose_slot(slot):
            break
    return run.done


def planned(slot: datetime) -> QuerySet[Notice]:
    """Return the notices waiting for `slot`."""
    return Notice.objects.filter(state=NoticeState.PLANNED, slot_at=slot)


def message_of(slot: datetime) -> QuerySet[Message]:
    """Return, inside a query on notices, the message of that slot to the same recipient."""
    return Message.objects.filter(recipient=OuterRef("recipient"), slot_at=slot, channel=CHANNEL, message_class=CLASS)


class _Run:
    """One run of the composer."""

    def __init__(self, done: Composed, letterhead: Letterhead, calendar: WorkCalendar) -> None:
        self.done, self.letterhead, self.calendar = done, letterhead, calendar

    def compose_slot(self, slot: datetime) -> bool:
        """Compose one slot, a batch of people at a time; answer False when another process is at it."""
        day = timezone.localtime(slot).date()
        most = int(policy_values("digests", today=day)["max_lines"])
        with transaction.atomic():
            if not claim_engine():
                return False
            self.postpone(slot, day)
            recipients = list(planned(slot).order_by("recipient_id").values_list("recipient_id", flat=True).distinct())
        for start in range(0, len(recipients), BATCH):
            with transaction.atomic():
                if not claim_engine():
                    return False
                self.compose(slot, day, most, _unwritten(slot, recipients[start : start + BATCH]))
        return True

    def postpone(self, slot: datetime, day: date) -> None:
        """Move notices that come too late for their slot's message to the next slot: frozen bytes stay frozen."""
        late = planned(slot).filter(Exists(message_of(slot)))
        if late.exists():
            later = slot_for(day, slot + timedelta(minutes=1), self.calendar)
            self.done.postponed += late.update(slot_at=later)

    def compose(self, slot: datetime, day: date, most: int, users: list[User]) -> None:
        """Render what waits for these people, write their messages, and bind to each just the notices it stands for."""
        waiting: dict[int, list[Planned]] = defaultdict(list)
        void: dict[VoidReason, list[int]] = defaultdict(list)
        for notice in planned_notices(slot, [user.pk for user in users]):
            moved = notice.revision != notice.revision_told
            reason = void_reason(notice.task_status, notice.deadline_state, moved=moved)
            if reason is None:
                waiting[notice.recipient_id].append(notice)
            else:
                void[reason].append(notice.pk)
        for reason, gone in void.items():
            rows = Notice.objects.filter(pk__in=gone, state=NoticeState.PLANNED)
            self.done.void += rows.update(state=NoticeState.VOID, void_reason=reason)
        lines = lines_of([notice.pk for notices in waiting.values() for notice in notices[:most]])
        messages = []
        for user in users:
            notices = waiting[user.pk]
            if not notices:
                continue
            overdue = sum(notice.due_on < day for notice in notices)
            shown = [lines[notice.pk] for notice in notices[:most]]
            messages.append(self.message(Digest(user, slot, shown, overdue, len(notices) - overdue)))
        Message.objects.bulk_create(messages)
        self.done.notices += _bind(
            (notice.pk, message.pk) for message in messages for notice in waiting[message.recipient_id]
        )
        states = Counter(message.state for message in messages)
        self.done.ready += states[MessageState.READY]
        self.done.failed += states[MessageState.FAILED]

    def message(self, digest: Digest) -> Message:
        """Return the message with its frozen bytes; without an address it waits on a person's list."""
        user, slot = digest.user, digest.slot
        address, problem = mailbox_of(user.email)
        parts = (user.pk, slot.astimezone(UTC).isoformat(), CHANNEL, CLASS)
        message_id = message_id_for(parts, self.letterhead.sender)
        subject, body = freeze(digest, message_id, self.letterhead, self.calendar)
        return Message(
            recipient=user,
            slot_at=slot,
            channel=CHANNEL,
            message_class=CLASS,
            address=address,
            message_id=message_id,
            subject=subject,
            body=body,
            state=MessageState.FAILED if problem else MessageState.READY,
            ready_at=slot,
            last_error=problem,
        )


def _unwritten(slot: datetime, recipients: list[int]) -> list[User]:
    """Return those who have no message of this slot yet, by language."""
    written = Message.objects.filter(recipient__in=recipients, slot_at=slot, channel=CHANNEL, message_class=CLASS)
    waiting = set(recipients) - set(written.values_list("recipient_id", flat=True))
    return list(User.objects.filter(pk__in=waiting).order_by("language", "pk"))


# The ORM has no UPDATE from a table of values; one row at a time would be thousands of statements.
BOUND = {"notice_id": "bigint", "message_id": "bigint"}
BIND = """
    UPDATE tasks_notice AS n SET state = 'composed', message_id = bound.message_id
    FROM {bound} WHERE n.id = bound.notice_id AND n.state = 'planned'
"""


def _bind(pairs: Iterable[tuple[int, int]]) -> int:
    """Bind notices to their messages and return how many.

    Raises: RuntimeError when one of them is not planned any more, for then its mail is wrong and must not be kept.
    """
    rows = list(pairs)
    with connection.cursor() as cursor:
        cursor.execute(BIND.format(bound=given_table("bound", BOUND)), [given_rows(BOUND, rows)])
        if cursor.rowcount != len(rows):
            raise RuntimeError("notices changed while their mails were written")
    return len(rows)
