"""My work: what waits for whom, and what the front page costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Appointment
from tasks.models import EngineRun, Message, ProgressReport, Task, TaskMetrics
from tests.factories import issue_all, noon
from tests.steps import DATED, DAY, LEAF, bring, bring_change, bring_milestone, bring_report

pytestmark = pytest.mark.django_db


def cards(client) -> dict[str, list[str]]:
    """Return the titles on each card."""
    response = client.get("/admin/")
    assert response.status_code == 200
    return {card.name: [entry.title for entry in card.entries] for card in response.context["cards"]}


def named(report: ProgressReport) -> str:
    return _("%(period)s – %(task)s") % {"period": report.due.period_key, "task": report.task}


def overdue(*tasks: Task) -> None:
    for task in tasks:
        task.due_on = DAY - dt.timedelta(10)
        task.starts_on = task.due_on
        task.save_audited(by=None, reason="", at=noon(DAY))


def test_a_head_signs_for_what_was_issued(city, enter):
    task = bring(city, "issued")
    assert cards(enter("energy_head")) == {"sign_for": [str(task)]}
    assert cards(enter("energy_officer")) == {}


def test_an_officer_sees_overdue_work_with_its_working_days(city, enter):
    issue_all(city, DAY)
    overdue(city.task(LEAF))
    client = enter("energy_officer")
    assert cards(client)["overdue"] == [str(city.task(LEAF))]
    [card] = [card for card in client.get("/admin/").context["cards"] if card.name == "overdue"]
    assert (card.entries[0].late, card.entries[0].url) == (
        6,
        reverse("admin:tasks_task_change", args=[city.task(LEAF).pk]),
    )


def test_what_was_returned_comes_first_with_its_reason(city, enter):
    report = bring_report(city, "returned")
    response = enter("energy_officer").get("/admin/")
    card = response.context["cards"][0]
    assert (card.name, [(entry.title, entry.note) for entry in card.entries]) == (
        "returned",
        [(named(report), "because")],
    )


def test_a_draft_waits_for_the_head_and_no_longer_for_the_officer(city, enter):
    bring_report(city, "draft")
    assert "sign_reports" in cards(enter("energy_head"))
    assert "reports" not in cards(enter("energy_head"))
    assert "reports" in cards(enter("energy_officer"))


def test_what_lies_at_the_office_is_counted(city, enter):
    bring_report(city, "signed")
    waiting = enter("energy_officer").get("/admin/").context["waiting"]
    assert (waiting.reports, waiting.completions, waiting.milestones, waiting.requests) == (1, 0, 0, 0)


def test_a_milestone_due_soon_is_to_be_claimed(city, enter):
    milestone = bring_milestone(city, "planned")
    assert "claim" not in cards(enter("energy_officer"))
    milestone.due_on = DAY + dt.timedelta(20)
    milestone.save_audited(by=None, reason="", at=noon(DAY))
    assert cards(enter("energy_officer"))["claim"] == [str(milestone.task)]


def test_the_office_reviews_what_was_filed(city, enter):
    report = bring_report(city, "signed")
    assert cards(enter("office")) == {"review_reports": [named(report)]}


def test_only_the_top_of_a_draft_branch_is_listed(city, enter):
    assert cards(enter("office"))["drafts"] == [str(city.task("1.1.1")), str(city.task("1.1.2"))]


def test_a_request_waits_for_the_head_then_for_the_office(city, enter):
    change = bring_change(city, "draft")
    assert cards(enter("energy_head"))["sign_requests"] == [str(change.task)]
    enter("energy_head").post(reverse("admin:tasks_changerequest_act", args=[change.pk, "sign"]))
    assert cards(enter("office"))["review_requests"] == [str(change.task)]


def test_the_inspector_closes_what_was_accepted(city, enter):
    task = bring(city, "accepted")
    assert cards(enter("inspector"))["close"] == [str(task)]


def test_the_leader_sees_lights_by_campaign_and_reds_with_reasons(city, enter):
    issue_all(city, DAY)
    TaskMetrics.objects.filter(task__code=DATED).update(light="red", reasons=["overdue"], overdue=3)
    response = enter("leader").get("/admin/")
    [row] = response.context["grid"]["rows"]
    assert {cell["light"]: cell["count"] for cell in row["cells"]}["red"] == 1
    assert row["total"] == Task.objects.count()
    assert cards(enter("leader"))["red"] == [str(city.task(DATED))]


def test_the_numbers_of_the_grid_are_those_of_the_lists_behind_them(city, enter):
    issue_all(city, DAY)
    client = enter("leader")
    for row in client.get("/admin/").context["grid"]["rows"]:
        for cell in row["cells"]:
            assert client.get(cell["url"]).context["cl"].result_count == cell["count"]


def test_the_office_is_alarmed_when_the_engine_is_silent(city, enter):
    def state(who):
        return enter(who).get("/admin/").context.get("engine")

    assert (state("office"), state("energy_officer")) == ("never ran", None)
    run = EngineRun.objects.create(job="sweep", as_of=DAY, started_at=noon(DAY), beat_at=noon(DAY))
    assert state("office") == "ok"
    run.beat_at -= dt.timedelta(minutes=6)
    run.save()
    assert state("office") == "silent"


def test_messages_that_need_a_person_are_on_the_offices_page(city, enter):
    Message.objects.create(
        recipient=city.people["energy_officer"], slot_at=noon(DAY), address="a@example.test", subject="催办",
        message_id="<1@x>", body=b"", state="failed", ready_at=noon(DAY), last_error="550 no such user",
    )  # fmt: skip
    assert cards(enter("office"))["undelivered"] == ["催办"]


def test_somebody_with_nothing_to_do_is_told_what_comes_next(city, enter):
    issue_all(city, DAY)
    response = enter("transport_officer").get("/admin/")
    assert response.context["cards"] == []
    assert response.context["next_due"].code == "1.1.2"


def test_the_administrator_sees_accounts_to_tend(city, enter):
    post = Appointment.objects.get(user=city.people["energy_head"])
    post.valid_to = DAY - dt.timedelta(1)
    post.save_audited(by=None, reason="", at=noon(DAY))
    accounts = enter("admin").get("/admin/").context["accounts"]
    assert [str(unit) for unit in accounts.units_without_head] == ["市能源局"]
    assert accounts.without_post == [city.people["energy_head"]]


QUERIES = {"energy_officer": 18, "energy_head": 21, "office": 16, "leader": 11, "inspector": 11, "admin": 9}


@pytest.mark.parametrize("who", QUERIES)
def test_the_front_page_costs_the_same_with_one_and_three_rows(city, enter, who):
    issue_all(city, DAY)
    client = enter(who)
    counts = []
    for codes in ([LEAF], [DATED, "1.1.2.2"]):
        overdue(*(city.task(code) for code in codes))
        TaskMetrics.objects.filter(task__code__in=codes).update(light="red", overdue=10)
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        counts.append(len(queries))
    assert counts == [QUERIES[who]] * 2
