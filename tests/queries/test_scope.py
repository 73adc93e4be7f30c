"""Which rows a person may see: by role, unit, portfolio and day; a table nobody decided about is hidden."""

import datetime as dt
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Appointment
from tasks.models import (
    ChangeRequest,
    Deadline,
    Evidence,
    Milestone,
    Plan,
    PortfolioLine,
    ProgressReport,
    ReportDue,
    Responsibility,
    Task,
    TaskMetrics,
)
from tasks.queries.scope import BY_TASK, actor_of, visible, visible_tasks
from tasks.rules.gate import Actor
from tasks.usecases.track import attach_evidence
from tests.factories import make_city, noon
from tests.steps import bring_report

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 3, 3)
EVERYTHING = {"1.1", "1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2", "1.1.2.1", "1.1.2.2"}
SEEN = {
    "office": EVERYTHING,
    "inspector": EVERYTHING,
    "auditor": EVERYTHING,
    "leader": EVERYTHING,  # the campaign with all below is in the portfolio
    "admin": set(),
    "energy_head": {"1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2.2"},
    "energy_officer": {"1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2.2"},
    "transport_head": EVERYTHING - {"1.1"},
    "transport_officer": EVERYTHING - {"1.1"},
    "county_head": {"1.1.1", "1.1.1.1", "1.1.2", "1.1.2.1", "1.1.2.2"},
    "county_officer": {"1.1.1", "1.1.1.1", "1.1.2", "1.1.2.1", "1.1.2.2"},
    "park_head": {"1.1.2", "1.1.2.1", "1.1.2.2"},
    "park_officer": {"1.1.2", "1.1.2.1", "1.1.2.2"},
}


@pytest.fixture
def city():
    return make_city()


def codes(rows, path="code"):
    return set(rows.values_list(path, flat=True))


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("who", SEEN)
def test_tasks_seen(city, who):
    assert codes(visible_tasks(city.actor(who, DAY))) == SEEN[who]


@pytest.mark.rule("SEC-01")
def test_stranger_sees_nothing(city):
    for actor in (actor_of(AnonymousUser(), today=DAY), Actor(0, "")):
        assert codes(visible_tasks(actor)) == set()


@pytest.mark.rule("SEC-01")
def test_nobody_sees_more_after_leaving_office(city):
    last = dt.date(2025, 2, 28)
    row = Appointment.objects.get(user=city.people["energy_head"])
    row.valid_to = last
    row.save_audited(by=None, reason="调离", at=noon(last), fields=["valid_to"])
    assert codes(visible_tasks(city.actor("energy_head", last))) == SEEN["energy_head"]
    assert codes(visible_tasks(city.actor("energy_head", DAY))) == set()


@pytest.mark.rule("SEC-01")
def test_portfolio_of_a_unit_shows_what_the_unit_leads(city):
    line = PortfolioLine.objects.get()
    line.campaign, line.org_unit = None, city.unit("energy")
    line.save_audited(by=None, reason="分工调整", at=noon(DAY), fields=["campaign", "org_unit"])
    assert codes(visible_tasks(city.actor("leader", DAY))) == {"1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2.2"}


@pytest.mark.rule("SEC-01")
def test_portfolio_line_counts_while_it_is_valid(city):
    line = PortfolioLine.objects.get()
    line.valid_to = dt.date(2025, 2, 28)
    line.save_audited(by=None, reason="分工调整", at=noon(DAY), fields=["valid_to"])
    assert codes(visible_tasks(city.actor("leader", DAY))) == set()


@pytest.fixture
def full_city(city):
    """Rows of every kind on both items, so that there is something to leak."""
    city.people["office2"] = city.people["office"]
    bring_report(city, "draft")
    for who, code in (("energy_officer", "1.1.1.2"), ("transport_officer", "1.1.2.1")):
        task = city.task(code)
        attach_evidence(
            task.pk,
            actor=city.actor(who, DAY),
            at=noon(DAY),
            name="证明.pdf",
            content=BytesIO(b"x"),
            declared_unclassified=True,
        )
        ChangeRequest(
            task=task, cause="external", explanation="x", old_due_on=DAY, new_due_on=DAY, written_by=city.people[who]
        ).save_audited(by=None, reason="x", at=noon(DAY))
    return city


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize(
    "model", [ChangeRequest, Deadline, Evidence, Milestone, ProgressReport, ReportDue, Responsibility, TaskMetrics]
)
@pytest.mark.parametrize("who", ["energy_officer", "park_head", "county_head", "admin", "auditor", "leader"])
def test_rows_of_a_task_are_seen_exactly_with_their_task(full_city, model, who):
    actor = full_city.actor(who, DAY)
    assert model.objects.exists()
    expected = set(model.objects.filter(task__code__in=SEEN[who]).values_list("pk", flat=True))
    assert codes(visible(model, actor), "pk") == expected


@pytest.mark.rule("SEC-01")
def test_each_row_is_seen_once(city):
    """A person with seats in three responsible units gets no row twice."""
    for unit in ("transport", "heshan"):
        post = city.unit(unit).post_set.get(role="officer")
        row = Appointment(post=post, user=city.people["energy_officer"], valid_from=dt.date(2025, 1, 1))
        row.save_audited(by=None, reason="test", at=noon(DAY))
    actor = city.actor("energy_officer", DAY)
    for model in (Task, Milestone, Responsibility):
        rows = visible(model, actor)
        assert rows.count() == rows.distinct().count()


@pytest.mark.rule("SEC-01")
def test_table_nobody_decided_about_is_hidden(city):
    with pytest.raises(KeyError):
        visible(Plan, city.actor("office", DAY))


@pytest.mark.parametrize("who", ["energy_officer", "leader", "office"])
def test_person_is_known_in_two_queries(city, who, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        actor_of(city.people[who], today=DAY)


@pytest.mark.parametrize("model", [Task, *BY_TASK])
def test_scope_takes_one_query(full_city, model, django_assert_num_queries):
    actor = full_city.actor("county_head", DAY)
    with django_assert_num_queries(1):
        list(visible(model, actor))
