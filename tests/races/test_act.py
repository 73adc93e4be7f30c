"""Two acceptors at once: on every task exactly one wins, nothing is written twice, nothing is lost."""

import datetime as dt
import threading
from collections import Counter
from random import Random

import pytest
from django.db import connections
from simple_history.utils import bulk_create_with_history

from accounts.models import AuditChain, AuditEntry, Post
from accounts.rules.audit import GENESIS
from tasks.errors import RefusedError
from tasks.models import Responsibility, Task, TaskMetrics
from tasks.usecases import analyse
from tasks.usecases.analyse import roll_day
from tasks.usecases.track import move_task
from tests.factories import make_city, make_person, noon

TASKS, THREADS = 120, 4
DAY = dt.date(2025, 3, 3)
LATE = {"GATE-01.state", "GATE-06.stale"}


def submitted_tasks(city):
    """Make many submitted measures of the energy bureau, as a quarter's end brings them."""
    leaf, energy = city.task("1.1.1.2"), city.unit("energy")
    rows = [
        Task(
            revision=leaf.revision,
            parent=leaf.parent,
            campaign=leaf.campaign,
            path=f"{leaf.path[:-4]}{1000 + n}",
            depth=leaf.depth,
            kind=leaf.kind,
            code=f"1.1.1.{1000 + n}",
            title="测试",
            starts_on=leaf.starts_on,
            due_on=leaf.due_on,
            baseline_due_on=leaf.due_on,
            status="submitted",
            submitted_by=city.people["energy_officer"],
            submitted_on=DAY,
        )
        for n in range(TASKS)
    ]
    bulk_create_with_history(rows, Task, default_change_reason="test")
    made = list(Task.objects.filter(title="测试").order_by("path"))
    parts = [Responsibility(task=task, org_unit=energy, kind="lead", confirmation="proposed") for task in made]
    bulk_create_with_history(parts, Responsibility, default_change_reason="test")
    return [task.pk for task in made]


def race(people, pks, move, city):
    """Let each of `people` make `move` on every task at once; return (who, task, answer) of every try."""
    actors = [city.actor(who, DAY) for who in people]
    start, found, lock = threading.Barrier(len(people)), [], threading.Lock()

    def run(number, actor):
        order = list(pks)
        Random(number // 2).shuffle(order)  # two in step, two crossing them
        start.wait()
        try:
            for pk in order:
                try:
                    move_task(pk, move, actor=actor, at=noon(DAY), given={"quality": "1"}, reason="because")
                    answer = "done"
                except RefusedError as refusal:
                    answer = refusal.code
                with lock:
                    found.append((actor.user_id, pk, answer))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_of_four_acceptors_at_once_exactly_one_wins_each_task():
    city = make_city()
    people = ["office", *(f"office{n}" for n in range(2, THREADS + 1))]
    for name in people[1:]:
        city.people[name] = make_person(name, city.unit("office"), "工作人员", dt.date(2025, 1, 1))
    pks = submitted_tasks(city)
    entries = AuditEntry.objects.count()

    found = race(people, pks, "accept", city)

    assert len(found) == TASKS * THREADS  # every try came back with an answer
    assert Counter(pk for _who, pk, answer in found if answer == "done") == dict.fromkeys(pks, 1)
    assert {answer for _who, _pk, answer in found} <= {"done", *LATE}
    winners = {pk: who for who, pk, answer in found if answer == "done"}
    assert dict(Task.objects.filter(pk__in=pks).values_list("pk", "accepted_by")) == winners
    assert set(Task.objects.filter(pk__in=pks).values_list("status", "version")) == {("accepted", 2)}
    assert AuditEntry.objects.count() == entries + TASKS
    for pk in pks:
        assert Task.history.filter(id=pk).count() == 2
    previous = GENESIS
    chain = AuditChain.objects.get(org_unit=city.unit("office"))
    for number, entry in enumerate(chain.auditentry_set.order_by("number"), start=1):
        assert (entry.number, entry.previous_digest) == (number, previous)
        previous = entry.digest
    assert (chain.last_number, chain.last_digest) == (number, previous)


@pytest.mark.django_db(transaction=True)
def test_acceptance_and_withdrawal_at_once_end_in_one_of_the_two():
    """The unit takes back what the office accepts at the same moment: one of them is told it came too late."""
    city = make_city()
    pks = submitted_tasks(city)[:40]
    start, found, late = threading.Barrier(2), [], set()

    def run(who, move):
        actor = city.actor(who, DAY)
        start.wait()
        try:
            for pk in pks:
                try:
                    move_task(pk, move, actor=actor, at=noon(DAY), given={"quality": "1"})
                    found.append((pk, move))
                except RefusedError as refusal:
                    late.add(refusal.code)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=pair) for pair in [("office", "accept"), ("energy_officer", "withdraw")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    status = {"accept": "accepted", "withdraw": "in_progress"}
    assert {pk: status[move] for pk, move in found} == dict(Task.objects.filter(pk__in=pks).values_list("pk", "status"))
    assert len(found) == len(pks)
    assert late <= LATE


@pytest.mark.django_db(transaction=True)
def test_acts_on_siblings_at_once_leave_their_parents_as_they_must_be(monkeypatch):
    """The first is held right before it stores what it worked out, long enough for the second to run through."""
    city = make_city()
    # From two units, or the audit chain of the one would make them wait for each other.
    other = city.unit("transport")
    Post(org_unit=other, title="碳达峰专员", role="office").save_audited(by=None, reason="test", at=noon(DAY))
    city.people["office2"] = make_person("office2", other, "碳达峰专员", dt.date(2025, 1, 1))
    pks = submitted_tasks(city)[:2]
    roll_day(today=DAY)
    inside, through, store = threading.Event(), threading.Event(), analyse._store

    def held(*args):
        if not inside.is_set():
            inside.set()
            through.wait(timeout=2)
        store(*args)

    def run(who, pk):
        try:
            actor = city.actor(who, DAY)
            move_task(pk, "accept", actor=actor, at=noon(DAY), given={"quality": "1"})
        finally:
            connections.close_all()

    monkeypatch.setattr(analyse, "_store", held)
    first = threading.Thread(target=run, args=("office", pks[0]))
    first.start()
    inside.wait(timeout=10)
    second = threading.Thread(target=run, args=("office2", pks[1]))
    second.start()
    second.join(timeout=1)
    through.set()
    first.join()
    second.join()

    kept = sorted(TaskMetrics.objects.values_list("task", "light", "progress", "planned"))
    roll_day(today=DAY)
    assert sorted(TaskMetrics.objects.values_list("task", "light", "progress", "planned")) == kept
    assert Task.objects.filter(pk__in=pks, status="accepted").count() == 2
