"""Every move of every machine on a real database, tried by everybody: who may, and that a refusal leaves no trace."""

import pytest

from tasks.usecases.track import CHANGES, MILESTONES, REPORTS, TASKS
from tests.steps import DAY, LEAF, bring, bring_change, bring_milestone, bring_report, prove, staffed_city
from tests.trace import answers

pytestmark = pytest.mark.django_db

# who sees nothing of a measure that names no county, and of an item that names one
BLIND = {"admin", "county_head", "county_officer", "park_head", "park_officer"}
BLIND_TO_ITEM = {"admin", "park_head", "park_officer"}


@pytest.fixture
def city():
    return staffed_city()


TASK_MAY = {
    "draft": {"issue": {"office", "office2"}, "cancel": {"office", "office2"}},
    "issued": {"sign_for": {"energy_head"}, "object": {"energy_head"}, "cancel": {"office", "office2"}},
    "in_progress": {"submit": {"energy_head", "energy_officer"}, "cancel": {"office", "office2"}},
    "submitted": {
        "withdraw": {"energy_head", "energy_officer"},
        "concur": {"inspector"},
        "return": {"office", "office2", "leader"},
        "accept": {"office", "office2", "leader"},
        "cancel": {"office", "office2"},
    },
    "returned": {"submit": {"energy_head", "energy_officer"}, "cancel": {"office", "office2"}},
    "accepted": {"close": {"inspector"}, "reopen": {"office2"}},  # who accepted may not reopen
    "closed": {"reopen": {"office2"}},
    "cancelled": {},
}


@pytest.mark.parametrize("status", TASK_MAY)
def test_task_moves_belong_to_their_people(city, status):
    task = bring(city, status)
    if status == "in_progress":
        prove(city, "energy_officer", LEAF)
    may, refusals = answers(city, TASKS, task.pk, DAY, quality="1")
    assert may == TASK_MAY[status]
    assert {who for who, codes in refusals.items() if codes == {"GATE-05.hidden"}} == BLIND


MILESTONE_MAY = {
    "planned": {
        "claim": {"energy_head", "energy_officer", "county_head", "county_officer"},
        "waive": {"office", "office2"},
    },
    "claimed": {"accept": {"office", "office2", "leader"}, "return": {"office", "office2", "leader"}},
    "returned": {
        "claim": {"energy_head", "energy_officer", "county_head", "county_officer"},
        "waive": {"office", "office2"},
    },
    "accepted": {},
    "waived": {},
}


@pytest.mark.parametrize("status", MILESTONE_MAY)
def test_milestone_moves_belong_to_their_people(city, status):
    may, refusals = answers(city, MILESTONES, bring_milestone(city, status).pk, DAY)
    assert may == MILESTONE_MAY[status]
    assert {who for who, codes in refusals.items() if codes == {"GATE-05.hidden"}} == BLIND_TO_ITEM


REPORT_MAY = {
    "draft": {"sign": {"energy_head"}},
    "signed": {"accept": {"office", "office2", "leader"}, "return": {"office", "office2", "leader"}},
    "returned": {"revise": {"energy_head", "energy_officer"}},
    "accepted": {},
}


@pytest.mark.parametrize("status", REPORT_MAY)
def test_report_moves_belong_to_their_people(city, status):
    may, refusals = answers(city, REPORTS, bring_report(city, status).pk, DAY)
    assert may == REPORT_MAY[status]
    assert {who for who, codes in refusals.items() if codes == {"GATE-05.hidden"}} == BLIND_TO_ITEM


CHANGE_MAY = {
    "draft": {"sign": {"energy_head"}},
    "signed": {"approve": {"office", "office2", "leader"}, "reject": {"office", "office2", "leader"}},
    "approved": {},
    "rejected": {},
}


@pytest.mark.parametrize("status", CHANGE_MAY)
def test_request_moves_belong_to_their_people(city, status):
    may, refusals = answers(city, CHANGES, bring_change(city, status).pk, DAY)
    assert may == CHANGE_MAY[status]
    assert {who for who, codes in refusals.items() if codes == {"GATE-05.hidden"}} == BLIND_TO_ITEM
