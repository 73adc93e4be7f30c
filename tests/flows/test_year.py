"""A year of the invented city, day by day: reminders, escalation, acceptance, scorecard; any unexpected mail fails."""

import datetime as dt
import email
import email.policy
import io
from collections import defaultdict

import pytest
from django.core import mail

from tasks.channels.plain import MemoryChannel
from tasks.models import Deadline, Message, Milestone, Notice, ReportDue, ScoreSheet, StatusSnapshot, TaskMetrics
from tasks.queries.base import work_calendar
from tasks.usecases.analyse import roll_day
from tasks.usecases.assess.schemes import load_scheme
from tasks.usecases.assess.year import score_year
from tasks.usecases.remind import compose, rungs_of, sweep
from tasks.usecases.remind.deliver import deliver
from tasks.usecases.track import (
    attach_evidence,
    materialise_reports,
    move_change,
    move_milestone,
    move_report,
    request_extension,
    save_report,
)
from tests.factories import FIXTURES, SHANGHAI, City, issue_all, make_city, noon

START, END = dt.date(2025, 1, 2), dt.date(2026, 2, 13)
DAY = dt.date.fromisoformat


class Year:
    """The city and its agenda; `told` is what left: (day, login, escalation level of each line's rung)."""

    def __init__(self) -> None:
        rungs_of.cache_clear()
        load_scheme(FIXTURES, at=noon(START))
        self.city: City = make_city(START)
        self.calendar = work_calendar()
        self.agenda = defaultdict(list)
        self.told: dict[tuple[str, str], list[tuple[dt.date, str]]] = defaultdict(list)
        self.mails: list[tuple[dt.date, str, str]] = []

    def on(self, day: str, act, *args) -> None:
        self.agenda[DAY(day)].append((act, args))

    def live(self) -> None:
        """Play every day from START to END as the clock would."""
        issue_all(self.city, START)
        day = START
        while day <= END:
            self.play(day)
            day += dt.timedelta(1)

    def play(self, day: dt.date) -> None:
        if day.day == 1 or day == START:
            materialise_reports(today=day)
        if day.weekday() == 4:
            roll_day(today=day)
        for act, args in self.agenda[day]:
            act(day, *args)
        for hour in (0, 12):
            sweep(today=day, at=self.at(day, hour, 1))
        for hour in (8, 14):
            compose(at=self.at(day, hour, 31), site_url="https://plan.example.test", sender="office@example.test")
            before = len(mail.outbox)
            done = deliver(MemoryChannel(), at=self.at(day, hour, 32))
            assert (done.error, len(done.sent)) == ("", len(mail.outbox) - before)
        self.remember(day)

    def at(self, day: dt.date, hour: int, minute: int) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=SHANGHAI)

    def remember(self, day: dt.date) -> None:
        for notice in Notice.objects.filter(fired_on=day).select_related("deadline", "recipient", "rung"):
            key = (notice.deadline.kind, notice.deadline.task.code)
            entry = (day, f"{notice.recipient.username} {notice.rung.offset:+d}")
            if entry not in self.told[key]:
                self.told[key].append(entry)

    # --- what people do ---------------------------------------------------------------------------------------------
    def file(self, day: dt.date, unit: str, code: str, period: str, progress: int) -> None:
        due = ReportDue.objects.get(task=self.city.task(code), period_key=period)
        officer, head = (self.city.actor(f"{unit}_{role}", day) for role in ("officer", "head"))
        lines = {task.pk: {"claimed_progress": progress} for task in due.task.children.all()}
        report = save_report(due.pk, actor=officer, at=noon(day), content={"done": "按计划推进"}, lines=lines)
        move_report(report.pk, "sign", actor=head, at=noon(day))

    def review(self, day: dt.date, code: str, period: str, move: str) -> None:
        report = ReportDue.objects.get(task=self.city.task(code), period_key=period).report
        move_report(report.pk, move, actor=self.city.actor("office", day), at=noon(day), reason="请补充数据")

    def refile(self, day: dt.date, unit: str, code: str, period: str) -> None:
        due = ReportDue.objects.get(task=self.city.task(code), period_key=period)
        officer, head = (self.city.actor(f"{unit}_{role}", day) for role in ("officer", "head"))
        save_report(due.pk, actor=officer, at=noon(day), content={"done": "已补充数据"})
        move_report(due.report.pk, "sign", actor=head, at=noon(day))

    def claim(self, day: dt.date, unit: str, code: str, step: str) -> None:
        step_id = Milestone.objects.get(task=self.city.task(code), code=step).pk
        officer = self.city.actor(f"{unit}_officer", day)
        self.prove(day, unit, code, milestone_id=step_id)
        move_milestone(step_id, "claim", actor=officer, at=noon(day))

    def prove(self, day: dt.date, unit: str, code: str, **more) -> None:
        officer, body = self.city.actor(f"{unit}_officer", day), io.BytesIO(f"{code} {day}".encode())
        attach_evidence(
            self.city.task(code).pk,
            actor=officer,
            at=noon(day),
            name="证明.pdf",
            content=body,
            declared_unclassified=True,
            **more,
        )

    def decide(self, day: dt.date, code: str, step: str, move: str) -> None:
        step_id = Milestone.objects.get(task=self.city.task(code), code=step).pk
        move_milestone(step_id, move, actor=self.city.actor("office", day), at=noon(day), reason="核对无误")

    def extend(self, day: dt.date, unit: str, code: str, to: str) -> None:
        officer, head = (self.city.actor(f"{unit}_{role}", day) for role in ("officer", "head"))
        task = self.city.task(code)
        change = request_extension(
            task.pk, actor=officer, at=noon(day), new_due_on=DAY(to), cause="external", explanation="汛期停工"
        )
        move_change(change.pk, "sign", actor=head, at=noon(day))
        move_change(change.pk, "approve", actor=self.city.actor("leader", day), at=noon(day), reason="同意")

    def finish(self, day: dt.date, who: str, code: str, move: str, **given) -> None:
        if move == "submit":
            self.prove(day, who.split("_", maxsplit=1)[0], code)
        self.city.act(who, code, move, day, **given)


@pytest.fixture
def year(db, settings, tmp_path) -> Year:
    settings.STORAGES = settings.STORAGES | {
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    year = Year()
    for period, day in [("2025-Q1", "2025-04-03"), ("2025-Q2", "2025-07-03"), ("2025-Q3", "2025-10-10")]:
        year.on(day, year.file, "energy", "1.1.1", period, 20)
        year.on(f"{day[:8]}11", year.review, "1.1.1", period, "accept")
    year.on("2025-04-03", year.file, "transport", "1.1.2", "2025-Q1", 10)
    year.on("2025-04-07", year.review, "1.1.2", "2025-Q1", "return")
    year.on("2025-04-09", year.refile, "transport", "1.1.2", "2025-Q1")
    year.on("2025-04-10", year.review, "1.1.2", "2025-Q1", "accept")
    # transport forgets its second quarter until its leader has heard of it
    year.on("2025-07-25", year.file, "transport", "1.1.2", "2025-Q2", 20)
    year.on("2025-07-28", year.review, "1.1.2", "2025-Q2", "accept")
    year.on("2025-10-10", year.file, "transport", "1.1.2", "2025-Q3", 25)
    year.on("2025-10-13", year.review, "1.1.2", "2025-Q3", "accept")
    # energy reaches its step early; transport late, and is returned once
    year.on("2025-11-14", year.claim, "energy", "1.1.1", "Y2025")
    year.on("2025-11-17", year.decide, "1.1.1", "Y2025", "accept")
    year.on("2026-01-05", year.claim, "transport", "1.1.2", "Y2025")
    year.on("2026-01-06", year.decide, "1.1.2", "Y2025", "return")
    year.on("2026-01-07", year.claim, "transport", "1.1.2", "Y2025")
    year.on("2026-01-08", year.decide, "1.1.2", "Y2025", "accept")
    for unit, code in [("energy", "1.1.1"), ("transport", "1.1.2")]:
        year.on("2026-01-08", year.file, unit, code, "2025-Q4", 33)
        year.on("2026-01-12", year.review, code, "2025-Q4", "accept")
    # one measure finished early and accepted, one asked for more time before its date
    year.on("2025-12-01", year.finish, "energy_officer", "1.1.1.2", "submit")
    year.on("2025-12-03", lambda day: year.finish(day, "office", "1.1.1.2", "accept", quality="0.95"))
    year.on("2025-12-10", year.extend, "energy", "1.1.1.1", "2026-09-30")
    year.live()
    return year


def heard(year: Year, kind: str, code: str, since: str, until: str) -> list[tuple[str, str]]:
    """Who was told what about one subject between two days, in the order it happened."""
    days = [(day, what) for day, what in year.told[kind, code] if DAY(since) <= day <= DAY(until)]
    return [(day.isoformat(), what) for day, what in sorted(days)]


@pytest.mark.rule("REM-03")
def test_a_year_of_the_invented_city(year):
    """One test, because one year is lived once; each block is a chapter of it."""
    # The forgotten report climbs rung by rung, each person once, the leader last, and falls silent when it is filed.
    assert heard(year, "report", "1.1.2", "2025-06-20", "2025-08-31") == [
        ("2025-07-02", "transport_officer -3"),
        ("2025-07-07", "transport_head +0"),
        ("2025-07-07", "transport_officer +0"),
        ("2025-07-08", "transport_head +1"),
        ("2025-07-08", "transport_officer +1"),
        ("2025-07-14", "office +5"),
        ("2025-07-14", "transport_head +5"),
        ("2025-07-21", "leader +10"),
    ]
    # Whoever files in time hears only the reminders before it.
    assert heard(year, "report", "1.1.1", "2025-06-20", "2025-08-31") == [("2025-07-02", "energy_officer -3")]
    # A milestone claimed early is never called late; a late one is, but not while the office has it.
    assert {what for _day, what in heard(year, "milestone", "1.1.1", "2025-11-15", "2026-02-13")} == set()
    assert heard(year, "milestone", "1.1.2", "2025-12-26", "2026-02-13") == [
        ("2025-12-26", "transport_officer -3"),
        ("2025-12-31", "transport_head +0"),
        ("2025-12-31", "transport_officer +0"),
        ("2026-01-04", "transport_head +1"),
        ("2026-01-04", "transport_officer +1"),
        ("2026-01-06", "transport_officer -3"),  # returned: three working days to put it right
    ]
    # Every notice ended in a mail or void; every mail was sent once, and nobody got two for one slot.
    assert set(Notice.objects.values_list("state", flat=True)) <= {"composed", "void"}
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert len(mail.outbox) == Message.objects.count()
    slots = list(Message.objects.values_list("recipient_id", "slot_at"))
    assert len(slots) == len(set(slots))
    # Nothing left on a day off.
    assert all(year.calendar.is_workday(slot.astimezone(SHANGHAI).date()) for _who, slot in slots)
    # The leader read one mail: the one that says what is asked.
    leader = [sent for sent in mail.outbox if sent.to == ["leader@example.test"]]
    assert len(leader) == 1
    body = email.message_from_bytes(
        bytes(Message.objects.get(recipient=year.city.people["leader"]).body), policy=email.policy.default
    )
    assert "推广电动公交" in body.get_body(("plain",)).get_content()
    # The moved date moved once, the original date stays, and the reminders follow the new one.
    task = year.city.task("1.1.1.1")
    assert (task.baseline_due_on, task.due_on) == (DAY("2026-06-30"), DAY("2026-09-30"))
    deadline = Deadline.objects.get(task=task, kind="task")
    assert (deadline.revision, deadline.due_on, deadline.next_position) == (2, DAY("2026-09-30"), 0)
    # What was accepted is done; the stored standing equals a full recomputation.
    assert TaskMetrics.objects.get(task=year.city.task("1.1.1.2")).light == "done"
    roll_day(today=END)
    stored = list(TaskMetrics.objects.order_by("pk").values())
    roll_day(today=END)
    assert list(TaskMetrics.objects.order_by("pk").values()) == stored
    assert StatusSnapshot.objects.filter(day=END).count() == len(stored)
    # The scorecard counts the year as it was lived, to the last digit. Energy: its targets fall due in 2026 and nobody
    # asked for its help, so 40 + 5 points move to tasks: 0.95 × 85 = 80.75, and 15 for three reports in time, none
    # returned. Transport: its step was open at the year's end: 0 of 80; two of three reports in time, two of three
    # right at once: 6 + 4; its one supporting duty done: 5.
    score_year(2025, as_of=DAY("2026-01-31"), at=noon(DAY("2026-01-31")), actor=year.city.actor("office", END))
    totals = {sheet.org_unit.code: str(sheet.total) for sheet in ScoreSheet.objects.select_related("org_unit")}
    assert totals == {"energy": "95.75", "transport": "15.00"}
