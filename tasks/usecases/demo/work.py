"""The demo's work: issuing, claims with evidence, dated measures finished, returned or extended, results."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Any

from accounts.vocab import Origin, Role
from tasks.models import ChangeRequest, Indicator, Milestone, Observation, Task
from tasks.rules.gate import Actor
from tasks.usecases.demo.cast import Cast
from tasks.usecases.demo.stage import Stage
from tasks.usecases.track import attach_evidence, move_change, move_milestone, move_task, request_extension
from tasks.vocab import ChangeMove, DueBasis, MilestoneMove, ObservationStatus, TaskKind, TaskMove


class Work:
    """Issues the plan and lets units do what the story says of them."""

    def __init__(self, stage: Stage, cast: Cast) -> None:
        self.stage, self.cast = stage, cast
        self.extended_last: Task | None = None

    def plan(self) -> None:
        """Put everything that happens on the agenda."""
        tasks = list(Task.objects.filter(revision=self.stage.revision).exclude(kind=TaskKind.CAMPAIGN).order_by("path"))
        self.stage.at(self.stage.start, partial(self._issue, tasks))
        self._plan_claims()
        self._plan_dated_measures()
        self._plan_desk()

    def _issue(self, tasks: list[Task], day: dt.date) -> None:
        signing: dict[dt.date, list[Task]] = defaultdict(list)
        office = self.cast.office()
        for number, task in enumerate(tasks):
            self.stage.move(move_task, task.pk, TaskMove.ISSUE, office, day)
            signing[self.stage.calendar.shift(day, 1 + number % 3)].append(task)
        for when, batch in signing.items():
            self.stage.at(when, partial(self._sign_for, batch))

    def _sign_for(self, tasks: list[Task], day: dt.date) -> None:
        for task in tasks:
            self.stage.move(move_task, task.pk, TaskMove.SIGN_FOR, self.cast.seat(Role.HEAD, task), day)

    def _plan_claims(self) -> None:
        """Put the claiming of every milestone due before today on the agenda."""
        told = self.stage.story["claims"]
        for milestone in (
            Milestone.objects.filter(task__revision=self.stage.revision).select_related("task").order_by("pk")
        ):
            code = milestone.task.code
            if milestone.basis == DueBasis.OFFICE and milestone.due_on.year < self.stage.start.year:
                self.stage.at(self.stage.start + dt.timedelta(10), partial(self._claim, milestone))
            elif code not in told["never"]:
                day = self.stage.calendar.shift(milestone.due_on, told["late"].get(code, -2 - milestone.pk % 4))
                self.stage.at(day, partial(self._claim, milestone))

    def _claim(self, milestone: Milestone, day: dt.date) -> None:
        self._claim_only(milestone, day)
        reason = self.stage.story["claims"]["returned"].get(milestone.task.code)
        move, more = (MilestoneMove.RETURN, {"reason": reason}) if reason else (MilestoneMove.ACCEPT, {})
        then = self.stage.calendar.shift(day, 3)
        self.stage.at(
            then,
            lambda today: self.stage.move(
                move_milestone, milestone.pk, move, self.cast.reviewer(milestone.task), today, **more
            ),
        )
        if reason:
            self.stage.at(self.stage.calendar.shift(day, 6), partial(self._reclaim, milestone))

    def _claim_only(self, milestone: Milestone, day: dt.date) -> None:
        officer = self.cast.seat(Role.OFFICER, milestone.task)
        self._prove(milestone.task, officer, day, milestone_id=milestone.pk)
        self.stage.move(move_milestone, milestone.pk, MilestoneMove.CLAIM, officer, day)

    def _reclaim(self, milestone: Milestone, day: dt.date) -> None:
        self.stage.move(
            move_milestone, milestone.pk, MilestoneMove.CLAIM, self.cast.seat(Role.OFFICER, milestone.task), day
        )
        then = self.stage.calendar.shift(day, 2)
        accept = MilestoneMove.ACCEPT
        self.stage.at(
            then,
            lambda today: self.stage.move(
                move_milestone, milestone.pk, accept, self.cast.reviewer(milestone.task), today
            ),
        )

    def _prove(self, task: Task, actor: Actor, day: dt.date, **more: Any) -> None:
        body = f"演示佐证材料：{task.code} {task.title}\n日期：{day}\n本文件为虚构，仅供演示。\n"
        attach_evidence(
            task.pk,
            actor=actor,
            at=self.stage.noon(day),
            name=f"演示佐证-{task.code}-{day:%Y%m%d}.txt",
            content=io.BytesIO(body.encode()),
            declared_unclassified=True,
            is_demo=True,
            **more,
        )

    def _plan_dated_measures(self) -> None:
        """Finish the measures the plan dates: on time, late, after a return; the last one gets an extension."""
        dated = list(
            Task.objects.filter(revision=self.stage.revision, kind=TaskKind.MEASURE, due_basis=DueBasis.TEXT)
            .filter(due_on__gte=self.stage.start, due_on__lt=self.stage.today)
            .order_by("path")
        )
        for task, how in zip(dated[:-3], cycle(self.stage.story["finished"]), strict=False):
            self.stage.at(self.stage.calendar.shift(task.due_on, how["submit"]), partial(self._finish, task, how))
        for task in dated[-3:-2]:
            self.stage.at(self.stage.calendar.shift(task.due_on, -1), partial(self._return_completion, task))
        for task, told in zip(dated[-2:], self.stage.story["extensions"], strict=False):
            self.stage.at(self.stage.calendar.shift(task.due_on, -8), partial(self._extend, task, told))
        self.extended_last = dated[-1] if dated else None

    def _finish(self, task: Task, how: dict[str, Any], day: dt.date) -> None:
        officer = self.cast.seat(Role.OFFICER, task)
        self._prove(task, officer, day)
        self.stage.move(move_task, task.pk, TaskMove.SUBMIT, officer, day)
        given = {"quality": Decimal(how["quality"])}
        accept = TaskMove.ACCEPT
        self.stage.at(
            self.stage.calendar.shift(day, how["accept"]),
            lambda today: self.stage.move(move_task, task.pk, accept, self.cast.reviewer(task), today, given=given),
        )

    def _return_completion(self, task: Task, day: dt.date) -> None:
        officer = self.cast.seat(Role.OFFICER, task)
        self._prove(task, officer, day)
        self.stage.move(move_task, task.pk, TaskMove.SUBMIT, officer, day)
        reason, move = self.stage.story["returned_completion"], TaskMove.RETURN
        self.stage.at(
            self.stage.calendar.shift(day, 3),
            lambda today: self.stage.move(move_task, task.pk, move, self.cast.reviewer(task), today, reason=reason),
        )

    def _extend(self, task: Task, told: dict[str, Any], day: dt.date) -> None:
        """Move the date to one seen from today: one task is then nearly told to its supervising leader."""
        asked = told | {"new_due_on": self.stage.calendar.shift(self.stage.today, told["due"])}
        change = self._ask(task, asked, day)
        move = partial(
            self.stage.move, move_change, change.pk, ChangeMove.APPROVE, self.cast.leader(task), reason=told["decision"]
        )
        self.stage.at(self.stage.calendar.shift(day, 3), move)

    def _ask(self, task: Task, asked: dict[str, Any], day: dt.date) -> ChangeRequest:
        change = request_extension(
            task.pk,
            actor=self.cast.seat(Role.OFFICER, task),
            at=self.stage.noon(day),
            new_due_on=asked["new_due_on"],
            cause=asked["cause"],
            explanation=asked["explanation"],
        )
        self.stage.move(move_change, change.pk, ChangeMove.SIGN, self.cast.seat(Role.HEAD, task), day)
        return change

    def _plan_desk(self) -> None:
        """Leave something on the desks of today: claims and a request that nobody has decided."""
        told = self.stage.story["pending"]
        for code, days in told["claims"].items():
            steps = Milestone.objects.filter(task__revision=self.stage.revision, task__code=code, basis=DueBasis.OFFICE)
            for step in steps.filter(due_on__year=self.stage.today.year).select_related("task"):
                self.stage.at(self.stage.calendar.shift(self.stage.today, -days), partial(self._claim_only, step))
        if self.extended_last is not None:
            self.stage.at(
                self.stage.calendar.shift(self.stage.today, -3), partial(self._ask_again, self.extended_last, told)
            )

    def _ask_again(self, task: Task, told: dict[str, Any], day: dt.date) -> None:
        task.refresh_from_db()
        asked = told["second_extension"]
        self._ask(task, asked | {"new_due_on": self.stage.calendar.shift(task.due_on, asked["workdays"])}, day)

    def observe(self) -> None:
        """Write the invented results of the targets that are past."""
        for told in self.stage.story["observations"]:
            row = Observation(
                indicator=Indicator.objects.get(code=told["indicator"]),
                year=told["year"],
                value=Decimal(str(told["value"])),
                source=self.stage.story["mark"],
                observed_on=dt.date(told["year"] + 1, 3, 31),
                status=ObservationStatus(told["status"]),
                is_demo=True,
            )
            row.save_audited(by=None, reason=Origin.DEMO, at=self.stage.noon(self.stage.today))
