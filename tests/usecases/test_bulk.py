"""The same move on many rows: each answered for itself."""

import pytest

from accounts.models import AuditEntry
from tasks.errors import RefusedError
from tasks.usecases import bulk
from tasks.usecases.track import TASKS
from tests.factories import noon
from tests.steps import DATED, DAY, ITEM, KEY, LEAF, bring, staffed_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return staffed_city()


def answers(results) -> list[tuple[str, str | None]]:
    return [(row.label.split()[0], row.refusal and row.refusal.code) for row in results]


def many(city, who, move, codes):
    pks = [city.task(code).pk for code in codes]
    return bulk.move_many(TASKS, pks, move, actor=city.actor(who, DAY), at=noon(DAY))


def test_a_refused_row_stops_none_of_the_others(city):
    bring(city, "issued", LEAF)
    assert answers(many(city, "office", "issue", [LEAF, DATED])) == [(LEAF, "GATE-01.state"), (DATED, None)]
    assert (city.task(LEAF).status, city.task(DATED).status) == ("issued", "issued")


def test_hidden_rows_and_absent_rows_are_answered_alike(city):
    hidden = city.task(KEY).pk
    results = bulk.move_many(TASKS, [hidden, 10**9], "sign_for", actor=city.actor("energy_head", DAY), at=noon(DAY))
    assert [(row.label, row.refusal.code) for row in results] == [
        (f"#{hidden}", "GATE-05.hidden"),
        (f"#{10**9}", "GATE-05.hidden"),
    ]


def test_a_row_named_twice_is_moved_once(city):
    assert answers(many(city, "office", "issue", [LEAF, LEAF])) == [(LEAF, None)]
    assert AuditEntry.objects.filter(act="issue").count() == 1


def test_too_many_rows_are_refused_whole(city, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_ROWS", 1)
    with pytest.raises(RefusedError) as refused:
        many(city, "office", "issue", [LEAF, DATED])
    assert refused.value.code == "GATE-08.too_many"
    assert city.task(LEAF).status == "draft"


def below(city, who, code, move):
    return bulk.move_with_below(city.task(code).pk, move, actor=city.actor(who, DAY), at=noon(DAY))


def test_a_branch_is_moved_from_the_top_down(city):
    assert answers(below(city, "office", ITEM, "issue")) == [(ITEM, None), (DATED, None), (LEAF, None)]
    assert answers(below(city, "energy_head", ITEM, "sign_for")) == [(ITEM, None), (DATED, None), (LEAF, None)]


def test_rows_that_are_elsewhere_are_left_out(city):
    bring(city, "in_progress", LEAF)
    assert answers(below(city, "office", ITEM, "issue")) == [(ITEM, None), (DATED, None)]


def test_rows_below_that_somebody_else_leads_are_refused_one_by_one(city):
    for code in ("1.1.2", KEY, "1.1.2.2"):
        bring(city, "issued", code)
    assert answers(below(city, "transport_head", "1.1.2", "sign_for")) == [
        ("1.1.2", None),
        (KEY, None),
        ("1.1.2.2", "GATE-02.seat"),
    ]
    assert city.task("1.1.2.2").status == "issued"


def test_a_hidden_branch_and_an_unknown_move_are_refused(city):
    for who, code, move in (("energy_head", KEY, "sign_for"), ("office", ITEM, "explode")):
        with pytest.raises(RefusedError) as refused:
            below(city, who, code, move)
        assert refused.value.code == "GATE-05.hidden"
