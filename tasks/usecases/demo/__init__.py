"""The demo year: invented people living through real use cases, day by day, every trace of it marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from accounts.models import User
from tasks.models import PlanRevision, Task
from tasks.usecases.analyse import roll_day
from tasks.usecases.decompose.files import Reader
from tasks.usecases.demo.cast import Cast
from tasks.usecases.demo.reports import Reports
from tasks.usecases.demo.stage import Stage
from tasks.usecases.demo.work import Work
from tasks.usecases.track import materialise_reports
from tasks.vocab import TaskStatus

Progress = Callable[[str, int], None]  # (what was done, how many)


def load_demo(root: Path, code: str, *, today: dt.date, password: str, progress: Progress) -> int:
    """Let plan `code` live from the story's first day to the day before `today`; return the number of demo users.

    Everything goes through the use cases people use, so history, audit and standings are as real as the people are not.
    Loading it twice does nothing. Raises: DataFileError, RefusedError; nothing is loaded then.
    """
    if User.objects.filter(is_demo=True).exists():
        return 0
    reader = Reader(root)
    story = reader.read(f"demo/{code}.yaml")
    reader.finish()
    with transaction.atomic():
        stage = Stage(story, PlanRevision.objects.get(plan__code=code), today)
        stage.begin()
        cast = Cast(story, stage.revision, today=today, at=stage.noon(stage.start))
        people = cast.appoint(password)
        progress("people", people)
        reports, work = Reports(stage, cast), Work(stage, cast)

        def each_month(day: dt.date) -> None:
            materialise_reports(today=day)
            reports.plan()
            progress(f"{day:%Y-%m}", Task.objects.filter(status=TaskStatus.IN_PROGRESS).count())

        work.plan()
        stage.play(each_month)
        work.observe()
        roll_day(today=today - dt.timedelta(1))
    return people
