"""The demo year: invented people living through real use cases, day by day, every trace of it marked."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Appointment, OrgUnit, Post, User
from accounts.vocab import Role
from tasks.models import (
    ChangeRequest,
    Deadline,
    Indicator,
    Milestone,
    Notice,
    Observation,
    PlanRevision,
    PortfolioLine,
    ProgressReport,
    ReportDue,
    Task,
)
from tasks.queries.base import work_calendar
from tasks.queries.scope import actor_of
from tasks.queries.track import lead_unit_id
from tasks.rules.analyse import LeafFacts, planned_progress
from tasks.rules.gate import Actor
from tasks.rules.periods import period_of
from tasks.usecases.analyse import refresh_standings, roll_day
from tasks.usecases.decompose.files import Reader
from tasks.usecases.remind.sweep import sweep
from tasks.usecases.track import (
    attach_evidence,
    materialise_reports,
    move_change,
    move_milestone,
    move_report,
    move_task,
    request_extension,
    save_report,
)
from tasks.vocab import (
    ChangeMove,
    DeadlineState,
    DueBasis,
    MilestoneMove,
    NoticeState,
    ObservationStatus,
    Period,
    ProgressMode,
    ReportMove,
    TaskKind,
    TaskMove,
    TaskStatus,
)

Event = Callable[[dt.date], None]
Progress = Callable[[str, int], None]


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
        return Demo(story, PlanRevision.objects.get(plan__code=code), today, password, progress).live()


class Demo:
    """One telling of the story: events by day, played in order."""

    def __init__(
        self, story: dict[str, Any], revision: PlanRevision, today: dt.date, password: str, progress: Progress
    ) -> None:
        self.story, self.revision, self.today, self.progress = story, revision, today, progress
        self.calendar = work_calendar()
        starts = story["starts"]
        first = dt.date(today.year - starts["years_back"], starts["month"], starts["day"])
        self.start = self.calendar.on_or_after(max(first, revision.effective_on))
        self.agenda: dict[dt.date, list[Event]] = defaultdict(list)
        self.later: dict[int, Task] = {}
        self.planned_reports: set[int] = set()
        this_quarter = period_of(today, Period.QUARTER)
        self.newest_period = period_of(this_quarter.first - dt.timedelta(1), Period.QUARTER).key
        self.password = make_password(password)
        self.by_seat: dict[tuple[str, int], Actor] = {}
        self.names = self._names()

    def live(self) -> int:
        """Play the whole story and return the number of people in it."""
        people = self._appoint()
        self.progress("people", people)
        self._supervise()
        items = list(Task.objects.filter(revision=self.revision).exclude(kind=TaskKind.CAMPAIGN).order_by("path"))
        self.at(self.start, partial(self._issue, items))
        self._plan_reports()
        self._plan_claims()
        self._plan_dated_measures()
        self._plan_desk()
        self._play()
        self._observe()
        roll_day(today=self.today - dt.timedelta(1))
        return people

    # --- people -----------------------------------------------------------------------------------------------------
    def _names(self) -> Iterator[str]:
        given = cycle(self.story["given_names"])
        for surname in cycle(self.story["surnames"]):
            yield f"{surname}{next(given)}{self.story['mark']}"

    def _appoint(self) -> int:
        units = {unit.code: unit for unit in OrgUnit.objects.all()}
        taken = set()
        count = 0
        for row in self.story["logins"]:
            post = Post.objects.get(org_unit=units[row["unit"]], title=row["post"])
            taken.add(post.pk)
            self._person(row["username"], post)
            count += 1
        for post in Post.objects.filter(role__in=[Role.HEAD, Role.OFFICER]).select_related("org_unit").order_by("pk"):
            self._person(f"{post.org_unit.code}_{post.role}", post)
            count += 1
        for appointment in Appointment.objects.select_related("post", "user"):
            key = (appointment.post.role, appointment.post.org_unit_id)
            self.by_seat.setdefault(key, actor_of(appointment.user, today=self.today))
        return count

    def _person(self, username: str, post: Post) -> None:
        user = User(
            username=username,
            full_name=next(self.names),
            email=f"{username}@demo.invalid",
            password=self.password,
            is_staff=True,
            is_demo=True,
        )
        user.save()
        row = Appointment(post=post, user=user, valid_from=min(self.start, self.revision.effective_on))
        row.save_audited(by=None, reason=self.story["mark"], at=self.noon(self.start))

    def _supervise(self) -> None:
        for line in self.story["portfolio"]:
            post = Post.objects.get(role=Role.LEADER, title=line["post"])
            for root in Task.objects.filter(revision=self.revision, code__in=line["nodes"]).order_by("path"):
                row = PortfolioLine(post=post, campaign=root, valid_from=self.revision.effective_on)
                row.save_audited(by=None, reason=self.story["mark"], at=self.noon(self.start))

    def seat(self, role: str, task: Task) -> Actor:
        """Return who holds `role` in the task's lead unit."""
        return self.by_seat[role, lead_unit_id(task.pk) or 0]

    def office(self) -> Actor:
        """Return the office's person."""
        return next(actor for (role, _unit), actor in self.by_seat.items() if role == Role.OFFICE)

    def reviewer(self, task: Task) -> Actor:
        """Return who accepts the task's work: the office, and for the office's own work the supervising leader."""
        office = self.office()
        return self.leader(task) if lead_unit_id(task.pk) in office.units() else office

    def leader(self, task: Task) -> Actor:
        """Return the supervising leader of the task's campaign."""
        root = task.campaign_id or task.pk
        posts = Appointment.objects.filter(post__role=Role.LEADER, post__portfolio__campaign=root)
        return actor_of(posts.select_related("user")[0].user, today=self.today)

    # --- time -------------------------------------------------------------------------------------------------------
    def noon(self, day: dt.date) -> dt.datetime:
        return timezone.make_aware(dt.datetime.combine(day, dt.time(10, 30)))

    def at(self, day: dt.date, event: Event) -> None:
        """Put an event on the agenda; what would happen today or later has not happened."""
        if self.start <= day < self.today:
            self.agenda[self.calendar.on_or_after(day)].append(event)

    def _play(self) -> None:
        day = self.start
        while day < self.today:
            for event in self.agenda.get(day, []):
                event(day)
            if self.later:
                refresh_standings(list(self.later.values()), today=day)
                self.later.clear()
            if day.day == 1 or day == self.start:
                materialise_reports(today=day)
                self._plan_reports()
                self.progress(f"{day:%Y-%m}", Task.objects.filter(status=TaskStatus.IN_PROGRESS).count())
            due = Deadline.objects.filter(state=DeadlineState.OPEN, next_fire_on__lte=day)
            if self.calendar.is_workday(day) and due.exists():
                sweep(today=day, at=self.noon(day))
            day += dt.timedelta(1)
        # Nobody was there to read them: the past of a demo is remembered, not mailed.
        Notice.objects.filter(state=NoticeState.PLANNED).update(state=NoticeState.VOID, void_reason="demo_past")

    # --- what happens ----------------------------------------------------------------------------------------------
    def move(self, mover: Callable[..., Any], row_id: int, move: str, actor: Actor, day: dt.date, **more: Any) -> Any:
        return mover(row_id, move, actor=actor, at=self.noon(day), later=self.later, **more)

    def _issue(self, tasks: list[Task], day: dt.date) -> None:
        signing: dict[dt.date, list[Task]] = defaultdict(list)
        office = self.office()
        for number, task in enumerate(tasks):
            self.move(move_task, task.pk, TaskMove.ISSUE, office, day)
            signing[self.calendar.shift(day, 1 + number % 3)].append(task)
        for when, batch in signing.items():
            self.at(when, partial(self._sign_for, batch))

    def _sign_for(self, tasks: list[Task], day: dt.date) -> None:
        for task in tasks:
            self.move(move_task, task.pk, TaskMove.SIGN_FOR, self.seat(Role.HEAD, task), day)

    def _plan_reports(self) -> None:
        """Put the filing of every report due on the agenda once: on time, late, returned or not at all."""
        told = self.story["reports"]
        for due in ReportDue.objects.filter(report__isnull=True).select_related("task").order_by("pk"):
            if due.pk in self.planned_reports or due.period_end >= self.today:
                continue
            self.planned_reports.add(due.pk)
            code = due.task.code
            if due.period_key == self.newest_period and code in told["missing_last"]:
                continue
            day = self.calendar.shift(due.due_on, told["late"].get(code, -1 - due.pk % 3))
            self.at(day, partial(self._file, due))

    def _file(self, due: ReportDue, day: dt.date) -> None:
        officer, head = self.seat(Role.OFFICER, due.task), self.seat(Role.HEAD, due.task)
        measures = list(Task.objects.below(due.task).live().filter(kind=TaskKind.MEASURE).order_by("path"))
        first = measures[0].title if measures else due.task.title
        texts = self.story["texts"]
        content = {
            "done": texts["done"].format(title=due.task.title, count=len(measures), first=first),
            "problems": texts["problems"][due.pk % len(texts["problems"])],
            "next_steps": texts["next_steps"].format(first=first),
            "claimed_progress": self._progress(due.task, 0, day),
        }
        lines = {task.pk: {"claimed_progress": self._progress(task, n, day)} for n, task in enumerate(measures)}
        report = save_report(due.pk, actor=officer, at=self.noon(day), content=content, lines=lines, is_demo=True)
        self.move(move_report, report.pk, ReportMove.SIGN, head, day)
        reason = self.story["reports"]["returned"].get(due.task.code)
        then = self.calendar.shift(day, 2)
        if due.period_key == self.newest_period and due.task.code in self.story["pending"]["unreviewed_reports"]:
            return
        open_return = self.story["pending"]["returned_reports"].get(due.task.code)
        if due.period_key == self.newest_period and open_return:
            returned, move = self.calendar.shift(self.today, -2), ReportMove.RETURN
            self.at(
                returned,
                lambda today: self.move(
                    move_report, report.pk, move, self.reviewer(due.task), today, reason=open_return
                ),
            )
        elif reason and not ProgressReport.objects.filter(task=due.task, times_returned__gt=0).exists():
            self.at(then, partial(self._return_report, report, reason))
        else:
            self.at(
                then, lambda today: self.move(move_report, report.pk, ReportMove.ACCEPT, self.reviewer(due.task), today)
            )

    def _return_report(self, report: ProgressReport, reason: str, day: dt.date) -> None:
        self.move(move_report, report.pk, ReportMove.RETURN, self.reviewer(report.task), day, reason=reason)
        again, accepted = self.calendar.shift(day, 2), self.calendar.shift(day, 4)
        self.at(again, partial(self._refile, report))
        self.at(
            accepted,
            lambda today: self.move(move_report, report.pk, ReportMove.ACCEPT, self.reviewer(report.task), today),
        )

    def _refile(self, report: ProgressReport, day: dt.date) -> None:
        text = {"done": report.done + "补充说明已附。"}
        save_report(report.due_id, actor=self.seat(Role.OFFICER, report.task), at=self.noon(day), content=text)
        self.move(move_report, report.pk, ReportMove.SIGN, self.seat(Role.HEAD, report.task), day)

    def _progress(self, task: Task, number: int, day: dt.date) -> int:
        """Return what a unit would claim on `day`: the schedule times the pace of its item, in percent 0–95."""
        facts = LeafFacts(task.status, task.starts_on, task.due_on, ProgressMode.DECLARED)
        paces, pace = self.story["paces"], self.story["pace"]
        slowest = [paces[code] for code in paces if task.code == code or task.code.startswith(code + ".")]
        factor = slowest[0] if slowest else pace[(task.pk + number) % len(pace)]
        return max(0, min(95, round(planned_progress(facts, day, self.calendar) * factor)))

    def _plan_claims(self) -> None:
        """Put the claiming of every milestone due before today on the agenda."""
        told = self.story["claims"]
        for milestone in Milestone.objects.filter(task__revision=self.revision).select_related("task").order_by("pk"):
            code = milestone.task.code
            if milestone.basis == DueBasis.OFFICE and milestone.due_on.year < self.start.year:
                self.at(self.start + dt.timedelta(10), partial(self._claim, milestone))
            elif code not in told["never"]:
                day = self.calendar.shift(milestone.due_on, told["late"].get(code, -2 - milestone.pk % 4))
                self.at(day, partial(self._claim, milestone))

    def _claim(self, milestone: Milestone, day: dt.date) -> None:
        self._claim_only(milestone, day)
        reason = self.story["claims"]["returned"].get(milestone.task.code)
        move, more = (MilestoneMove.RETURN, {"reason": reason}) if reason else (MilestoneMove.ACCEPT, {})
        then = self.calendar.shift(day, 3)
        self.at(
            then,
            lambda today: self.move(move_milestone, milestone.pk, move, self.reviewer(milestone.task), today, **more),
        )
        if reason:
            self.at(self.calendar.shift(day, 6), partial(self._reclaim, milestone))

    def _reclaim(self, milestone: Milestone, day: dt.date) -> None:
        self.move(move_milestone, milestone.pk, MilestoneMove.CLAIM, self.seat(Role.OFFICER, milestone.task), day)
        then = self.calendar.shift(day, 2)
        accept = MilestoneMove.ACCEPT
        self.at(
            then, lambda today: self.move(move_milestone, milestone.pk, accept, self.reviewer(milestone.task), today)
        )

    def _prove(self, task: Task, actor: Actor, day: dt.date, **more: Any) -> None:
        body = f"演示佐证材料：{task.code} {task.title}\n日期：{day}\n本文件为虚构，仅供演示。\n"
        attach_evidence(
            task.pk,
            actor=actor,
            at=self.noon(day),
            name=f"演示佐证-{task.code}-{day:%Y%m%d}.txt",
            content=io.BytesIO(body.encode()),
            declared_unclassified=True,
            is_demo=True,
            **more,
        )

    def _plan_dated_measures(self) -> None:
        """Finish the measures the plan dates: on time, late, after a return; the last one gets an extension."""
        dated = list(
            Task.objects.filter(revision=self.revision, kind=TaskKind.MEASURE, due_basis=DueBasis.TEXT)
            .filter(due_on__gte=self.start, due_on__lt=self.today)
            .order_by("path")
        )
        for task, how in zip(dated[:-3], cycle(self.story["finished"]), strict=False):
            self.at(self.calendar.shift(task.due_on, how["submit"]), partial(self._finish, task, how))
        for task in dated[-3:-2]:
            self.at(self.calendar.shift(task.due_on, -1), partial(self._return_completion, task))
        for task, told in zip(dated[-2:], self.story["extensions"], strict=False):
            self.at(self.calendar.shift(task.due_on, -8), partial(self._extend, task, told))
        self.extended_last = dated[-1] if dated else None

    def _finish(self, task: Task, how: dict[str, Any], day: dt.date) -> None:
        officer = self.seat(Role.OFFICER, task)
        self._prove(task, officer, day)
        self.move(move_task, task.pk, TaskMove.SUBMIT, officer, day)
        given = {"quality": Decimal(how["quality"])}
        accept = TaskMove.ACCEPT
        self.at(
            self.calendar.shift(day, how["accept"]),
            lambda today: self.move(move_task, task.pk, accept, self.reviewer(task), today, given=given),
        )

    def _return_completion(self, task: Task, day: dt.date) -> None:
        officer = self.seat(Role.OFFICER, task)
        self._prove(task, officer, day)
        self.move(move_task, task.pk, TaskMove.SUBMIT, officer, day)
        reason, move = self.story["returned_completion"], TaskMove.RETURN
        self.at(
            self.calendar.shift(day, 3),
            lambda today: self.move(move_task, task.pk, move, self.reviewer(task), today, reason=reason),
        )

    def _extend(self, task: Task, told: dict[str, Any], day: dt.date) -> None:
        """Move the date to one seen from today: one task is then nearly told to its supervising leader."""
        asked = told | {"new_due_on": self.calendar.shift(self.today, told["due"])}
        change = self._ask(task, asked, day)
        move = partial(
            self.move, move_change, change.pk, ChangeMove.APPROVE, self.leader(task), reason=told["decision"]
        )
        self.at(self.calendar.shift(day, 3), move)

    def _ask(self, task: Task, asked: dict[str, Any], day: dt.date) -> ChangeRequest:
        change = request_extension(
            task.pk,
            actor=self.seat(Role.OFFICER, task),
            at=self.noon(day),
            new_due_on=asked["new_due_on"],
            cause=asked["cause"],
            explanation=asked["explanation"],
        )
        self.move(move_change, change.pk, ChangeMove.SIGN, self.seat(Role.HEAD, task), day)
        return change

    def _plan_desk(self) -> None:
        """Leave something on the desks of today: claims and a request that nobody has decided."""
        told = self.story["pending"]
        for code, days in told["claims"].items():
            steps = Milestone.objects.filter(task__revision=self.revision, task__code=code, basis=DueBasis.OFFICE)
            for step in steps.filter(due_on__year=self.today.year).select_related("task"):
                self.at(self.calendar.shift(self.today, -days), partial(self._claim_only, step))
        if self.extended_last is not None:
            self.at(self.calendar.shift(self.today, -3), partial(self._ask_again, self.extended_last, told))

    def _ask_again(self, task: Task, told: dict[str, Any], day: dt.date) -> None:
        task.refresh_from_db()
        asked = told["second_extension"]
        self._ask(task, asked | {"new_due_on": self.calendar.shift(task.due_on, asked["workdays"])}, day)

    def _claim_only(self, milestone: Milestone, day: dt.date) -> None:
        officer = self.seat(Role.OFFICER, milestone.task)
        self._prove(milestone.task, officer, day, milestone_id=milestone.pk)
        self.move(move_milestone, milestone.pk, MilestoneMove.CLAIM, officer, day)

    def _observe(self) -> None:
        """Write the invented results of the targets that are past."""
        for told in self.story["observations"]:
            row = Observation(
                indicator=Indicator.objects.get(code=told["indicator"]),
                year=told["year"],
                value=Decimal(str(told["value"])),
                source=self.story["mark"],
                observed_on=dt.date(told["year"] + 1, 3, 31),
                status=ObservationStatus(told["status"]),
                is_demo=True,
            )
            row.save_audited(by=None, reason=self.story["mark"], at=self.noon(self.today))
