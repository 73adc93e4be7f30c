"""The invented city behind the REST door: signed-in clients, and one canary in every kind of row."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.db import transaction
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from accounts.models import User
from tasks.models import PlanRevision, ProgressReport, ReportDue, ReportRule, Task
from tasks.usecases.track import attach_evidence, request_extension, save_report
from tests.factories import City, issue_all, make_city, noon

PASSWORD = "correct-Horse-7-battery"
START = date(2025, 1, 2)


@pytest.fixture(autouse=True)
def _no_memory_of_attempts():
    cache.clear()


@pytest.fixture
def evidence_store(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    return tmp_path


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[City]:
    """The city, made once per module in a transaction that each test's own nests in: making it costs half a second."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_city(START)
        issue_all(made, START)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def city(loaded, db) -> City:
    """Everything issued and signed for; the doors read the real clock, so nothing here depends on the day."""
    people = User.objects.in_bulk([user.pk for user in loaded.people.values()])
    revision = PlanRevision.objects.get(pk=loaded.revision.pk)
    return City(revision, {name: people[user.pk] for name, user in loaded.people.items()})


@pytest.fixture
def sign_in(city):
    """A client that carries a person's token, by the person's short name."""

    def client(name: str) -> APIClient:
        token, _made = Token.objects.get_or_create(user=city.people[name])
        made = APIClient(raise_request_exception=False)
        made.credentials(HTTP_AUTHORIZATION=f"Token {token.key}", HTTP_ACCEPT_LANGUAGE="en")
        return made

    return client


def report_due(task: Task, period: str = "2030-Q1") -> ReportDue:
    """A report that can be written today, whenever that is."""
    return ReportDue.objects.create(
        rule=ReportRule.objects.get(revision=task.revision),
        task=task,
        period_key=period,
        period_end=date(2030, 3, 31),
        opens_on=START,
        due_on=date(2030, 4, 5),
    )


def later(task: Task) -> date:
    return task.due_on + timedelta(days=7)


@pytest.fixture
def canary(city, evidence_store) -> dict[str, object]:
    """The word CANARY in every kind of row of the energy bureau's measure that the park has no part in."""
    item, task = city.task("1.1.1"), city.task("1.1.1.1")
    officer = city.actor("energy_officer", START)
    task.title = "CANARY task"
    task.acceptance = "CANARY acceptance"
    task.save_audited(by=None, reason="test", at=noon(START), fields=["title", "acceptance"])
    milestone = item.milestones.order_by("due_on")[0]
    milestone.title = "CANARY milestone"
    milestone.save_audited(by=None, reason="test", at=noon(START), fields=["title"])
    due = report_due(item)
    report = save_report(
        due.pk,
        actor=officer,
        at=noon(START),
        content={"claimed_progress": 10, "done": "CANARY report"},
        lines={task.pk: {"claimed_progress": 20, "note": "CANARY line"}},
    )
    evidence = attach_evidence(
        item.pk,
        actor=officer,
        at=noon(START),
        name="CANARY.pdf",
        content=BytesIO(b"CANARY file"),
        declared_unclassified=True,
    )
    change = request_extension(
        task.pk, actor=officer, at=noon(START), new_due_on=later(task), cause="external", explanation="CANARY change"
    )
    return {
        "task": task,
        "milestone": milestone,
        "due": due,
        "report": ProgressReport.objects.get(pk=report.pk),
        "evidence": evidence,
        "change": change,
    }
