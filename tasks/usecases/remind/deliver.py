"""Deliver the outbox: lease what is ready, hand it over, mark each message by its own commit."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db import DatabaseError, transaction
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from tasks.models import EngineRun, Message, Notice
from tasks.rules.remind import GIVE_UP_HOURS, retry_at
from tasks.usecases.remind.handover import Channel, ChannelDownError, Envelope, Handover, LeaseLostError
from tasks.usecases.remind.marks import Fate, store, store_with_attempt
from tasks.vocab import (
    DeadlineState,
    HandoverOutcome,
    HandoverPhase,
    MessageState,
    NoticeState,
    VoidReason,
)

JOB = "deliver"
LEASE = timedelta(seconds=30)  # a killed process delays its messages by no more than this, but for one
IN_DOUBT = timedelta(minutes=15)
BATCH = 100
REPEATED_CLASSES = ("digest",)  # a reminder twice is a nuisance, an order twice is a wrong: those wait for a person
BROKEN_IN_A_ROW = 2
TURNED_AWAY_IN_A_ROW = 20


@dataclass(slots=True)
class Delivered:
    """What one run did: the ids of the messages by what became of them, and why it stopped early, if it did."""

    sent: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    doubt: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    error: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many messages met each fate, without the zeros."""
        lists = {name: len(getattr(self, name)) for name in self.__slots__ if name != "error"}
        return {name: count for name, count in lists.items() if count}


def deliver(
    channel: Channel,
    *,
    at: datetime,
    seconds: float | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Hand over every message ready at `at` and return what became of each.

    `seconds`: leave the rest to the next run after so long; `should_stop` is
    asked before each message. A failure of the channel ends the run with its `error`; no message pays for it.

    Rule: REM-12
    Source: reminders, Delivery
    """
    run = _Run(channel, at)
    run.hand_doubts_to_a_person()
    if _claimable(at).exists():
        try:
            with channel:
                run.empty_outbox(seconds, should_stop)
        except ChannelDownError as down:
            run.done.error = str(down)
        finally:
            run.release()
    run.record()
    return run.done


def _claimable(now: datetime) -> QuerySet[Message]:
    """Messages nobody works on: ready ones, expired leases, and doubts old enough that may be repeated."""
    ready = Q(state=MessageState.READY)
    abandoned = Q(state=MessageState.SENDING, lease_until__lt=now)
    repeatable = Q(state=MessageState.DATA, lease_until__lt=now, message_class__in=REPEATED_CLASSES)
    return _waiting(now).filter(ready | abandoned | repeatable)


def _waiting(now: datetime) -> QuerySet[Message]:
    """Messages on their way by `now`, found by the partial index: years of sent mail cost a tick nothing.

    Its condition stands here word for word, since SQLite does not look for it in parameters.
    """
    on_their_way = "tasks_message.state IN ('ready', 'sending', 'data')"
    indexed = RawSQL(on_their_way, [], output_field=BooleanField())  # noqa: S611  (a constant)
    return Message.objects.filter(indexed, ready_at__lte=now)


class _Run:
    """One run over the outbox."""

    def __init__(self, channel: Channel, at: datetime) -> None:
        self.channel, self.at = channel, at
        # Like no other run's: what a run gives back is its own.
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.done = Delivered()
        self.started = time.monotonic()
        self.broken = self.turned_away = 0

    def now(self) -> datetime:
        """Return the instant the door read plus the time since: leases need it, and no jump of the clock reaches it."""
        return self.at + timedelta(seconds=time.monotonic() - self.started)

    def hand_doubts_to_a_person(self) -> None:
        """Put old doubts that must not be repeated, or were repeated for days, on a person's list."""
        formal = ~Q(message_class__in=REPEATED_CLASSES)
        given_up = Q(first_tried_at__lt=self.at - timedelta(hours=GIVE_UP_HOURS))
        old = _waiting(self.at).filter(formal | given_up, state=MessageState.DATA, lease_until__lt=self.at)
        if ids := list(old.values_list("pk", flat=True)):
            old.filter(pk__in=ids).update(state=MessageState.DOUBT, lease_until=None, lease_owner="")
            self.done.doubt += ids

    def empty_outbox(self, seconds: float | None, should_stop: Callable[[], bool]) -> None:
        """Hand over batch after batch until nothing is ready, the time is up or somebody asks to stop."""

        def stop() -> bool:
            return (seconds is not None and time.monotonic() - self.started >= seconds) or should_stop()

        while not stop() and (batch := self.claim()) is not None:
            for message, following in zip_longest(batch, batch[1:]):
                if message.pk in self.done.lost:
                    continue
                if message.state != MessageState.DATA and not self.holds(message):
                    break  # slow server: the rest of the batch is claimed anew
                result = self.hand_over(message)
                if result is None:
                    continue
                halt = stop()
                self.mark(message, result, None if halt or result.outcome != HandoverOutcome.SENT else following)
                self.brake(result)
                if halt:
                    return

    def holds(self, message: Message) -> bool:
        """Answer whether the lease on a message has time left."""
        return message.lease_until is not None and self.now() < message.lease_until

    def claim(self) -> list[Message] | None:
        """Lease the next messages, oldest first, or return None when none is left; processes take different ones."""
        now = self.now()
        with transaction.atomic(durable=True):
            # SKIP LOCKED on PostgreSQL. SQLite ignores it: there the transaction holds the only write lock.
            free = _claimable(now).order_by("ready_at", "pk").select_for_update(skip_locked=True)
            ids = list(free.values_list("pk", flat=True)[:BATCH])
            if not ids:
                return None
            mine = Message.objects.filter(pk__in=ids)
            gone = list(_without_cause(mine).values_list("pk", flat=True))
            if gone:
                mine.filter(pk__in=gone).update(state=MessageState.CANCELLED, lease_until=None, lease_owner="")
                notices = Notice.objects.filter(message_id__in=gone, state=NoticeState.COMPOSED)
                notices.update(state=NoticeState.VOID, void_reason=VoidReason.SETTLED)
            lease = {"lease_until": now + LEASE, "lease_owner": self.owner, "fence": F("fence") + 1}
            mine.exclude(pk__in=gone).update(state=MessageState.SENDING, **lease)
            batch = list(mine.exclude(pk__in=gone).order_by("ready_at", "pk"))
        self.done.cancelled += gone
        return batch

    def hand_over(self, message: Message) -> Handover | None:
        """Hand one message over, unless its lease is gone; one that breaks the code is set aside, the others go on."""
        envelope = Envelope(message.message_id, message.address, message.slot_at, bytes(message.body))
        begun = False

        def commit_data() -> None:
            nonlocal begun
            self.commit_data(message)
            begun = True

        try:
            return self.channel.hand_over(envelope, commit_data)
        except LeaseLostError:
            self.done.lost.append(message.pk)
            return None
        except ChannelDownError:
            if message.state == MessageState.DATA and not begun:
                self.take_back(message)
            raise
        except DatabaseError:
            raise
        except Exception as poison:  # noqa: BLE001  (whatever it is, it must not stop the mail of everybody else)
            phase = HandoverPhase.DATA if begun else HandoverPhase.MAIL
            outcome = HandoverOutcome.DOUBT if begun else HandoverOutcome.REFUSED
            return Handover(phase, outcome, f"{type(poison).__name__}: {poison}")

    def commit_data(self, message: Message) -> None:
        """Commit that the message is in doubt from here on, unless that was announced just now or its lease is gone."""
        announced = message.state == MessageState.DATA
        if announced and self.holds(message):
            return
        fate = Fate(MessageState.DATA, message.ready_at, self.now() + IN_DOUBT) if announced else self.announce(message)
        if not store(message, fate):
            raise LeaseLostError
        message.state = MessageState.DATA

    def announce(self, message: Message) -> Fate:
        """Count an attempt and return the fate of a message about to be handed over: in doubt until it is marked.

        A process that sleeps for longer than a lease before it hands over must ask again whether it still may.
        """
        now = self.now()
        _count_attempt(message, now)
        message.lease_until = now + LEASE
        return Fate(MessageState.DATA, message.ready_at, now + IN_DOUBT)

    def take_back(self, message: Message) -> None:
        """Make an announced message ready again that the channel never began with: no message pays for an outage."""
        message.attempts -= 1
        message.first_tried_at = message.first_tried_at if message.attempts else None
        store(message, Fate(MessageState.READY, message.ready_at))

    def mark(self, message: Message, result: Handover, following: Message | None) -> None:
        """Commit what became of the message together with the attempt.

        The announcement of the `following` message rides in the same commit, since commits are most of the time. If
        the process dies right then, that one message is in doubt without need: a digest comes a quarter of an hour
        later, and what must not be repeated would bother a person, so only digests are announced early.
        """
        now = self.now()
        if message.state != MessageState.DATA:
            _count_attempt(message, now)
        message.last_error = "" if result.outcome == HandoverOutcome.SENT else result.detail
        fate = _fate(message, result, now)
        early = None
        if following is not None and following.message_class in REPEATED_CLASSES and self.holds(following):
            early = following, self.announce(following)
        held, announced = store_with_attempt(message, fate, result, at=now, early=early)
        bucket = {
            MessageState.SENT: self.done.sent,
            MessageState.READY: self.done.later,
            MessageState.FAILED: self.done.failed,
            MessageState.DATA: self.done.doubt,
        }[fate.state]
        (bucket if held else self.done.lost).append(message.pk)
        if early and announced:
            early[0].state = MessageState.DATA
        elif early:
            self.done.lost.append(early[0].pk)

    def brake(self, result: Handover) -> None:
        """Stop when it is plainly not the messages: an outage is one alarm, not a thousand used-up attempts."""
        if result.outcome == HandoverOutcome.SENT:
            self.broken = self.turned_away = 0
            return
        self.broken = self.broken + 1 if result.broken else 0
        self.turned_away += 1
        if self.broken >= BROKEN_IN_A_ROW:
            raise ChannelDownError(f"the line broke {self.broken} times in a row: {result.detail}")
        if self.turned_away >= TURNED_AWAY_IN_A_ROW:
            raise ChannelDownError(f"{self.turned_away} messages in a row were turned away: {result.detail}")

    def release(self) -> None:
        """Give back what was leased and not tried."""
        mine = _waiting(self.now()).filter(state=MessageState.SENDING, lease_owner=self.owner)
        mine.update(state=MessageState.READY, lease_until=None, lease_owner="")

    def record(self) -> None:
        """Write the run if it did anything; an outage that goes on stays the one row it is."""
        counts, now = self.done.counts, self.now()
        if not counts and not self.done.error:
            return
        if not counts:
            last = EngineRun.objects.filter(job=JOB).order_by("-beat_at").first()
            if last is not None and last.error == self.done.error and last.beat_at <= now:
                last.beat_at = now
                last.counts["runs"] = last.counts.get("runs", 1) + 1
                last.save(update_fields=["beat_at", "counts"])
                return
        EngineRun.objects.create(
            job=JOB,
            as_of=timezone.localtime(self.at).date(),
            started_at=self.at,
            beat_at=now,
            counts=counts,
            error=self.done.error,
        )


def _without_cause(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Digests whose every line is void by now: settled, moved or withdrawn since they were composed."""
    lines = Notice.objects.filter(message=OuterRef("pk"))
    alive = lines.filter(
        state=NoticeState.COMPOSED, deadline__state=DeadlineState.OPEN, deadline_revision=F("deadline__revision")
    )
    return messages.filter(Exists(lines), ~Exists(alive), message_class__in=REPEATED_CLASSES)


def _count_attempt(message: Message, now: datetime) -> None:
    message.attempts += 1
    message.first_tried_at = message.first_tried_at or now


def _fate(message: Message, result: Handover, now: datetime) -> Fate:
    """Return what becomes of a message after a hand-over that ended like this."""
    if result.outcome == HandoverOutcome.SENT:
        return Fate(MessageState.SENT, message.ready_at, sent_at=now)
    if result.outcome == HandoverOutcome.DOUBT:
        return Fate(MessageState.DATA, message.ready_at, lease_until=now + IN_DOUBT)
    if result.outcome == HandoverOutcome.LATER:
        again = retry_at(message.attempts, message.first_tried_at or now, now)
        if again is not None:
            return Fate(MessageState.READY, again)
    return Fate(MessageState.FAILED, message.ready_at)
