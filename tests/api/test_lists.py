"""Lists: pages, filters, order, one shape, and a number of queries that does not grow with the rows."""

import pytest

from tasks.api.decompose import TaskDetailSerializer, TaskSerializer
from tasks.models import Task
from tests.api.conftest import report_due

V1 = "/api/v1"


def codes(client, query: str) -> list[str]:
    answer = client.get(f"{V1}/tasks/{query}")
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


ALL = ["1.1", "1.1.1", "1.1.1.1", "1.1.1.2", "1.1.2", "1.1.2.1", "1.1.2.2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("?ordering=-plan", ALL[::-1]),
        ("?ordering=-code&page_size=2&page=2", ["1.1.2", "1.1.1.2"]),
        ("?campaign=1.1", ALL),
        ("?campaign=9.9", []),
        ("?lead=transport", ["1.1.2", "1.1.2.1"]),
        ("?kind=campaign&kind=measure", ["1.1", "1.1.1.1", "1.1.1.2", "1.1.2.1", "1.1.2.2"]),
        ("?status=draft", ["1.1"]),
        ("?is_key=true", ["1.1.2.1"]),
        ("?search=公交", ["1.1.2", "1.1.2.1"]),
        ("?search=1.1.2.", ["1.1.2.1", "1.1.2.2"]),
        ("?due_before=2026-06-30", ["1.1.1.1"]),
        ("?due_after=2026-06-30&due_before=2026-06-30", ["1.1.1.1"]),
        ("?search=%25", []),
        ("?search=%27%20OR%201%3D1", []),
    ],
)
def test_tasks_are_filtered_and_ordered(query, expected, city, sign_in):
    assert codes(sign_in("office"), query) == expected


def test_tasks_are_filtered_by_light(city, sign_in):
    office = sign_in("office")
    rows = office.get(f"{V1}/tasks/").json()["results"]
    lights = {row["light"] for row in rows}
    for light in lights:
        assert codes(office, f"?light={light}") == [row["code"] for row in rows if row["light"] == light]
    assert codes(office, "?" + "&".join(f"light={light}" for light in lights)) == ALL


@pytest.mark.parametrize(
    "query",
    [
        *(
            "?light=purple",
            "?status=x",
            "?due_before=soon",
            "?ordering=accepted_by__password",
            "?ordering=parent__title",
        ),
        *("?page=0", "?page=2", "?page=x", "?page=99999999999", "?page_size=0", "?page_size=201", "?page_size=1e2"),
        *("?lead_unit=energy", "?accepted_by__username=a", "?search=%00", "?search=" + "x" * 101),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(query, city, sign_in):
    answer = sign_in("office").get(f"{V1}/tasks/{query}")
    fields = {error["field"] for error in answer.json()["errors"]}
    assert (answer.status_code, fields) == (400, {query[1:].partition("=")[0]})


def test_pages_link_to_each_other(city, sign_in):
    first = sign_in("office").get(f"{V1}/tasks/?page_size=4").json()
    assert (first["count"], first["previous"], len(first["results"])) == (7, None, 4)
    second = sign_in("office").get(first["next"]).json()
    assert [row["code"] for row in first["results"] + second["results"]] == ALL


@pytest.mark.parametrize("name", ["office", "energy_officer", "leader"])
def test_a_task_is_shown_exactly_as_the_interface_describes_it(name, city, sign_in):
    client = sign_in(name)
    row = client.get(f"{V1}/tasks/").json()["results"][-1]
    assert set(row) == set(TaskSerializer().fields)
    assert set(client.get(f"{V1}/tasks/{row['id']}/").json()) == set(TaskDetailSerializer().fields)


def count_queries(client, path, django_assert_num_queries, expected):
    with django_assert_num_queries(expected):
        answer = client.get(path)
    assert answer.status_code == 200
    return len(answer.json()["results"])


# the person, the seats, the count, the rows; for tasks also the names of their parents
QUERIES = {"tasks/?kind=measure&": 5, "milestones/?": 4, "reports-due/?": 4}


@pytest.mark.parametrize(("collection", "queries"), QUERIES.items())
def test_a_list_takes_the_same_number_of_queries_for_one_row_and_three(
    collection, queries, city, sign_in, django_assert_num_queries
):
    for period in ("2030-Q1", "2030-Q2", "2030-Q3"):
        report_due(city.task("1.1.1"), period)
    for name, portfolio in (("energy_officer", 0), ("leader", 1)):
        client = sign_in(name)
        for size in (1, 3):
            path = f"{V1}/{collection}page_size={size}"
            assert count_queries(client, path, django_assert_num_queries, queries + portfolio) == size


def test_indicators_take_the_same_number_of_queries_for_one_row_and_more(city, sign_in, django_assert_num_queries):
    client = sign_in("energy_officer")
    for size, rows in ((1, 1), (3, 2)):
        path = f"{V1}/plan/indicators/?page_size={size}"
        assert count_queries(client, path, django_assert_num_queries, 7) == rows


def test_labels_follow_the_readers_language(city, sign_in):
    client = sign_in("office")
    row = client.get(f"{V1}/tasks/?kind=campaign").json()["results"][0]
    assert (row["kind"], row["kind_label"], row["status_label"]) == ("campaign", "Campaign", "Draft")


def test_a_target_is_shown_in_numbers(city, sign_in):
    rows = sign_in("admin").get(f"{V1}/plan/indicators/").json()["results"]
    target = next(row for row in rows if row["code"] == "bus_share")["targets"][0]
    assert (target["value"], target["unit"], target["year"], target["comparator"]) == (60.0, "%", 2026, "at_least")
    assert Task.objects.get(pk=target["task"]["id"]).code == "1.1.2"
