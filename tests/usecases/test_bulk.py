"""The same move on many rows: each answered for itself, none stopped by another, in the order asked."""

import pytest

from tasks.errors import Refusal
from tasks.usecases.bulk import MOST_ROWS, RowResult, move_many, move_with_below
from tasks.usecases.track import TASKS
from tests.factories import issue_all, noon
from tests.steps import DAY, LEAF, staffed_city
from tests.trace import everything, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


def ids(city, *codes):
    return [city.task(code).pk for code in codes]


def many(city, who, pks, move, reason=""):
    return move_many(TASKS, pks, move, actor=city.actor(who, DAY), at=noon(DAY), reason=reason)


def test_every_row_is_answered_for_itself(city):
    campaign, item, leaf = ids(city, "1.1", "1.1.1", LEAF)
    results = many(city, "office", [leaf, campaign, item, 999_999], "issue")
    assert results == [
        RowResult(leaf, "1.1.1.2 开展风资源普查"),
        RowResult(campaign, "1.1 能源行动", Refusal("DEC-01.no_lead")),
        RowResult(item, "1.1.1 建设风电"),
        RowResult(999_999, "#999999", Refusal("GATE-05.hidden")),
    ]
    assert [city.task(code).status for code in ("1.1", "1.1.1", LEAF)] == ["draft", "issued", "issued"]


def test_rows_out_of_sight_are_answered_like_rows_that_do_not_exist(city):
    hidden, seen = ids(city, LEAF, "1.1.2.1")
    before = everything()
    results = many(city, "park_head", [hidden, seen], "sign_for")
    assert [(row.label, row.refusal.code) for row in results] == [
        (f"#{hidden}", "GATE-05.hidden"),
        ("1.1.2.1 更新公交车辆", "GATE-01.state"),
    ]
    assert everything() == before


def test_row_named_twice_is_moved_once(city):
    (leaf,) = ids(city, LEAF)
    assert many(city, "office", [leaf, leaf], "issue") == [RowResult(leaf, "1.1.1.2 开展风资源普查")]
    assert city.task(LEAF).version == 2


def test_each_row_needs_its_reason(city):
    results = many(city, "office", ids(city, LEAF, "1.1.2.1"), "cancel")
    assert {row.refusal.code for row in results} == {"GATE-04.reason"}
    assert all(row.refusal is None for row in many(city, "office", ids(city, LEAF, "1.1.2.1"), "cancel", "并入他项"))


def test_too_many_rows_are_refused_whole(city):
    with refused("GATE-08.too_many"):
        many(city, "office", range(1, MOST_ROWS + 2), "issue")


def test_move_with_everything_below_goes_from_the_top_down(city):
    top = city.task("1.1.1")
    results = move_with_below(top.pk, "issue", actor=city.actor("office", DAY), at=noon(DAY))
    assert [(row.label.split()[0], row.refusal) for row in results] == [
        ("1.1.1", None),
        ("1.1.1.1", None),
        (LEAF, None),
    ]
    assert city.task("1.1.2").status == "draft"


def test_move_with_everything_below_leaves_rows_in_another_status_unasked(city):
    city.act("office", LEAF, "issue", DAY)
    top = city.task("1.1.1")
    results = move_with_below(top.pk, "issue", actor=city.actor("office", DAY), at=noon(DAY))
    assert [row.label.split()[0] for row in results] == ["1.1.1", "1.1.1.1"]


def test_move_with_everything_below_stays_within_sight(city):
    """The county is named at the item and one measure; the other measure is none of its business."""
    issue_all(city, DAY)
    top = city.task("1.1.1")
    results = move_with_below(top.pk, "submit", actor=city.actor("county_officer", DAY), at=noon(DAY))
    assert [(row.label.split()[0], row.refusal.code) for row in results] == [
        ("1.1.1", "GATE-02.seat"),
        ("1.1.1.1", "GATE-02.seat"),
    ]


@pytest.mark.parametrize(("who", "move"), [("park_head", "issue"), ("office", "invented")])
def test_move_with_everything_below_is_refused_out_of_sight_or_unknown(city, who, move):
    with refused("GATE-05.hidden"):
        move_with_below(city.task("1.1.1").pk, move, actor=city.actor(who, DAY), at=noon(DAY))
