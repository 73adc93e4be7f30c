"""Moves through the interface: verdicts in words, allowed and refused moves, stale versions, drafts, files."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tasks.models import ProgressReport
from tests.api.conftest import START, later, report_due
from tests.factories import noon

V1 = "/api/v1"


def verdicts(client, path: str) -> dict[str, object]:
    """Allowed, or the code of the refusal, by move."""
    actions = client.get(path).json()["actions"]
    return {row["name"]: row["allowed"] or row["why_not"]["code"] for row in actions}


def move(client, path: str, name: str, **body: object):
    given = {"version": client.get(path).json()["version"]} | body
    return client.post(f"{path}actions/{name}/", given, format="json")


@pytest.fixture
def paths(city):
    return lambda code: f"{V1}/tasks/{city.task(code).pk}/"


def test_actions_tell_what_is_allowed_and_why_not(city, sign_in, paths):
    assert verdicts(sign_in("energy_officer"), paths("1.1.1.2")) == {
        "submit": "TRK-03.no_evidence",
        "cancel": "GATE-02.seat",
    }
    assert verdicts(sign_in("office"), paths("1.1.1.2")) == {"submit": "GATE-02.seat", "cancel": True}


def test_a_verdict_is_worded_for_a_person(city, sign_in, paths):
    submit, cancel = sign_in("office").get(paths("1.1.1.2")).json()["actions"]
    assert submit == {
        "name": "submit",
        "label": "Submit completion",
        "allowed": False,
        "why_not": {
            "code": "GATE-02.seat",
            "message": "You may not do “Submit completion” here: it is for "
            "Officer (the lead unit) / Head of unit (the lead unit).",
            "remedy": "Ask one of them, or the office if the responsibility is wrong.",
        },
        "needs_reason": False,
        "inputs": [],
    }
    assert (cancel["label"], cancel["allowed"], cancel["why_not"], cancel["needs_reason"]) == (
        "Cancel",
        True,
        None,
        True,
    )


@pytest.mark.parametrize(
    ("who", "name", "body", "status", "code"),
    [
        ("energy_officer", "cancel", {"reason": "x"}, 403, "GATE-02.seat"),
        ("energy_officer", "issue", {}, 409, "GATE-01.state"),
        ("energy_officer", "submit", {}, 422, "TRK-03.no_evidence"),
        ("office", "cancel", {}, 422, "GATE-04.reason"),
        ("office", "cancel", {"reason": "x", "version": 99}, 409, "GATE-06.stale"),
        ("office", "fly", {}, 404, "GATE-05.hidden"),
    ],
)
def test_a_refused_move_answers_with_its_status_and_changes_nothing(
    who, name, body, status, code, city, sign_in, paths
):
    before = city.task("1.1.1.2")
    answer = move(sign_in(who), paths("1.1.1.2"), name, **body)
    after = city.task("1.1.1.2")
    assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (
        status,
        code,
        "application/problem+json",
    )
    assert (after.status, after.version) == (before.status, before.version)


def test_a_task_is_brought_to_its_end_through_the_interface(city, sign_in, paths, evidence_store):
    path, officer, office = paths("1.1.1.2"), sign_in("energy_officer"), sign_in("office")
    file = SimpleUploadedFile("证明.pdf", b"proof", content_type="text/html")
    body = {"file": file, "declared_unclassified": "true"}
    stored = officer.post(f"{path}evidence/", body, format="multipart")
    assert (stored.status_code, stored.json()["name"], stored.json()["size"]) == (201, "证明.pdf", 5)
    assert move(officer, path, "submit").json()["status"] == "submitted"
    assert verdicts(officer, path)["withdraw"] is True
    assert move(office, path, "return", reason="差一页").json()["status"] == "returned"
    assert move(officer, path, "submit").json()["status"] == "submitted"
    missing = move(office, path, "accept")
    assert (missing.status_code, missing.json()["code"]) == (422, "GATE-07.input")
    done = move(office, path, "accept", inputs={"quality": "0.9"})
    assert (done.status_code, done.json()["status"], done.json()["quality"]) == (200, "accepted", 0.9)
    assert (done.json()["light"], done.json()["progress"]) == ("done", 100.0)


@pytest.mark.parametrize("quality", ["much", "1.01", "-0.1", "0.123", "NaN", "Infinity", "1e400", {}, True])
def test_a_wrong_input_is_told_by_its_field(quality, city, sign_in, paths):
    answer = move(sign_in("office"), paths("1.1.1.2"), "accept", inputs={"quality": quality})
    expected = {"inputs.quality"} if quality is not True else {"inputs.quality", ""}
    assert (answer.status_code in {400, 409}, {e["field"] for e in answer.json().get("errors", [])} <= expected) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"version"}),
        ({"version": 1, "status": "accepted"}, {"status"}),
        ({"version": 1, "inputs": {"due_on": "2030-01-01"}}, {"inputs.due_on"}),
        ({"version": 1, "reason": "\x00"}, {"reason"}),
        ({"version": 1, "reason": "x" * 2001}, {"reason"}),
        ({"version": 2**70}, {"version"}),
        ([], {""}),
        ("word", {""}),
        (None, {"version"}),
    ],
)
def test_a_wrong_body_is_told_by_its_fields(body, fields, city, sign_in, paths):
    path = f"{paths('1.1.1.2')}actions/cancel/"
    answer = sign_in("office").post(path, json.dumps(body) if body is not None else "", content_type="application/json")
    assert (answer.status_code, {error["field"] for error in answer.json()["errors"]}) == (400, fields)


def test_a_report_is_drafted_signed_and_accepted(city, sign_in):
    due = report_due(city.task("1.1.1"))
    path = f"{V1}/reports-due/{due.pk}/"
    officer, head, office = sign_in("energy_officer"), sign_in("energy_head"), sign_in("office")
    assert officer.get(path).json()["report"] is None
    measure = city.task("1.1.1.1")
    body = {
        "version": 0,
        "claimed_progress": 30,
        "done": "打桩",
        "lines": [{"task": measure.pk, "claimed_progress": 40, "note": "桩基"}],
    }
    made = officer.put(f"{path}report/", body, format="json")
    assert (made.status_code, made.json()["version"], made.json()["done"]) == (201, 1, "打桩")
    assert [(line["task"]["code"], line["claimed_progress"]) for line in made.json()["lines"]] == [("1.1.1.1", 40)]
    stale = officer.put(f"{path}report/", body, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "GATE-06.stale")
    again = officer.put(f"{path}report/", body | {"version": 1, "done": "吊装", "lines": []}, format="json")
    assert (again.status_code, again.json()["version"], again.json()["done"]) == (200, 2, "吊装")
    report = f"{V1}/reports/{made.json()['id']}/"
    assert verdicts(officer, report) == {"sign": "GATE-02.seat"}
    assert move(head, report, "sign").json()["status"] == "signed"
    filed = officer.put(f"{path}report/", body | {"version": 3}, format="json")
    assert (filed.status_code, filed.json()["code"]) == (422, "TRK-11.report_filed")
    assert move(office, report, "accept").json()["status"] == "accepted"
    assert office.get(path).json()["report"]["status"] == "accepted"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"claimed_progress": 96}, 422, "TRK-08.progress_range"),
        ({"claimed_progress": -1}, 422, "TRK-08.progress_range"),
        ({"claimed_progress": 10**12}, 400, "HTTP-400"),
        ({"done": None}, 400, "HTTP-400"),
        ({"forecast_on": "2026-02-30"}, 400, "HTTP-400"),
        ({"status": "accepted"}, 400, "HTTP-400"),
        ({"lines": [{"task": 999999999, "claimed_progress": 1}]}, 404, "GATE-05.hidden"),
        ({"lines": [{"task": 1, "claimed_progress": 1}] * 2}, 400, "HTTP-400"),
    ],
)
def test_a_wrong_draft_is_refused_and_nothing_is_written(change, status, code, city, sign_in):
    due = report_due(city.task("1.1.1"))
    body = {"version": 0, "claimed_progress": 30, "done": "打桩"} | change
    answer = sign_in("energy_officer").put(f"{V1}/reports-due/{due.pk}/report/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ProgressReport.objects.filter(due=due).count() == 0


def test_an_extension_is_requested_signed_and_approved(city, sign_in, paths):
    task = city.task("1.1.1.2")
    task.due_on = noon(START).date() + timedelta(days=365 * 20)
    task.save_audited(by=None, reason="test", at=noon(START), fields=["due_on"])
    for code in ("1.1.1", "1.1"):
        above = city.task(code)
        above.due_on = task.due_on + timedelta(days=400)
        above.save_audited(by=None, reason="test", at=noon(START), fields=["due_on"])
    officer, head, office = sign_in("energy_officer"), sign_in("energy_head"), sign_in("office")
    body = {"new_due_on": later(task).isoformat(), "cause": "external", "explanation": "等待批复"}
    made = officer.post(f"{paths('1.1.1.2')}extensions/", body, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "draft")
    twice = officer.post(f"{paths('1.1.1.2')}extensions/", body, format="json")
    assert (twice.status_code, twice.json()["code"]) == (422, "TRK-15.extension_open")
    path = f"{V1}/extensions/{made.json()['id']}/"
    assert move(head, path, "sign").json()["status"] == "signed"
    assert city.task("1.1.1.2").due_on == task.due_on
    assert move(office, path, "approve", reason="同意").json()["status"] == "approved"
    assert city.task("1.1.1.2").due_on == later(task)


def test_a_milestone_is_claimed_with_evidence_and_accepted(city, sign_in, paths, evidence_store):
    milestone = city.task("1.1.1").milestones.order_by("due_on")[0]
    path, officer = f"{V1}/milestones/{milestone.pk}/", sign_in("energy_officer")
    assert verdicts(officer, path) == {"claim": "TRK-03.no_evidence", "waive": "GATE-02.seat"}
    file = SimpleUploadedFile("proof.pdf", b"proof")
    body = {"file": file, "declared_unclassified": True, "milestone": milestone.pk}
    assert officer.post(f"{paths('1.1.1')}evidence/", body, format="multipart").status_code == 201
    assert move(officer, path, "claim").json()["status"] == "claimed"
    assert move(sign_in("office"), path, "accept").json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("name", "content", "declared", "status", "code"),
    [
        ("run.exe", b"MZ", True, 422, "TRK-16.file_type"),
        ("empty.pdf", b"", True, 422, "TRK-17.file_size"),
        ("secret.pdf", b"x", False, 422, "TRK-19.classified"),
        ("huge.pdf", b"x" * (20 * 1024 * 1024 + 1), True, 422, "TRK-17.file_size"),
    ],
)
def test_a_file_that_policy_forbids_is_not_stored(
    name, content, declared, status, code, city, sign_in, paths, evidence_store
):
    body = {"file": SimpleUploadedFile(name, content), "declared_unclassified": declared}
    answer = sign_in("energy_officer").post(f"{paths('1.1.1')}evidence/", body, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (city.task("1.1.1").evidence.count(), list(evidence_store.iterdir())) == (0, [])


def test_a_file_for_another_tasks_milestone_is_refused(city, sign_in, paths, evidence_store):
    other = city.task("1.1.2").milestones.order_by("due_on")[0]
    body = {"file": SimpleUploadedFile("a.pdf", b"x"), "declared_unclassified": True, "milestone": other.pk}
    answer = sign_in("energy_officer").post(f"{paths('1.1.1')}evidence/", body, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (404, "GATE-05.hidden")
