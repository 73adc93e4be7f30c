"""The clock's reminding jobs: look for what is due, hand over what is ready. Each reads the clock once."""

import threading
from typing import Any

from celery import shared_task, signals
from celery.utils.log import get_task_logger
from django.conf import settings
from django.utils import timezone

from tasks.channels import mail_channel
from tasks.usecases.remind import compose as compose_mail
from tasks.usecases.remind import sweep as sweep_deadlines
from tasks.usecases.remind.deliver import deliver as deliver_mail

log = get_task_logger(__name__)

# A run leaves the rest to the next one: no sweep waits long behind mail, and a stop is quick.
DELIVER_AT_MOST_SECONDS = 20
_stopping = threading.Event()


@signals.worker_shutting_down.connect
def stop_delivering(**_: Any) -> None:
    """Let a running delivery end after the message it is at."""
    _stopping.set()


@shared_task(name="tasks.jobs.remind.sweep")
def sweep() -> None:
    """Fire what is due and compose what its slot has come for."""
    at = timezone.now()
    sweep_deadlines(today=timezone.localdate(at), at=at)
    compose_mail(at=at, site_url=settings.SITE_URL, sender=settings.DEFAULT_FROM_EMAIL)


@shared_task(name="tasks.jobs.remind.deliver")
def deliver() -> None:
    """Hand over what is ready."""
    done = deliver_mail(
        mail_channel(),
        at=timezone.now(),
        seconds=DELIVER_AT_MOST_SECONDS,
        should_stop=_stopping.is_set,
    )
    if done.error:
        log.warning("mail waits: %s", done.error)
