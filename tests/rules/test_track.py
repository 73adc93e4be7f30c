"""The machines' tables hold together, and each guard says no for its own reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounts.vocab import Role
from tasks.errors import REFUSAL_WORDS, Refusal
from tasks.rules.gate import Actor, judge
from tasks.rules.track import (
    CHANGE_MACHINE,
    MILESTONE_MACHINE,
    REPORT_MACHINE,
    TASK_MACHINE,
    ChangeFacts,
    MilestoneFacts,
    ReportFacts,
    TaskFacts,
    takes_evidence,
)
from tasks.vocab import (
    ChangeMove,
    ChangeStatus,
    MilestoneMove,
    MilestoneStatus,
    ReportMove,
    ReportStatus,
    TaskMove,
    TaskStatus,
)

TODAY = date(2026, 11, 18)
LEAD, COUNTY, OFFICE_UNIT, LEADERSHIP = 1, 2, 9, 8

# machine, its moves, its statuses, where a row begins, where it ends for good
MACHINES = {
    "task": (TASK_MACHINE, TaskMove, TaskStatus, "draft", {"cancelled"}),
    "milestone": (MILESTONE_MACHINE, MilestoneMove, MilestoneStatus, "planned", {"accepted", "waived"}),
    "report": (REPORT_MACHINE, ReportMove, ReportStatus, "draft", {"accepted"}),
    "change": (CHANGE_MACHINE, ChangeMove, ChangeStatus, "draft", {"approved", "rejected"}),
}
MOVES = [(name, move) for name, (machine, *_rest) in MACHINES.items() for move in machine]

OFFICE = Actor(1, "office", frozenset({(Role.OFFICE, OFFICE_UNIT)}))
INSPECTOR = Actor(2, "inspector", frozenset({(Role.INSPECTOR, OFFICE_UNIT)}))
HEAD = Actor(3, "head", frozenset({(Role.HEAD, LEAD)}))
OFFICER = Actor(4, "officer", frozenset({(Role.OFFICER, LEAD)}))
COUNTY_OFFICER = Actor(5, "county", frozenset({(Role.OFFICER, COUNTY)}))
LEADER = Actor(6, "leader", frozenset({(Role.LEADER, LEADERSHIP)}), portfolio_units=frozenset({LEAD}))
AUDITOR = Actor(7, "auditor", frozenset({(Role.AUDITOR, OFFICE_UNIT)}))
ADMIN = Actor(8, "admin", frozenset({(Role.ADMIN, OFFICE_UNIT)}))
EVERYBODY = {
    "office": OFFICE,
    "inspector": INSPECTOR,
    "head": HEAD,
    "officer": OFFICER,
    "county": COUNTY_OFFICER,
    "leader": LEADER,
    "auditor": AUDITOR,
    "admin": ADMIN,
}

COMMON = {
    "lead_units": frozenset({LEAD}),
    "responsible_units": frozenset({LEAD, COUNTY}),
    "submitted_by": HEAD.user_id,
    "submitting_units": frozenset({LEAD}),
}
READY = {
    "task": TaskFacts("draft", **COMMON, lead_count=1, lead_has_head=True, evidence_count=1),
    "milestone": MilestoneFacts("planned", **COMMON, evidence_count=1),
    "report": ReportFacts("draft", **COMMON),
    "change": ChangeFacts(
        "draft", **COMMON, workdays=5, task_due_on=TODAY, requested_due_on=TODAY + timedelta(7), parent_due_on=None
    ),
}

# who may make each move when nothing else is in the way
WHO = {
    "task": {
        "issue": {"office"},
        "sign_for": {"head"},
        "object": {"head"},
        "submit": {"head", "officer"},
        "withdraw": {"head", "officer"},
        "concur": {"inspector"},
        "return": {"office", "leader"},
        "accept": {"office", "leader"},
        "close": {"inspector"},
        "reopen": {"office"},
        "cancel": {"office"},
    },
    "milestone": {
        "claim": {"head", "officer", "county"},
        "accept": {"office", "leader"},
        "return": {"office", "leader"},
        "waive": {"office"},
    },
    "report": {
        "sign": {"head"},
        "accept": {"office", "leader"},
        "return": {"office", "leader"},
        "revise": {"head", "officer"},
    },
    "change": {"sign": {"head"}, "approve": {"office", "leader"}, "reject": {"office", "leader"}},
}


def refused(machine, move, facts, actor, reason="because"):
    return judge(MACHINES[machine][0], move, facts, actor, today=TODAY, reason=reason)


# --- the tables ------------------------------------------------------------------------------------------------------
@pytest.mark.rule("GATE-01")
@pytest.mark.parametrize("name", MACHINES)
def test_machine_speaks_only_of_its_own_moves_and_statuses(name):
    machine, moves, statuses, _start, _final = MACHINES[name]
    assert set(machine) == set(moves)
    assert all(move.sources <= set(statuses) for move in machine.values())
    assert all(move.target in set(statuses) for move in machine.values())
    assert all(move.sources and move.seats for move in machine.values())


@pytest.mark.rule("GATE-01")
@pytest.mark.parametrize("name", MACHINES)
def test_machine_reaches_every_status_and_ends_only_where_named(name):
    machine, _moves, statuses, start, final = MACHINES[name]
    reached = {start}
    while more := {move.target for move in machine.values() if move.sources & reached} - reached:
        reached |= more
    assert reached == set(statuses)
    assert {status for status in statuses if not any(status in move.sources for move in machine.values())} == final


@pytest.mark.parametrize("name", MACHINES)
def test_machine_can_always_come_to_an_end(name):
    """From every status some way leads to work that is done or out of the count."""
    machine, _moves, statuses, _start, final = MACHINES[name]
    ends = final | ({"accepted", "closed"} if name == "task" else set())
    ending = set(ends)
    while more := {s for move in machine.values() if move.target in ending for s in move.sources} - ending:
        ending |= more
    assert ending == set(statuses)


@pytest.mark.rule("GATE-03")
@pytest.mark.parametrize("name", MACHINES)
def test_every_verdict_on_submitted_work_takes_four_eyes(name):
    machine = MACHINES[name][0]
    verdicts = {"accept", "return", "approve", "reject", "concur"} & set(machine)
    assert {str(move) for move, rule in machine.items() if rule.four_eyes} == verdicts


@pytest.mark.rule("GATE-04")
@pytest.mark.parametrize("name", MACHINES)
def test_every_move_against_somebody_needs_a_reason(name):
    machine = MACHINES[name][0]
    asked = {"object", "return", "reopen", "cancel", "waive", "approve", "reject"} & set(machine)
    assert {str(move) for move, rule in machine.items() if rule.needs_reason} == asked


@pytest.mark.rule("GATE-02")
@pytest.mark.parametrize(
    ("name", "move"), [(name, move) for name, (machine, *_rest) in MACHINES.items() for move in machine]
)
def test_move_belongs_to_its_roles_and_to_nobody_else(name, move):
    facts = replace(READY[name], status=min(MACHINES[name][0][move].sources))
    may = {who for who, actor in EVERYBODY.items() if refused(name, move, facts, actor) is None}
    assert may == WHO[name][move]


@pytest.mark.rule("GATE-01")
@pytest.mark.parametrize(
    ("name", "move"), [(name, move) for name, (machine, *_rest) in MACHINES.items() for move in machine]
)
def test_move_is_refused_from_every_other_status(name, move):
    machine, _moves, statuses, *_rest = MACHINES[name]
    actor = EVERYBODY[min(WHO[name][move])]
    for status in set(statuses) - machine[move].sources:
        refusal = refused(name, move, replace(READY[name], status=status), actor)
        assert refusal == Refusal("GATE-01.state", {"move": move, "status": status})


# --- guards ----------------------------------------------------------------------------------------------------------
CASES = [
    ("DEC-01", "task", "issue", OFFICE, {"lead_count": 0}, Refusal("DEC-01.no_lead")),
    ("DEC-01", "task", "issue", OFFICE, {"lead_count": 2}, Refusal("DEC-01.no_lead")),
    ("DEC-02", "task", "issue", OFFICE, {"lead_has_head": False}, Refusal("DEC-02.no_head")),
    ("TRK-01", "task", "submit", HEAD, {"open_milestones": 2}, Refusal("TRK-01.milestones_open", {"count": 2})),
    ("TRK-02", "task", "submit", HEAD, {"open_children": 3}, Refusal("TRK-02.children_open", {"count": 3})),
    ("TRK-03", "task", "submit", HEAD, {"evidence_count": 0}, Refusal("TRK-03.no_evidence")),
    ("TRK-03", "milestone", "claim", HEAD, {"evidence_count": 0}, Refusal("TRK-03.no_evidence")),
    ("TRK-04", "task", "object", HEAD, {"objected_before": True}, Refusal("TRK-04.objected_before")),
    ("TRK-05", "task", "object", HEAD, {"workdays_since_issue": 3}, None),
    ("TRK-05", "task", "object", HEAD, {"workdays_since_issue": 4}, Refusal("TRK-05.objection_late", {"days": 3})),
    ("TRK-06", "task", "accept", OFFICE, {"is_key": True}, Refusal("TRK-06.no_concurrence")),
    ("TRK-06", "task", "accept", OFFICE, {"is_key": True, "inspector_concurred": True}, None),
    ("TRK-07", "milestone", "claim", HEAD, {"task_status": "issued"}, Refusal("TRK-07.task_not_open")),
    ("TRK-07", "milestone", "claim", HEAD, {"task_status": "accepted"}, Refusal("TRK-07.task_not_open")),
    ("TRK-07", "milestone", "claim", HEAD, {"task_status": "returned"}, None),
    ("TRK-07", "report", "sign", HEAD, {"task_status": "draft"}, Refusal("TRK-07.task_not_open")),
    ("TRK-07", "report", "sign", HEAD, {"task_status": "submitted"}, None),
    ("TRK-10", "report", "sign", HEAD, {"is_empty": True}, Refusal("TRK-10.report_empty")),
    (
        "TRK-12",
        "change",
        "sign",
        HEAD,
        {"task_due_on": TODAY - timedelta(1)},
        Refusal("TRK-12.extension_late", {"due_on": TODAY - timedelta(1)}),
    ),
    ("TRK-12", "change", "sign", HEAD, {"task_due_on": TODAY}, None),
    (
        "TRK-13",
        "change",
        "sign",
        HEAD,
        {"requested_due_on": TODAY},
        Refusal("TRK-13.extension_not_later", {"due_on": TODAY}),
    ),
    (
        "TRK-13",
        "change",
        "approve",
        OFFICE,
        {"requested_due_on": None},
        Refusal("TRK-13.extension_not_later", {"due_on": None}),
    ),
    (
        "DEC-03",
        "change",
        "approve",
        OFFICE,
        {"parent_due_on": TODAY},
        Refusal("DEC-03.after_parent", {"due_on": TODAY + timedelta(7), "parent_due_on": TODAY}),
    ),
    ("DEC-03", "change", "sign", HEAD, {"parent_due_on": TODAY + timedelta(7)}, None),
    ("TRK-14", "change", "approve", OFFICE, {"workdays": 10}, None),
    ("TRK-14", "change", "approve", OFFICE, {"workdays": 11}, Refusal("TRK-14.extension_long", {"days": 10})),
    ("TRK-14", "change", "approve", LEADER, {"workdays": 11}, None),
    ("TRK-14", "change", "reject", OFFICE, {"workdays": 11}, None),
    ("TRK-18", "task", "reopen", OFFICE, {"accepted_by": OFFICE.user_id}, Refusal("TRK-18.own_acceptance")),
    ("TRK-18", "task", "reopen", OFFICE, {"accepted_by": 77}, None),
]


@pytest.mark.rule("DEC-01")
@pytest.mark.rule("DEC-02")
@pytest.mark.rule("DEC-03")
@pytest.mark.rule("TRK-01")
@pytest.mark.rule("TRK-02")
@pytest.mark.rule("TRK-03")
@pytest.mark.rule("TRK-04")
@pytest.mark.rule("TRK-05")
@pytest.mark.rule("TRK-06")
@pytest.mark.rule("TRK-07")
@pytest.mark.rule("TRK-10")
@pytest.mark.rule("TRK-12")
@pytest.mark.rule("TRK-13")
@pytest.mark.rule("TRK-14")
@pytest.mark.rule("TRK-18")
@pytest.mark.parametrize(
    ("rule", "name", "move", "actor", "changed", "answer"),
    CASES,
    ids=[f"{c[0]}-{c[2]}-{n}" for n, c in enumerate(CASES)],
)
def test_guard_answers(rule, name, move, actor, changed, answer):
    facts = replace(READY[name], **{"status": min(MACHINES[name][0][move].sources), **changed})
    assert refused(name, move, facts, actor) == answer


@pytest.mark.rule("TRK-01")
@pytest.mark.rule("TRK-02")
@pytest.mark.rule("TRK-03")
def test_completion_guards_speak_in_the_order_work_is_done():
    bare = replace(READY["task"], status="in_progress", open_milestones=1, open_children=1, evidence_count=0)
    assert refused("task", "submit", bare, HEAD).code == "TRK-01.milestones_open"
    assert refused("task", "submit", replace(bare, open_milestones=0), HEAD).code == "TRK-02.children_open"
    last = replace(bare, open_milestones=0, open_children=0)
    assert refused("task", "submit", last, HEAD).code == "TRK-03.no_evidence"


def test_every_guard_refuses_in_words_with_a_remedy():
    codes = {answer.code for *_rest, answer in CASES if answer is not None}
    assert codes <= set(REFUSAL_WORDS)
    for *_rest, answer in CASES:
        if answer is not None:
            assert "%(" not in answer.message + answer.remedy
            assert answer.remedy != ""


@pytest.mark.rule("TRK-22")
@pytest.mark.parametrize("status", TaskStatus)
def test_evidence_is_taken_from_issue_to_acceptance(status):
    owed = {"issued", "in_progress", "returned", "submitted"}
    answer = takes_evidence(status)
    assert answer == (None if status in owed else Refusal("TRK-22.no_work_owed", {"status": status}))
