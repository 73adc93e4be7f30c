"""Reminding: ladders, deadlines with their next firing date, notices, and the outbox."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import OrgUnit
from tasks.models.decompose import Milestone, Task
from tasks.models.track import ReportDue
from tasks.vocab import (
    Addressee,
    DeadlineKind,
    DeadlineState,
    MessageState,
    NoticeState,
    RungLevel,
)


class Ladder(models.Model):
    """One version of the steps for a kind of deadline; a running deadline keeps the version it started with."""

    kind = models.CharField(_("kind of deadline"), max_length=20, choices=DeadlineKind)
    version = models.PositiveIntegerField(_("version"))
    valid_from = models.DateField(_("valid from"))
    basis = models.TextField(_("basis"), blank=True)

    class Meta:
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="ladder_version_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"


class Rung(models.Model):
    """One step: fires `offset` working days after the due date (negative: before) and tells each of `addressees`."""

    ladder = models.ForeignKey(Ladder, models.PROTECT, related_name="rungs", verbose_name=_("ladder"))
    position = models.PositiveSmallIntegerField(_("position"))  # 0, 1, 2 … without gaps
    offset = models.SmallIntegerField(_("working days after the due date"))
    level = models.CharField(_("level"), max_length=20, choices=RungLevel)
    addressees = models.JSONField(_("addressees"))  # list of Addressee values
    asks = models.CharField(_("what is asked"), max_length=200, blank=True)
    drafts_order = models.CharField(_("drafts an order of colour"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("rung")
        verbose_name_plural = _("rungs")
        constraints = [models.UniqueConstraint(fields=["ladder", "position"], name="rung_position_unique")]
        ordering = ["ladder", "position"]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.offset:+d}"


class Deadline(models.Model):
    """A date somebody owes something by, and the day its next rung fires. Owned by the reminder engine."""

    kind = models.CharField(_("kind"), max_length=20, choices=DeadlineKind)
    # The task it belongs to, for every kind. An index on each column would be written at every step of a sweep, so
    # there are only those that somebody asks by.
    task = models.ForeignKey(Task, models.PROTECT, related_name="deadlines", db_index=False)
    milestone = models.OneToOneField(Milestone, models.PROTECT, null=True, related_name="deadline")
    report_due = models.OneToOneField(ReportDue, models.PROTECT, null=True, related_name="deadline")
    revision = models.PositiveIntegerField(_("revision"), default=1)  # +1 whenever the date moves
    due_on = models.DateField(_("due on"))
    owner_unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", db_index=False, verbose_name=_("responsible unit")
    )
    campaign = models.ForeignKey(Task, models.PROTECT, related_name="+", db_index=False)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    ladder = models.ForeignKey(Ladder, models.PROTECT, db_index=False, verbose_name=_("ladder"))
    state = models.CharField(_("state"), max_length=10, choices=DeadlineState, default=DeadlineState.OPEN)
    next_position = models.PositiveSmallIntegerField(_("next rung"), null=True)
    next_fire_on = models.DateField(_("next firing date"), null=True)

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(kind=DeadlineKind.TASK), name="deadline_one_per_task"),
            models.CheckConstraint(
                condition=Q(kind=DeadlineKind.TASK, milestone__isnull=True, report_due__isnull=True)
                | Q(kind=DeadlineKind.MILESTONE, milestone__isnull=False, report_due__isnull=True)
                | Q(kind=DeadlineKind.REPORT, milestone__isnull=True, report_due__isnull=False),
                name="deadline_exclusive_arc",
            ),
        ]
        indexes = [
            # The sweep's only door: cost follows what is due, not the size of the plan.
            models.Index(fields=["next_fire_on"], condition=Q(state=DeadlineState.OPEN), name="deadline_next_fire")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class Message(models.Model):
    """One mail to one person for one slot; bytes and Message-ID are frozen before the first attempt."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", verbose_name=_("recipient")
    )
    slot_at = models.DateTimeField(_("slot"))
    channel = models.CharField(_("channel"), max_length=20, default="email")
    message_class = models.CharField(_("class"), max_length=20, default="digest")
    address = models.CharField(_("address"), max_length=254)
    subject = models.CharField(pgettext_lazy("mail", "subject"), max_length=250)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    body = models.BinaryField(_("frozen bytes"))
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.READY)
    ready_at = models.DateTimeField(_("ready at"))
    lease_until = models.DateTimeField(_("leased until"), null=True)
    lease_owner = models.CharField(_("leased by"), max_length=80, blank=True)
    fence = models.PositiveIntegerField(_("fence"), default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    first_tried_at = models.DateTimeField(_("first tried at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "slot_at", "channel", "message_class"], name="message_one_per_person_and_slot"
            )
        ]
        indexes = [
            models.Index(
                fields=["ready_at"],
                condition=Q(state__in=[MessageState.READY, MessageState.SENDING, MessageState.DATA]),
                name="message_to_deliver",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Notice(models.Model):
    """One rung told to one person about one deadline; append-only but for its state."""

    # Deadline and recipient lead the indexes below; nobody asks by rung.
    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="notices", db_index=False, verbose_name=_("deadline")
    )
    deadline_revision = models.PositiveIntegerField(_("revision of the deadline"))
    rung = models.ForeignKey(Rung, models.PROTECT, db_index=False, verbose_name=_("rung"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="notices",
        db_index=False,
        verbose_name=_("recipient"),
    )
    addressee = models.CharField(_("told as"), max_length=20, choices=Addressee)
    fallback = models.BooleanField(_("nobody in post, told to the office"), default=False)
    fired_on = models.DateField(_("fired on"))
    slot_at = models.DateTimeField(_("slot"))
    state = models.CharField(_("state"), max_length=10, choices=NoticeState, default=NoticeState.PLANNED)
    void_reason = models.CharField(_("why void"), max_length=40, blank=True)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="notices", verbose_name=_("message"))

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "deadline_revision", "rung", "recipient"], name="notice_told_once"
            )
        ]
        indexes = [
            models.Index(fields=["slot_at"], condition=Q(state=NoticeState.PLANNED), name="notice_planned_slot"),
            models.Index(fields=["recipient", "fired_on"], name="notice_recipient_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_addressee_display()} {self.fired_on}"


class DeliveryAttempt(models.Model):
    """One try to hand a message over; append-only."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="tries")
    at = models.DateTimeField(_("at"))
    phase = models.CharField(_("phase reached"), max_length=10)
    outcome = models.CharField(_("outcome"), max_length=10)
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class EngineRun(models.Model):
    """What one run of the engine saw and did; its newest row is the heartbeat."""

    job = models.CharField(_("job"), max_length=20)
    as_of = models.DateField(_("as of"))
    started_at = models.DateTimeField(_("started at"))
    beat_at = models.DateTimeField(_("last heartbeat"))
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("engine run")
        verbose_name_plural = _("engine runs")
        indexes = [models.Index(fields=["job", "-beat_at"], name="engine_run_latest")]

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"
