"""Makes an invented city with its plan and people for tests; the same use cases as in production do the work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from accounts.models import Appointment, OrgUnit, Post, User
from accounts.vocab import Role
from tasks.models import PlanRevision, PortfolioLine, Task
from tasks.queries.scope import actor_of
from tasks.rules.gate import Actor
from tasks.usecases.decompose.base import load_base
from tasks.usecases.decompose.load_plan import load_plan
from tasks.usecases.track import move_task
from tasks.vocab import TaskMove, TaskStatus

ROOT = Path(__file__).parent
FIXTURES = ROOT.parent / "fixtures"
DATA = ROOT / "data"
SHANGHAI = ZoneInfo("Asia/Shanghai")

# (key, unit, title of the post): everybody the tests speak of, by a short name
PEOPLE = [
    ("office", "office", "工作人员"),
    ("inspector", "office", "督查员"),
    ("auditor", "office", "审计员"),
    ("admin", "office", "管理员"),
    ("leader", "leadership", "分管副市长"),
    ("energy_head", "energy", "负责人"),
    ("energy_officer", "energy", "联络员"),
    ("transport_head", "transport", "负责人"),
    ("transport_officer", "transport", "联络员"),
    ("county_head", "heshan", "负责人"),
    ("county_officer", "heshan", "联络员"),
    ("park_head", "lvzhou", "负责人"),
    ("park_officer", "lvzhou", "联络员"),
]


def noon(day: dt.date) -> dt.datetime:
    """Return twelve o'clock of `day` in the city."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=SHANGHAI)


@dataclass
class City:
    """The invented city: its plan's revision, people by short name, tasks by code."""

    revision: PlanRevision
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str, today: dt.date) -> Actor:
        """Return who `name` is on `today`."""
        return actor_of(self.people[name], today=today)

    def task(self, code: str) -> Task:
        """Return the task of that code as it is in the database now."""
        return Task.objects.get(revision=self.revision, code=code)

    def unit(self, code: str) -> OrgUnit:
        """Return the unit of that code."""
        return OrgUnit.objects.get(code=code)

    def act(self, name: str, code: str, move: str, today: dt.date, **given: object) -> Task:
        """Let `name` make a move on the task of that code at noon of `today`."""
        return move_task(
            self.task(code).pk,
            move,
            actor=self.actor(name, today),
            at=noon(today),
            reason=str(given.pop("reason", "测试")),
            given=given,
        )


def make_person(username: str, unit: OrgUnit, title: str, since: dt.date, password: str | None = None) -> User:
    """Make a user who holds the post of that title in `unit`, creating the post when there is none."""
    user = User(username=username, full_name=f"{unit.short_name}{title}", email=f"{username}@example.test")
    user.set_password(password) if password else user.set_unusable_password()
    user.is_staff = True
    user.save()
    post = Post.objects.get(org_unit=unit, title=title)
    Appointment(post=post, user=user, valid_from=since).save_audited(by=None, reason="test", at=noon(since))
    return user


def make_city(today: dt.date = dt.date(2025, 1, 2), *, password: str | None = None) -> City:
    """Load the invented city's plan as of `today`, with everybody in post since the plan's first day.

    The leader supervises the energy bureau's unit and the whole campaign. Nothing is issued yet.
    """
    load_base(FIXTURES, at=noon(today))
    revision = load_plan(DATA, "yunhe-2025", at=noon(today), first_year=2025)
    city = City(revision)
    since = dt.date(2025, 1, 1)
    units = {unit.code: unit for unit in OrgUnit.objects.all()}
    for name, unit, title in PEOPLE:
        city.people[name] = make_person(name, units[unit], title, since, password)
    leader = Post.objects.get(org_unit=units["leadership"], role=Role.LEADER)
    line = PortfolioLine(post=leader, campaign=city.task("1.1"), valid_from=since)
    line.save_audited(by=None, reason="test", at=noon(today))
    return city


def issue_all(city: City, today: dt.date) -> None:
    """Issue every task with a lead and have its head sign for it, items before their measures."""
    heads = {"energy": "energy_head", "transport": "transport_head"}
    for task in (
        Task.objects.filter(revision=city.revision, status=TaskStatus.DRAFT).exclude(kind="campaign").order_by("path")
    ):
        city.act("office", task.code, TaskMove.ISSUE, today)
        lead = task.responsibilities.get(kind="lead").org_unit.code
        city.act(heads[lead], task.code, TaskMove.SIGN_FOR, today)
