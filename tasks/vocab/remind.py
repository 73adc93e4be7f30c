"""Words of reminding: deadlines, rungs, addressees, messages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeadlineKind(TextChoices):
    TASK = "task", _("Task")
    MILESTONE = "milestone", _("Milestone")
    REPORT = "report", _("Periodic report")


class DeadlineState(TextChoices):
    OPEN = "open", _("Running")
    CLOSED = "closed", _("Settled")


class RungLevel(TextChoices):
    """What a rung is called; the louder ones reach further up."""

    REMIND = "remind", _("Reminder")
    URGE = "urge", _("Urging")
    SUPERVISE = "supervise", _("Supervision")
    CIRCULAR = "circular", _("Circular or talk")


class Addressee(TextChoices):
    """Whom a rung tells; resolved to people at firing time."""

    OFFICER = "officer", _("Responsible officer")
    HEAD = "head", _("Head of the responsible unit")
    OFFICE = "office", _("Carbon-peak office")
    INSPECTOR = "inspector", _("Inspector")
    LEADER = "leader", _("Supervising leader")


class NoticeState(TextChoices):
    PLANNED = "planned", _("Waiting for its slot")
    COMPOSED = "composed", _("In a message")
    VOID = "void", _("Void: its cause is gone")


class VoidReason(TextChoices):
    """Why a planned notice was not sent."""

    CANCELLED = "cancelled", _("The task was cancelled")
    MOVED = "moved", _("The due date was moved")
    SETTLED = "settled", _("Settled in the meantime")
    DEMO_PAST = "demo_past", _("Demo: before anybody was there to read it")


class MessageState(TextChoices):
    READY = "ready", _("Ready")
    SENDING = "sending", _("Being handed over")
    DATA = "data", _("In doubt")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed, needs a person")
    DOUBT = "doubt", _("In doubt, needs a person")
    CANCELLED = "cancelled", _("Cancelled")


class HandoverPhase(TextChoices):
    """How far the hand-over of a message came: what failed before DATA was surely not delivered."""

    MAIL = "mail", _("Sender")
    RCPT = "rcpt", _("Recipient")
    DATA = "data", _("Content")


class HandoverOutcome(TextChoices):
    SENT = "sent", _("Taken over")
    LATER = "later", _("Try again later")
    REFUSED = "refused", _("Refused for good")
    DOUBT = "doubt", _("No answer, in doubt")
