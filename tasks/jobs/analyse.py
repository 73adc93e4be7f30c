"""The clock's analysing job: turn the day once."""

from celery import shared_task
from django.utils import timezone

from tasks.models import EngineRun
from tasks.usecases.analyse import roll_day as roll

JOB = "roll_day"


@shared_task(name="tasks.jobs.analyse.roll_day")
def roll_day() -> None:
    """Recompute and snapshot every task for today, unless today was turned already.

    The row is written last: a run that died halfway is repeated, which changes nothing that was right.
    """
    at = timezone.now()
    today = timezone.localdate(at)
    if EngineRun.objects.filter(job=JOB, as_of=today).exists():
        return
    count = roll(today=today)
    EngineRun.objects.create(job=JOB, as_of=today, started_at=at, beat_at=timezone.now(), counts={"tasks": count})
