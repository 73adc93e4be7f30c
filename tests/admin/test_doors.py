"""Every door of the admin, tried by a unit that has no business there; first the owner finds the canary."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.admin.base import DoorAdmin
from accounts.models import Appointment, AuditEntry
from tasks.models import ChangeRequest, Evidence, ReportLine, Task
from tests.admin.canary import WORD, Canary, plant
from tests.factories import noon
from tests.steps import DATED, DAY, ITEM, LEAF

OWNER, STRANGER = "transport_officer", "energy_officer"


@pytest.fixture
def canary(city) -> Canary:
    return plant(city)


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


SHOWN: dict[str, str] = {
    "front page": "/admin/",
    "list": "/admin/tasks/task/",
    "search": "/admin/tasks/task/?q=" + WORD[1:],
    "filter": "/admin/tasks/task/?status=in_progress",
    "milestones": "/admin/tasks/milestone/?show=all",
    "reports": "/admin/tasks/reportdue/?show=all",
    "report search": "/admin/tasks/reportdue/?show=all&q=" + WORD[1:],
    "requests": "/admin/tasks/changerequest/",
    "notices": "/admin/tasks/notice/",
    "tree": "/admin/tree/",
}


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("url", SHOWN.values(), ids=SHOWN)
def test_a_page_of_many_rows_shows_a_stranger_none_of_them(canary, enter, url):
    assert WORD in text(enter(OWNER), url)
    assert WORD not in text(enter(STRANGER), url)


ROWS: dict[str, Callable[[Canary], str]] = {
    "task": lambda c: reverse("admin:tasks_task_change", args=[c.task.pk]),
    "task history": lambda c: reverse("admin:tasks_task_history", args=[c.task.pk]),
    "task past": lambda c: reverse("admin:tasks_task_simple_history", args=[c.task.pk, c.history_id(c.task)]),
    "report": lambda c: reverse("admin:tasks_reportdue_change", args=[c.due.pk]),
    "report past": lambda c: reverse(
        "admin:tasks_progressreport_simple_history", args=[c.report.pk, c.history_id(c.report)]
    ),
    "milestone past": lambda c: reverse(
        "admin:tasks_milestone_simple_history", args=[c.milestone.pk, c.history_id(c.milestone)]
    ),
    "request": lambda c: reverse("admin:tasks_changerequest_change", args=[c.change.pk]),
    "request past": lambda c: reverse(
        "admin:tasks_changerequest_simple_history", args=[c.change.pk, c.history_id(c.change)]
    ),
    "branch of the tree": lambda c: reverse("admin:tree") + f"?root={c.task.pk}",
    "move": lambda c: reverse("admin:tasks_task_act", args=[c.task.pk, "submit"]),
    "notice": lambda c: reverse("admin:tasks_notice_change", args=[c.notice.pk]),
}


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("address", ROWS.values(), ids=ROWS)
def test_a_row_of_another_unit_is_not_found(canary, enter, address):
    assert WORD in text(enter(OWNER), address(canary))
    assert enter(STRANGER).get(address(canary)).status_code == 404


def test_a_hidden_row_and_no_row_answer_alike(canary, enter):
    stranger = enter(STRANGER)
    hidden = stranger.get(reverse("admin:tasks_task_change", args=[canary.task.pk]))
    absent = stranger.get(reverse("admin:tasks_task_change", args=[10**9]))
    nonsense = stranger.get("/admin/tasks/task/1%3Bdrop/change/")
    assert (hidden.status_code, absent.status_code, nonsense.status_code) == (404, 404, 404)
    assert hidden.content.replace(str(canary.task.pk).encode(), b"") == absent.content.replace(b"1000000000", b"")


PAST = ["tasks_task", "tasks_progressreport", "tasks_milestone", "tasks_changerequest"]


@pytest.mark.parametrize("name", PAST)
@pytest.mark.parametrize("who", [OWNER, STRANGER, "office"])
def test_a_past_state_cannot_be_posted_over_the_present(canary, enter, who, name):
    row = {"task": canary.task, "progressreport": canary.report, "milestone": canary.milestone}.get(
        name.removeprefix("tasks_"), canary.change
    )
    before = row.history.count()
    url = reverse(f"admin:{name}_simple_history", args=[row.pk, canary.history_id(row)])
    assert enter(who).post(url, {"title": "overwritten"}).status_code == 405
    assert row.history.count() == before


def test_history_of_a_row_that_left_the_scope_is_gone_with_it(canary, enter, city):
    owner = enter(OWNER)
    url = reverse("admin:tasks_task_history", args=[canary.task.pk])
    assert owner.get(url).status_code == 200
    part = canary.task.responsibilities.get(kind="lead")
    part.org_unit = city.unit("office")
    part.save_audited(by=None, reason="", at=noon(DAY))
    assert owner.get(url).status_code == 404


FOREIGN: dict[str, Callable[[Canary], tuple[str, dict[str, object]]]] = {
    "move": lambda c: (reverse("admin:tasks_task_act", args=[c.task.pk, "submit"]), {}),
    "move below": lambda c: (reverse("admin:tasks_task_below", args=[c.task.pk, "sign_for"]), {}),
    "milestone move": lambda c: (reverse("admin:tasks_milestone_act", args=[c.milestone.pk, "claim"]), {}),
    "report move": lambda c: (reverse("admin:tasks_progressreport_act", args=[c.report.pk, "sign"]), {}),
    "request move": lambda c: (reverse("admin:tasks_changerequest_act", args=[c.change.pk, "sign"]), {}),
    "report": lambda c: (reverse("admin:tasks_reportdue_change", args=[c.due.pk]), {"claimed_progress": "1"}),
    "evidence": lambda c: (
        reverse("admin:tasks_task_attach", args=[c.task.pk]),
        {"file": SimpleUploadedFile("a.pdf", b"x"), "declared_unclassified": "on"},
    ),
    "extension": lambda c: (
        reverse("admin:tasks_task_extension", args=[c.task.pk]),
        {"new_due_on": "2027-12-30", "cause": "external", "explanation": "x"},
    ),
}


@pytest.mark.parametrize("form", FOREIGN.values(), ids=FOREIGN)
def test_a_form_with_a_foreign_id_changes_nothing(canary, enter, form):
    url, given = form(canary)
    before = (AuditEntry.objects.count(), Task.history.count(), Evidence.objects.count(), ChangeRequest.objects.count())
    assert enter(STRANGER).post(url, given).status_code == 404
    after = (AuditEntry.objects.count(), Task.history.count(), Evidence.objects.count(), ChangeRequest.objects.count())
    assert after == before


def test_evidence_cannot_be_hung_on_a_foreign_milestone(canary, enter, city):
    url = reverse("admin:tasks_task_attach", args=[city.task(LEAF).pk])
    given = {"declared_unclassified": "on", "milestone": canary.milestone.pk}
    answer = enter(STRANGER).post(url, given | {"file": SimpleUploadedFile("a.pdf", b"x")})
    assert answer.status_code == 404
    assert Evidence.objects.count() == 1


def test_a_bulk_move_answers_a_foreign_row_like_none(canary, enter, city):
    url = reverse("admin:tasks_task_changelist")
    given = {"action": "sign_for_selected", "_selected_action": [canary.task.pk, city.task(LEAF).pk]}
    answer = enter("energy_head").post(url, given).content.decode()
    assert WORD not in answer
    assert city.task(LEAF).title in answer


def test_a_report_line_of_a_foreign_measure_is_refused(canary, enter, city):
    canary.due.pk, canary.due.task = None, city.task(ITEM)
    canary.due.save()
    due = canary.due
    given = {"claimed_progress": "10", f"line-{canary.task.pk}": "90"}
    url = reverse("admin:tasks_reportdue_change", args=[due.pk])
    assert enter(STRANGER).post(url, given).status_code == 404
    assert not ReportLine.objects.exists()
    own = {"claimed_progress": "10", f"line-{city.task(DATED).pk}": "30"}
    assert enter(STRANGER).post(url, own).status_code == 302
    assert list(ReportLine.objects.values_list("task__code", "claimed_progress")) == [(DATED, 30)]


def test_a_download_is_scoped_and_never_rendered(canary, enter):
    url = reverse("admin:evidence", args=[canary.evidence.pk])
    found = enter(OWNER).get(url)
    assert b"".join(found.streaming_content) == f"{WORD}-bytes".encode()
    assert found["Content-Disposition"] == f'attachment; filename="{WORD}.pdf"'
    assert (found["Content-Type"], found["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert enter(STRANGER).get(url).status_code == 404
    assert enter("admin").get(url).status_code == 404
    assert Client().get(url).status_code == 302


def test_filters_offer_only_what_the_person_sees(canary, enter):
    def choices(who: str, title: str) -> list[str]:
        specs = enter(who).get("/admin/tasks/task/").context["cl"].filter_specs
        return [str(label) for spec in specs if spec.parameter_name == title for _key, label in spec.lookup_choices]

    assert choices(OWNER, "lead") == ["市能源局", "市交通局"]
    assert choices(STRANGER, "lead") == ["市能源局"]
    assert choices("park_officer", "campaign") == ["1.1 能源行动"]


@pytest.mark.parametrize("asked", ["responsibilities__basis__contains=C", "parent__title__startswith=C", "title=x"])
def test_a_filter_written_into_the_address_is_refused(canary, enter, asked):
    assert enter(STRANGER).get(f"/admin/tasks/task/?{asked}").status_code == 400


def test_no_screen_of_tasks_answers_autocomplete_with_foreign_rows(canary, enter):
    url = "/admin/autocomplete/?term=ANARY&app_label=tasks&model_name=milestone&field_name=task"
    assert WORD in text(enter(OWNER), url)
    assert WORD not in text(enter(STRANGER), url)


def test_the_administrator_sees_no_business(canary, enter):
    client = enter("admin")
    assert WORD not in text(client, "/admin/")
    for name in ("task", "milestone", "reportdue", "changerequest", "target", "notice", "message"):
        assert client.get(f"/admin/tasks/{name}/").status_code == 403
    assert client.get(reverse("admin:tasks_task_change", args=[canary.task.pk])).status_code == 404
    assert WORD not in text(client, "/admin/tree/")


def test_every_screen_stands_on_the_one_scoped_base():
    assert [type(screen) for screen in admin.site._registry.values() if not isinstance(screen, DoorAdmin)] == []


@pytest.mark.parametrize("url", ["/admin/tasks/task/add/", "/admin/tasks/target/add/", "/admin/tasks/milestone/add/"])
def test_nothing_of_the_business_is_added_by_hand(canary, enter, url):
    assert enter("office").get(url).status_code == 403


def test_nothing_is_deleted(canary, enter):
    office = enter("office")
    assert office.post(f"/admin/tasks/task/{canary.task.pk}/delete/", {"post": "yes"}).status_code == 403
    given = {"action": "delete_selected", "_selected_action": [canary.task.pk], "post": "yes"}
    office.post("/admin/tasks/task/", given)
    assert Task.objects.filter(pk=canary.task.pk).exists()


def test_a_person_without_a_post_is_turned_away(canary, city, enter):
    user = city.people[STRANGER]
    user.is_staff = False
    user.save()
    assert enter(STRANGER).get("/admin/").status_code == 200
    post = Appointment.objects.get(user=user)
    post.valid_to = DAY - timedelta(1)
    post.save_audited(by=None, reason="", at=noon(DAY))
    assert enter(STRANGER).get("/admin/").status_code == 302
