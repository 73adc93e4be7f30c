"""The clock's analysing job: turn the day once."""

from celery import shared_task
from django.utils import timezone

from tasks.models import EngineRun
from tasks.usecases.analyse import roll_day as roll
from tasks.usecases.track import materialise_reports

JOB = "roll_day"


@shared_task(name="tasks.jobs.analyse.roll_day")
def roll_day() -> None:
    """Make the reports that will fall due, recompute and snapshot every task; once a day.

    The row is written last: a run that died halfway is repeated, which changes nothing that was right.
    """
    at = timezone.now()
    today = timezone.localdate(at)
    if EngineRun.objects.filter(job=JOB, as_of=today).exists():
        return
    counts = {"reports": materialise_reports(today=today), "tasks": roll(today=today)}
    EngineRun.objects.create(job=JOB, as_of=today, started_at=at, beat_at=at, counts=counts)
