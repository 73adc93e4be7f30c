"""Moves as buttons: what is offered, what is refused in words, and that a refused post changes nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from tasks.models import ChangeRequest, Evidence, Task
from tests.factories import issue_all
from tests.steps import DATED, DAY, ITEM, KEY, LEAF, bring, bring_change, bring_milestone, prove

pytestmark = pytest.mark.django_db


def act(client, row, move, **given):
    name = row._meta.model_name
    return client.post(reverse(f"admin:tasks_{name}_act", args=[row.pk, move]), given)


def page(client, row):
    response = client.get(reverse("admin:tasks_task_change", args=[row.pk]))
    assert response.status_code == 200
    return response


def offered(response) -> dict[str, bool]:
    """Return the moves of the page's buttons and whether each can be pressed."""
    return {button.move: button.allowed for button in response.context["acts"]}


def test_a_button_makes_the_move_and_writes_history_and_audit(city, enter):
    task = bring(city, "issued")
    client = enter("energy_head")
    assert offered(page(client, task)) == {"sign_for": True, "object": True}
    answer = act(client, task, "sign_for", version=task.version)
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:tasks_task_change", args=[task.pk]))
    task.refresh_from_db()
    assert task.status == "in_progress"
    assert task.history.latest().history_user == city.people["energy_head"]
    assert AuditEntry.objects.filter(subject=f"task:{task.pk}", act="sign_for").count() == 1


def test_what_is_not_possible_says_why_and_what_to_do(city, enter):
    task = bring(city, "in_progress")
    response = page(enter("energy_officer"), task)
    refused = {button.move: button.refusal for button in response.context["acts"]}
    assert refused["submit"].code == "TRK-03.no_evidence"
    assert refused["submit"].remedy in response.content.decode()


def test_what_others_may_do_names_them(city, enter):
    task = bring(city, "submitted")
    response = page(enter("energy_officer"), task)
    others = {button.move: button.refusal for button in response.context["others"]}
    assert city.people["office"].full_name in others["accept"].message
    assert others["accept"].message in response.content.decode().replace("&quot;", '"')


@pytest.mark.parametrize(
    ("who", "given", "code"),
    [
        ("office", {}, "GATE-04.reason"),
        ("energy_officer", {"reason": "x"}, "GATE-02.seat"),
        ("office", {"reason": "x", "version": "1"}, "GATE-06.stale"),
    ],
)
def test_a_refused_post_says_why_and_changes_nothing(city, enter, who, given, code):
    task = bring(city, "submitted")
    before = (AuditEntry.objects.count(), task.history.count())
    answer = act(enter(who), task, "return", **given)
    assert answer.status_code == 409
    assert answer.context["refusal"].code == code
    assert answer.context["refusal"].message in answer.content.decode().replace("&quot;", '"')
    assert (AuditEntry.objects.count(), task.history.count()) == before


def test_the_reason_that_was_typed_is_kept_when_the_move_is_refused(city, enter):
    task = bring(city, "submitted")
    answer = act(enter("office"), task, "accept", reason="材料齐全", quality="2")
    assert (answer.status_code, answer.context["refusal"].code) == (409, "GATE-07.input")
    assert "材料齐全" in answer.content.decode()


@pytest.mark.parametrize("quality", ["", "-1", "1.01", "nan", "1e0", "٠", "0.999"])
def test_nonsense_for_quality_is_a_missing_input(city, enter, quality):
    task = bring(city, "submitted")
    answer = act(enter("office"), task, "accept", quality=quality)
    assert (answer.status_code, answer.context["refusal"].code) == (409, "GATE-07.input")


def test_acceptance_takes_the_quality_of_the_form(city, enter):
    task = bring(city, "submitted")
    assert act(enter("office"), task, "accept", quality="0.9").status_code == 302
    task.refresh_from_db()
    assert (task.status, float(task.quality)) == ("accepted", 0.9)


def test_getting_a_move_asks_and_does_nothing(city, enter):
    task = bring(city, "submitted")
    answer = enter("office").get(reverse("admin:tasks_task_act", args=[task.pk, "return"]))
    assert (answer.status_code, answer.context["mendable"]) == (200, True)
    task.refresh_from_db()
    assert task.status == "submitted"


@pytest.mark.parametrize(
    ("asked", "location"),
    [("/admin/", "/admin/"), ("https://evil.example/", None), ("//evil.example", None), ("javascript:alert(1)", None)],
)
def test_a_move_leads_back_only_within_the_site(city, enter, asked, location):
    task = bring(city, "issued")
    answer = act(enter("energy_head"), task, "sign_for", next=asked)
    assert answer["Location"] == (location or reverse("admin:tasks_task_change", args=[task.pk]))


def test_an_unknown_move_is_not_found(city, enter):
    assert act(enter("office"), bring(city, "draft"), "explode").status_code == 404


def test_moves_need_the_form_token(city, enter):
    task = bring(city, "issued")
    client = enter("energy_head")
    client.handler.enforce_csrf_checks = True
    assert act(client, task, "sign_for").status_code == 403


def test_issuing_with_everything_below_answers_row_by_row(city, enter):
    url = reverse("admin:tasks_task_below", args=[city.task(ITEM).pk, "issue"])
    answer = enter("office").post(url)
    assert [(label.split()[0], refusal) for label, refusal in answer.context["rows"]] == [
        (ITEM, None),
        (DATED, None),
        (LEAF, None),
    ]
    assert set(Task.objects.filter(code__startswith="1.1.1").values_list("status", flat=True)) == {"issued"}


def test_a_bulk_action_reports_each_row(city, enter):
    bring(city, "issued", LEAF)
    rows = [city.task(code).pk for code in (LEAF, KEY)]
    answer = enter("office").post("/admin/tasks/task/", {"action": "issue_selected", "_selected_action": rows})
    assert [(label.split()[0], refusal and refusal.code) for label, refusal in answer.context["rows"]] == [
        (LEAF, "GATE-01.state"),
        (KEY, None),
    ]
    assert (city.task(LEAF).status, city.task(KEY).status) == ("issued", "issued")


def test_actions_on_many_are_offered_to_those_who_hold_the_seat(city, enter):
    def actions(who):
        return [
            name
            for name, _label in enter(who).get("/admin/tasks/task/").context["action_form"].fields["action"].choices
        ]

    assert actions("office") == ["", "issue_selected"]
    assert actions("energy_head") == ["", "sign_for_selected"]


def test_a_milestone_is_claimed_on_its_tasks_page(city, enter):
    milestone = bring_milestone(city, "planned")
    client = enter("energy_officer")
    found = {item["row"].pk: item["acts"] for item in page(client, milestone.task).context["milestones"]}
    assert [(button.move, button.allowed) for button in found[milestone.pk]] == [("claim", True)]
    assert act(client, milestone, "claim").status_code == 302
    milestone.refresh_from_db()
    assert milestone.status == "claimed"


def test_evidence_is_attached_by_the_form(city, enter):
    task = bring(city, "in_progress")
    given = {"file": SimpleUploadedFile("照片.pdf", b"pdf"), "declared_unclassified": "on"}
    answer = enter("energy_officer").post(reverse("admin:tasks_task_attach", args=[task.pk]), given)
    assert answer.status_code == 302
    assert list(Evidence.objects.values_list("name", "task__code")) == [("照片.pdf", LEAF)]


@pytest.mark.parametrize(
    ("file", "declared", "code"),
    [
        (SimpleUploadedFile("a.exe", b"x"), "on", "TRK-16.file_type"),
        (SimpleUploadedFile("a.pdf", b"x"), "", "TRK-19.classified"),
        (None, "on", "GATE-07.input"),
    ],
)
def test_evidence_that_is_refused_says_why(city, enter, file, declared, code):
    task = bring(city, "in_progress")
    given = {"declared_unclassified": declared} | ({"file": file} if file else {})
    answer = enter("energy_officer").post(reverse("admin:tasks_task_attach", args=[task.pk]), given)
    assert (answer.status_code, answer.context["refusal"].code) == (409, code)
    assert not Evidence.objects.exists()


def test_of_several_files_the_good_ones_are_taken_and_each_refused_one_says_why(city, enter):
    task = bring(city, "in_progress")
    files = [SimpleUploadedFile(name, body) for name, body in [("一.exe", b"x"), ("二.pdf", b"x"), ("三.pdf", b"")]]
    given = {"file": files, "declared_unclassified": "on"}
    answer = enter("energy_officer").post(reverse("admin:tasks_task_attach", args=[task.pk]), given)
    assert [(label, refusal and refusal.code) for label, refusal in answer.context["rows"]] == [
        ("一.exe", "TRK-16.file_type"),
        ("二.pdf", None),
        ("三.pdf", "TRK-17.file_size"),
    ]
    assert list(Evidence.objects.values_list("name", flat=True)) == ["二.pdf"]
    assert answer.context["back"] == reverse("admin:tasks_task_change", args=[task.pk]) + "#evidence"


def test_where_no_work_is_owed_the_page_says_why_nothing_can_be_attached(city, enter):
    response = page(enter("energy_officer"), bring(city, "accepted"))
    assert (response.context["may_attach"], response.context["no_evidence"].code) == (False, "TRK-22.no_work_owed")
    assert response.context["no_evidence"].message in response.content.decode()


def test_an_extension_is_drafted_signed_and_decided(city, enter):
    task = bring(city, "in_progress", DATED)
    given = {"new_due_on": "2026-07-07", "cause": "external", "explanation": "汛期停工"}
    answer = enter("energy_officer").post(reverse("admin:tasks_task_extension", args=[task.pk]), given)
    change = ChangeRequest.objects.get()
    assert answer["Location"] == reverse("admin:tasks_changerequest_change", args=[change.pk])
    assert act(enter("energy_head"), change, "sign").status_code == 302
    assert act(enter("office"), change, "approve", reason="同意").status_code == 302
    assert str(city.task(DATED).due_on) == "2026-07-07"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"new_due_on": "2026-02-30"}, "GATE-07.input"),
        ({"cause": "weather"}, "GATE-07.input"),
        ({"explanation": " "}, "GATE-04.reason"),
        ({"new_due_on": "2026-01-01"}, "TRK-13.extension_not_later"),
    ],
)
def test_an_extension_that_is_refused_says_why(city, enter, given, code):
    task = bring(city, "in_progress", DATED)
    whole = {"new_due_on": "2026-07-07", "cause": "external", "explanation": "x"} | given
    answer = enter("energy_officer").post(reverse("admin:tasks_task_extension", args=[task.pk]), whole)
    assert (answer.status_code, answer.context["refusal"].code) == (409, code)
    assert not ChangeRequest.objects.exists()


def test_a_long_extension_waits_for_the_leader(city, enter):
    change = bring_change(city, "signed", days=60)
    assert act(enter("office"), change, "approve", reason="x").status_code == 409
    assert [card.name for card in enter("leader").get("/admin/").context["cards"]] == ["decide"]
    assert act(enter("leader"), change, "approve", reason="同意").status_code == 302


def test_the_story_tells_acts_and_moved_dates(city, enter):
    change = bring_change(city, "approved")
    story = page(enter("energy_officer"), change.task).context["story"]
    moved = [step for step in story if step["changes"]]
    assert [(step["name"], [str(c["new"]) for c in step["changes"]]) for step in moved] == [
        (city.people["office"].full_name, ["2026-07-07"])
    ]
    assert "because" in [step["reason"] for step in story]


def test_a_task_page_costs_the_same_with_one_and_three_of_everything(city, enter, django_assert_num_queries):
    issue_all(city, DAY)
    task = city.task(ITEM)
    client = enter("energy_officer")
    prove(city, "energy_officer", ITEM)
    url = reverse("admin:tasks_task_change", args=[task.pk])
    client.get(url)
    with django_assert_num_queries(QUERIES_OF_A_TASK_PAGE):
        client.get(url)
    for _turn in range(2):
        prove(city, "energy_officer", ITEM)
        prove(city, "energy_officer", ITEM, milestone_id=task.milestones.order_by("due_on")[0].pk)
    with django_assert_num_queries(QUERIES_OF_A_TASK_PAGE):
        client.get(url)


QUERIES_OF_A_TASK_PAGE = 26
