"""The demo's periodic reports: on time, late, returned, missing, waiting on a desk."""

from __future__ import annotations

import datetime as dt
from functools import partial

from accounts.vocab import Role
from tasks.models import ProgressReport, ReportDue, Task
from tasks.rules.analyse import LeafFacts, planned_progress
from tasks.rules.periods import period_of
from tasks.usecases.demo.cast import Cast
from tasks.usecases.demo.stage import Stage
from tasks.usecases.track import move_report, save_report
from tasks.vocab import Period, ProgressMode, ReportMove, TaskKind


class Reports:
    """Files every report that falls due, each as the story says."""

    def __init__(self, stage: Stage, cast: Cast) -> None:
        self.stage, self.cast = stage, cast
        self.planned: set[int] = set()
        this_quarter = period_of(stage.today, Period.QUARTER)
        self.newest_period = period_of(this_quarter.first - dt.timedelta(1), Period.QUARTER).key

    def plan(self) -> None:
        """Put the filing of every report due on the agenda once: on time, late, returned or not at all."""
        told = self.stage.story["reports"]
        for due in ReportDue.objects.filter(report__isnull=True).select_related("task").order_by("pk"):
            if due.pk in self.planned or due.period_end >= self.stage.today:
                continue
            self.planned.add(due.pk)
            code = due.task.code
            if due.period_key == self.newest_period and code in told["missing_last"]:
                continue
            day = self.stage.calendar.shift(due.due_on, told["late"].get(code, -1 - due.pk % 3))
            self.stage.at(day, partial(self._file, due))

    def _file(self, due: ReportDue, day: dt.date) -> None:
        officer, head = self.cast.seat(Role.OFFICER, due.task), self.cast.seat(Role.HEAD, due.task)
        measures = list(Task.objects.below(due.task).live().filter(kind=TaskKind.MEASURE).order_by("path"))
        first = measures[0].title if measures else due.task.title
        texts = self.stage.story["texts"]
        content = {
            "done": texts["done"].format(title=due.task.title, count=len(measures), first=first),
            "problems": texts["problems"][due.pk % len(texts["problems"])],
            "next_steps": texts["next_steps"].format(first=first),
            "claimed_progress": self._progress(due.task, 0, day),
        }
        lines = {task.pk: {"claimed_progress": self._progress(task, n, day)} for n, task in enumerate(measures)}
        report = save_report(due.pk, actor=officer, at=self.stage.noon(day), content=content, lines=lines, is_demo=True)
        self.stage.move(move_report, report.pk, ReportMove.SIGN, head, day)
        reason = self.stage.story["reports"]["returned"].get(due.task.code)
        then = self.stage.calendar.shift(day, 2)
        if due.period_key == self.newest_period and due.task.code in self.stage.story["pending"]["unreviewed_reports"]:
            return
        open_return = self.stage.story["pending"]["returned_reports"].get(due.task.code)
        if due.period_key == self.newest_period and open_return:
            returned, move = self.stage.calendar.shift(self.stage.today, -2), ReportMove.RETURN
            self.stage.at(
                returned,
                lambda today: self.stage.move(
                    move_report, report.pk, move, self.cast.reviewer(due.task), today, reason=open_return
                ),
            )
        elif reason and not ProgressReport.objects.filter(task=due.task, times_returned__gt=0).exists():
            self.stage.at(then, partial(self._return_report, report, reason))
        else:
            self.stage.at(
                then,
                lambda today: self.stage.move(
                    move_report, report.pk, ReportMove.ACCEPT, self.cast.reviewer(due.task), today
                ),
            )

    def _return_report(self, report: ProgressReport, reason: str, day: dt.date) -> None:
        self.stage.move(move_report, report.pk, ReportMove.RETURN, self.cast.reviewer(report.task), day, reason=reason)
        again, accepted = self.stage.calendar.shift(day, 2), self.stage.calendar.shift(day, 4)
        self.stage.at(again, partial(self._refile, report))
        self.stage.at(
            accepted,
            lambda today: self.stage.move(
                move_report, report.pk, ReportMove.ACCEPT, self.cast.reviewer(report.task), today
            ),
        )

    def _refile(self, report: ProgressReport, day: dt.date) -> None:
        text = {"done": report.done + "补充说明已附。"}
        save_report(
            report.due_id, actor=self.cast.seat(Role.OFFICER, report.task), at=self.stage.noon(day), content=text
        )
        self.stage.move(move_report, report.pk, ReportMove.SIGN, self.cast.seat(Role.HEAD, report.task), day)

    def _progress(self, task: Task, number: int, day: dt.date) -> int:
        """Return what a unit would claim on `day`: the schedule times the pace of its item, in percent 0–95."""
        facts = LeafFacts(task.status, task.starts_on, task.due_on, ProgressMode.DECLARED)
        paces, pace = self.stage.story["paces"], self.stage.story["pace"]
        slowest = [paces[code] for code in paces if task.code == code or task.code.startswith(code + ".")]
        factor = slowest[0] if slowest else pace[(task.pk + number) % len(pace)]
        return max(0, min(95, round(planned_progress(facts, day, self.stage.calendar) * float(factor))))
