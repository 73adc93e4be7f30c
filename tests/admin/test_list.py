"""The list and the tree of tasks: what they show, in how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.admin import base
from tasks.models import Responsibility, Task, TaskMetrics
from tests.factories import issue_all, noon
from tests.steps import DATED, DAY, ITEM, KEY, LEAF

pytestmark = pytest.mark.django_db
LIST = "/admin/tasks/task/"


def codes(client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [task.code for task in response.context["cl"].result_list]


def test_the_list_is_in_the_plans_order_and_scoped(city, enter):
    assert codes(enter("office")) == ["1.1", "1.1.1", DATED, LEAF, "1.1.2", KEY, "1.1.2.2"]
    assert codes(enter("energy_officer")) == ["1.1.1", DATED, LEAF, "1.1.2.2"]
    assert codes(enter("park_officer")) == ["1.1.2", KEY, "1.1.2.2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=1.1.1.", [DATED, LEAF]),
        ("?q=公交", ["1.1.2", KEY]),
        ("?q=%25", []),
        ("?q=' OR 1=1 --", []),
        ("?status=issued", []),
        ("?light=red", [LEAF]),
        ("?light=purple", ["1.1", ITEM, DATED, LEAF, "1.1.2", KEY, "1.1.2.2"]),
        ("?due=overdue", []),
        ("?campaign=x", ["1.1", ITEM, DATED, LEAF, "1.1.2", KEY, "1.1.2.2"]),
    ],
)
def test_search_and_filters(city, enter, query, found):
    issue_all(city, DAY)
    TaskMetrics.objects.filter(task__code=LEAF).update(light="red")
    assert codes(enter("office"), query) == found


def test_a_lead_unit_filters_what_it_leads(city, enter):
    assert codes(enter("office"), f"?lead={city.unit('transport').pk}") == ["1.1.2", KEY]


def test_a_proposed_lead_is_marked_and_a_printed_one_is_not(city, enter):
    rows = enter("office").get(LIST).content.decode().split("data-row")
    marks = {code: "cp-proposed" in row for row in rows for code in (LEAF, KEY) if f">{code}<" in row}
    assert marks == {LEAF: True, KEY: False}


def test_the_list_costs_the_same_with_one_and_three_rows(city, enter):
    client = enter("energy_officer")
    counts = []
    for extra in ([], [KEY, "1.1.2"]):
        for code in extra:
            part = Responsibility(
                task=city.task(code), org_unit=city.unit("energy"), kind="support", confirmation="explicit"
            )
            part.save_audited(by=None, reason="", at=noon(DAY))
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts == [11, 11]


def test_the_count_stops_where_nobody_pages(city, enter, monkeypatch):
    monkeypatch.setattr(base, "MOST_COUNTED", 3)
    response = enter("office").get(LIST)
    assert response.context["cl"].result_count == 4


def test_pages_follow_each_other_without_a_gap(city, enter, monkeypatch):
    paginator = base.CappedPaginator(Task.objects.order_by("path"), 3)
    assert [[task.code for task in paginator.page(number)] for number in paginator.page_range] == [
        ["1.1", ITEM, DATED],
        [LEAF, "1.1.2", KEY],
        ["1.1.2.2"],
    ]


def nested(nodes) -> list:
    return [(node["row"].code, "url" in node, nested(node["children"])) for node in nodes]


def test_the_tree_shows_published_titles_above_and_hides_the_rest(city, enter):
    tree = enter("energy_officer").get("/admin/tree/").context["tree"]
    assert nested(tree) == [
        (
            "1.1",
            False,
            [("1.1.1", True, [(DATED, True, []), (LEAF, True, [])]), ("1.1.2", False, [("1.1.2.2", True, [])])],
        )
    ]


def test_a_branch_of_the_tree_shows_what_is_below_it(city, enter):
    url = f"/admin/tree/?root={city.task(ITEM).pk}"
    assert nested(enter("office").get(url).context["tree"]) == [
        ("1.1", False, [(ITEM, True, [(DATED, True, []), (LEAF, True, [])])])
    ]


@pytest.mark.parametrize("root", ["", "x", "-1", "99999999", "1" * 30])
def test_a_branch_that_is_none_is_not_found(city, enter, root):
    assert enter("office").get(f"/admin/tree/?root={root}").status_code == 404


def test_a_big_tree_is_cut_by_level(city, enter, monkeypatch):
    monkeypatch.setattr("tasks.admin.decompose.tree.MOST_NODES", 3)
    response = enter("office").get("/admin/tree/")
    assert response.context["cut"] is True
    assert nested(response.context["tree"]) == [("1.1", True, [(ITEM, True, []), ("1.1.2", True, [])])]


def test_every_list_is_called_what_the_menu_calls_it(city, enter):
    for who in ("office", "admin"):
        client = enter(who)
        menu = client.get("/admin/").context["sidebar_navigation"]
        items = [item for group in menu for item in group["items"] if item["link"].count("/") == 4]
        assert items
        for item in items:
            text = client.get(item["link"]).content.decode()
            heading = text.partition("<h1")[2].partition("</h1>")[0]
            assert str(item["title"]) in heading, item["link"]


def test_the_foot_of_a_list_counts_in_plain_words(city, enter, monkeypatch):
    client = enter("office")
    assert "共 7 项" in client.get(LIST).content.decode()
    monkeypatch.setattr("tasks.admin.decompose.task.TaskAdmin.list_per_page", 3)
    assert "共 7 项，本页第 4–6 项" in client.get(LIST + "?p=2").content.decode()
