"""The gate: who may make which move, in which order it refuses, and who sits on whose side."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.vocab import CITY_WIDE_ROLES, Role
from tasks.errors import Refusal
from tasks.rules.gate import Actor, Move, Seat, Verdict, holds_seat, judge, legal_moves
from tasks.rules.track import SubjectFacts
from tasks.vocab import Placement

TODAY = date(2026, 11, 18)
OWN, OTHER, OFFICE = 1, 2, 9


def guard(facts, actor, today):
    return Refusal("TRK-03.no_evidence")


def nod(facts, actor, today):
    return None


STRICT = Move(
    frozenset({"open"}),
    "done",
    (Seat(Role.OFFICE),),
    (nod, guard),
    needs_reason=True,
    four_eyes=True,
    inputs=("x",),
)
FREE = Move(frozenset({"open"}), "done", (Seat(Role.OFFICE),), needs_reason=True)
LATER = Move(frozenset({"done"}), "open", (Seat(Role.OFFICE),))
MACHINE = {"strict": STRICT, "free": FREE, "later": LATER}

CLERK = Actor(5, "clerk", frozenset({(Role.OFFICE, OFFICE)}))
OUTSIDER = Actor(6, "officer", frozenset({(Role.OFFICER, OWN)}))


def facts(**given):
    return SubjectFacts(**{"status": "open", "lead_units": frozenset({OWN}), **given})


def refused(name, subject, actor, **given):
    refusal = judge(MACHINE, name, subject, actor, today=TODAY, **given)
    return refusal and refusal.code


@pytest.mark.rule("GATE-01")
@pytest.mark.rule("GATE-02")
@pytest.mark.rule("GATE-03")
@pytest.mark.rule("GATE-04")
def test_gate_refuses_in_a_fixed_order():
    """Everything is wrong at first; each mended fault uncovers the next refusal."""
    submitted = {"submitted_by": CLERK.user_id}
    assert refused("strict", facts(status="done", **submitted), OUTSIDER, reason="") == "GATE-01.state"
    assert refused("strict", facts(**submitted), OUTSIDER, reason="") == "GATE-02.seat"
    assert refused("strict", facts(**submitted), CLERK, reason="") == "GATE-03.four_eyes"
    assert refused("strict", facts(), CLERK, reason="") == "TRK-03.no_evidence"
    assert refused("free", facts(), CLERK, reason="") == "GATE-04.reason"
    assert refused("free", facts(), CLERK, reason="because") is None


@pytest.mark.rule("GATE-01")
def test_gate_refuses_a_move_from_another_status_and_says_which():
    refusal = judge(MACHINE, "later", facts(), CLERK, today=TODAY)
    assert refusal == Refusal("GATE-01.state", {"move": "later", "status": "open"})


@pytest.mark.rule("GATE-01")
def test_gate_does_not_know_a_move_outside_the_machine():
    with pytest.raises(KeyError):
        judge(MACHINE, "invented", facts(), CLERK, today=TODAY)


@pytest.mark.rule("GATE-02")
def test_gate_names_the_seats_it_asked_for():
    assert judge(MACHINE, "free", facts(), OUTSIDER, today=TODAY) == Refusal(
        "GATE-02.seat", {"move": "free", "who": FREE.seats}
    )


@pytest.mark.rule("GATE-02")
@pytest.mark.parametrize(
    ("placement", "unit", "held"),
    [
        (Placement.ANYWHERE, OTHER, True),
        (Placement.LEAD, OWN, True),
        (Placement.LEAD, OTHER, False),
        (Placement.RESPONSIBLE, OTHER, True),
        (Placement.RESPONSIBLE, OFFICE, False),
    ],
)
def test_seat_is_held_where_the_unit_stands(placement, unit, held):
    subject = facts(responsible_units=frozenset({OWN, OTHER}))
    actor = Actor(7, "head", frozenset({(Role.HEAD, unit)}))
    assert holds_seat(Seat(Role.HEAD, placement), subject, actor) is held


@pytest.mark.rule("GATE-02")
def test_seat_needs_role_and_placement_in_the_same_unit():
    """An officer of the lead unit who heads another unit is not the lead unit's head."""
    actor = Actor(7, "two hats", frozenset({(Role.OFFICER, OWN), (Role.HEAD, OTHER)}))
    assert holds_seat(Seat(Role.HEAD, Placement.LEAD), facts(), actor) is False


@pytest.mark.rule("GATE-02")
@pytest.mark.parametrize(
    ("units", "campaigns", "held"),
    [(frozenset(), frozenset(), False), ({OWN}, frozenset(), True), (frozenset(), {77}, True), ({OTHER}, {78}, False)],
)
def test_portfolio_seat_is_held_by_unit_or_campaign(units, campaigns, held):
    leader = Actor(8, "leader", frozenset({(Role.LEADER, 3)}), frozenset(units), frozenset(campaigns))
    assert holds_seat(Seat(Role.LEADER, Placement.PORTFOLIO), facts(campaign_id=77), leader) is held


@pytest.mark.rule("GATE-03")
def test_four_eyes_refuse_the_submitter_and_every_colleague_of_the_submitter():
    same_unit = facts(submitted_by=99, submitting_units=frozenset({OFFICE}))
    assert refused("strict", same_unit, CLERK, reason="x") == "GATE-03.four_eyes"
    other_unit = facts(submitted_by=99, submitting_units=frozenset({OWN}))
    assert refused("strict", other_unit, CLERK, reason="x") == "TRK-03.no_evidence"


@pytest.mark.rule("GATE-04")
@pytest.mark.parametrize(
    ("reason", "code"), [("", "GATE-04.reason"), (" \n", "GATE-04.reason"), (None, None), ("x", None)]
)
def test_reason_is_asked_for_only_when_the_move_is_made(reason, code):
    assert refused("free", facts(), CLERK, reason=reason) == code


def test_legal_moves_answer_for_every_move_out_of_the_status_and_no_other():
    verdicts = legal_moves(MACHINE, facts(), CLERK, today=TODAY)
    assert verdicts == [
        Verdict("strict", Refusal("TRK-03.no_evidence"), needs_reason=True, inputs=("x",)),
        Verdict("free", None, needs_reason=True),
    ]
    assert [verdict.allowed for verdict in verdicts] == [False, True]
    assert [verdict.move for verdict in legal_moves(MACHINE, facts(status="done"), CLERK, today=TODAY)] == ["later"]


roles = st.sampled_from(list(Role))
seats = st.frozensets(st.tuples(roles, st.integers(1, 4)), max_size=5)
placements = st.sampled_from(list(Placement))


@pytest.mark.rule("GATE-02")
@given(seats, seats, roles, placements, st.frozensets(st.integers(1, 4)))
def test_another_seat_never_takes_a_right_away(held, more, role, placement, leads):
    subject = facts(lead_units=leads, responsible_units=leads)
    seat = Seat(role, placement)
    if holds_seat(seat, subject, Actor(1, "", held)):
        assert holds_seat(seat, subject, Actor(1, "", held | more))


@pytest.mark.rule("GATE-02")
@given(roles, placements, st.frozensets(st.integers(1, 4)))
def test_nobody_without_a_seat_holds_one(role, placement, leads):
    assert holds_seat(Seat(role, placement), facts(lead_units=leads), Actor(1, "", frozenset())) is False


@given(seats)
def test_actor_sees_the_whole_city_by_role_alone(held):
    actor = Actor(1, "", held)
    assert actor.sees_whole_city() == any(role in CITY_WIDE_ROLES for role, _unit in held)
    assert actor.units() == {unit for _role, unit in held}


def test_actor_acts_in_the_name_of_the_unit_whose_role_is_used():
    actor = Actor(1, "", frozenset({(Role.OFFICER, 4), (Role.OFFICER, 2), (Role.OFFICE, 1)}))
    assert actor.unit_for(frozenset({Role.OFFICER})) == 2
    assert actor.unit_for(frozenset({Role.LEADER})) is None
