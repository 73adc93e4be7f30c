"""The demo's people: invented, appointed to every post, each marked as such."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Appointment, OrgUnit, Post, User
from accounts.vocab import Origin, Role
from tasks.models import PlanRevision, PortfolioLine, Task
from tasks.queries.scope import actor_of
from tasks.queries.track import lead_unit_id
from tasks.rules.gate import Actor


class Cast:
    """Who plays: the holder of every seat, and the leader who supervises each campaign."""

    def __init__(self, story: dict[str, Any], revision: PlanRevision, *, today: dt.date, at: dt.datetime) -> None:
        self.story, self.revision, self.today, self.at = story, revision, today, at
        self.by_seat: dict[tuple[str, int], Actor] = {}
        self.names = self._names()

    def _names(self) -> Iterator[str]:
        given = cycle(self.story["given_names"])
        for surname in cycle(self.story["surnames"]):
            yield f"{surname}{next(given)}{self.story['mark']}"

    def appoint(self, password: str) -> int:
        """Appoint somebody to every post that works, let leaders supervise, and return how many people there are."""
        hashed = make_password(password)  # once: hashing is slow on purpose
        units = {unit.code: unit for unit in OrgUnit.objects.all()}
        count = 0
        for row in self.story["logins"]:
            post = Post.objects.get(org_unit=units[row["unit"]], title=row["post"])
            self._person(row["username"], post, hashed)
            count += 1
        for post in Post.objects.filter(role__in=[Role.HEAD, Role.OFFICER]).select_related("org_unit").order_by("pk"):
            self._person(f"{post.org_unit.code}_{post.role}", post, hashed)
            count += 1
        for appointment in Appointment.objects.select_related("post", "user"):
            key = (appointment.post.role, appointment.post.org_unit_id)
            self.by_seat.setdefault(key, actor_of(appointment.user, today=self.today))
        self._supervise()
        return count

    def _person(self, username: str, post: Post, password: str) -> None:
        user = User(
            username=username,
            full_name=next(self.names),
            email=f"{username}@demo.invalid",
            password=password,
            is_staff=True,
            is_demo=True,
        )
        user._history_date, user._change_reason = self.at, Origin.DEMO  # type: ignore[attr-defined]
        user.save()
        row = Appointment(post=post, user=user, valid_from=self.revision.effective_on)
        row.save_audited(by=None, reason=Origin.DEMO, at=self.at)

    def _supervise(self) -> None:
        for line in self.story["portfolio"]:
            post = Post.objects.get(role=Role.LEADER, title=line["post"])
            for root in Task.objects.filter(revision=self.revision, code__in=line["nodes"]).order_by("path"):
                row = PortfolioLine(post=post, campaign=root, valid_from=self.revision.effective_on)
                row.save_audited(by=None, reason=Origin.DEMO, at=self.at)

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
