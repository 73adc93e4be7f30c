"""No door of the interface shows a foreign unit's row, whatever is asked; each canary is first seen by its owner."""

import pytest

from tasks.models import Responsibility, Task

V1 = "/api/v1"
LISTS = ["tasks", "milestones", "reports-due", "reports", "extensions", "evidence"]
KINDS = {
    "task": "tasks",
    "milestone": "milestones",
    "due": "reports-due",
    "report": "reports",
    "change": "extensions",
    "evidence": "evidence",
}
# who has no part in the energy bureau's item 1.1.1: a park's officer, and the system administrator
STRANGERS = ["park_officer", "admin"]


def denied(response) -> str:
    """The body of a refusal, with the asked address taken out: that one the caller knew."""
    body = response.json()
    body.pop("instance")
    return str(sorted(body.items()))


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("kind", KINDS)
def test_a_detail_is_shown_to_its_unit_and_absent_for_others(kind, canary, sign_in):
    path = f"{V1}/{KINDS[kind]}/{canary[kind].pk}/"
    absent = f"{V1}/{KINDS[kind]}/999999999/"
    assert sign_in("energy_officer").get(path).status_code == 200
    for name in STRANGERS:
        client = sign_in(name)
        assert (client.get(path).status_code, denied(client.get(path))) == (404, denied(client.get(absent)))


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("collection", LISTS)
def test_a_list_shows_the_canary_to_its_unit_alone(collection, canary, sign_in):
    path = f"{V1}/{collection}/?page_size=200"
    owned = sign_in("energy_officer").get(path)
    ids = {row["id"] for row in owned.json()["results"]}
    kind = next(kind for kind, name in KINDS.items() if name == collection)
    assert canary[kind].pk in ids
    for name in STRANGERS:
        shown = sign_in(name).get(path)
        assert canary[kind].pk not in {row["id"] for row in shown.json()["results"]}
        assert "CANARY" not in shown.content.decode()
        assert shown.json()["count"] == len(shown.json()["results"])


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("collection", LISTS)
def test_somebody_without_a_post_for_tasks_sees_empty_lists(collection, canary, sign_in):
    shown = sign_in("admin").get(f"{V1}/{collection}/").json()
    assert (shown["count"], shown["results"]) == (0, [])


FILTERS = [
    "tasks/?search=CANARY",
    "tasks/?campaign=1.1&lead=energy",
    "tasks/?lead=energy",
    "tasks/?ordering=-overdue",
    "tasks/?ordering=plan&page_size=1",
    "milestones/?search=CANARY",
    "milestones/?lead=energy",
    "milestones/?task={item}",
    "reports/?task={item}",
    "reports/?period=2030-Q1",
    "reports-due/?task={item}",
    "extensions/?task={task}",
    "extensions/?lead=energy",
    "evidence/?task={item}",
    "evidence/?report={report}",
    "evidence/?milestone={milestone}",
]


@pytest.mark.rule("SEC-01")
@pytest.mark.parametrize("query", FILTERS)
def test_filters_search_order_and_counts_tell_nothing(query, canary, sign_in, city):
    query = query.format(
        item=city.task("1.1.1").pk,
        task=canary["task"].pk,
        report=canary["report"].pk,
        milestone=canary["milestone"].pk,
    )
    if "ordering" not in query and "evidence/?report" not in query and "evidence/?mile" not in query:
        assert sign_in("energy_officer").get(f"{V1}/{query}").json()["count"] > 0
    shown = sign_in("park_officer").get(f"{V1}/{query}")
    visible = {"1.1.2", "1.1.2.1", "1.1.2.2"}
    codes = {(row.get("task") or row).get("code") for row in shown.json()["results"]}
    assert (shown.status_code, "CANARY" in shown.content.decode(), codes - visible) == (200, False, set())


@pytest.mark.rule("SEC-01")
def test_every_move_on_a_foreign_row_answers_as_if_it_were_absent(canary, sign_in):
    body = {"version": 1, "reason": "CANARY?"}
    moves = {"task": "submit", "milestone": "claim", "report": "sign", "change": "sign"}
    client = sign_in("park_head")
    for kind, move in moves.items():
        collection = KINDS[kind]
        here = client.post(f"{V1}/{collection}/{canary[kind].pk}/actions/{move}/", body, format="json")
        nowhere = client.post(f"{V1}/{collection}/999999999/actions/{move}/", body, format="json")
        assert (kind, here.status_code, denied(here)) == (kind, 404, denied(nowhere))


@pytest.mark.rule("SEC-01")
def test_a_foreign_file_is_handed_to_its_unit_alone(canary, sign_in):
    path = f"{V1}/evidence/{canary['evidence'].pk}/file/"
    owned = sign_in("energy_officer").get(path, HTTP_ACCEPT="application/pdf")
    assert (owned.status_code, b"".join(owned.streaming_content)) == (200, b"CANARY file")
    assert owned["Content-Type"] == "application/octet-stream"
    assert owned["Content-Disposition"] == 'attachment; filename="CANARY.pdf"'
    assert owned["X-Content-Type-Options"] == "nosniff"
    for name in STRANGERS:
        shown = sign_in(name).get(path)
        assert (shown.status_code, b"CANARY" in shown.content) == (404, False)


@pytest.mark.rule("SEC-01")
def test_writing_on_a_foreign_row_answers_as_if_it_were_absent(canary, sign_in, city):
    client = sign_in("park_officer")
    draft = {"version": 0, "claimed_progress": 1, "done": "x"}
    extension = {"new_due_on": "2027-01-01", "cause": "external", "explanation": "x"}
    for pk in (canary["due"].pk, 999999999):
        assert client.put(f"{V1}/reports-due/{pk}/report/", draft, format="json").status_code == 404
    for pk in (canary["task"].pk, 999999999):
        assert client.post(f"{V1}/tasks/{pk}/extensions/", extension, format="json").status_code == 404


@pytest.mark.rule("SEC-01")
def test_nested_rows_are_scoped_too(canary, sign_in, city):
    """The transport bureau supports the item, but has no part in the energy bureau's new measure below it."""
    item = city.task("1.1.1")
    hidden = Task.objects.get(pk=canary["task"].pk)
    hidden.pk, hidden.code, hidden.path, hidden.title = None, "1.1.1.9", item.path + "9999", "CANARY child"
    hidden.save_audited(by=None, reason="test", at=canary["evidence"].uploaded_at)
    lead = Responsibility(task=hidden, org_unit=city.unit("energy"), kind="lead", confirmation="confirmed")
    lead.save_audited(by=None, reason="test", at=canary["evidence"].uploaded_at)
    path = f"{V1}/tasks/{item.pk}/"
    owner, support = sign_in("energy_officer").get(path), sign_in("transport_officer").get(path)
    assert "1.1.1.9" in {child["code"] for child in owner.json()["children"]}
    assert support.status_code == 200
    assert "1.1.1.9" not in {child["code"] for child in support.json()["children"]}
    assert "CANARY child" not in support.content.decode()


@pytest.mark.rule("SEC-02")
def test_the_published_plan_is_open_but_names_no_measure_outside_scope(canary, sign_in, city):
    target = city.revision.targets.get(code="T1")
    target.task = canary["task"]
    target.save_audited(by=None, reason="test", at=canary["evidence"].uploaded_at, fields=["task"])
    path = f"{V1}/plan/indicators/"
    assert "CANARY" in sign_in("energy_officer").get(path).content.decode()
    for name in STRANGERS:
        client = sign_in(name)
        shown, nodes = client.get(path), client.get(f"{V1}/plan/nodes/")
        assert "CANARY" not in shown.content.decode() + nodes.content.decode()
        assert [row["code"] for row in nodes.json()["results"]] == ["1.1", "1.1.1", "1.1.2"]
        assert {"light", "status", "progress"} & set(nodes.json()["results"][0]) == set()
        by_code = {row["code"]: row["targets"][0]["task"] for row in shown.json()["results"]}
        assert (by_code["wind_capacity"], by_code["bus_share"]["code"]) == (None, "1.1.2")


@pytest.mark.rule("SEC-01")
def test_a_parent_outside_scope_is_not_named(canary, sign_in, city):
    """A share below a hidden measure shows no parent; a printed node is named to everybody."""
    share = city.task("1.1.2.1")
    share.parent = canary["task"]
    share.save_audited(by=None, reason="test", at=canary["evidence"].uploaded_at, fields=["parent"])
    rows = {row["code"]: row for row in sign_in("park_officer").get(f"{V1}/tasks/").json()["results"]}
    assert rows["1.1.2.1"]["parent"] is None
    assert rows["1.1.2"]["parent"]["code"] == "1.1"
    city_wide = {row["code"]: row for row in sign_in("auditor").get(f"{V1}/tasks/").json()["results"]}
    assert city_wide["1.1.2.1"]["parent"]["title"] == "CANARY task"
