"""Evidence: kept once under its SHA-256, refused by type, size and declaration, attached where one works."""

import hashlib
from io import BytesIO

import pytest
from django.core.files.storage import storages

from accounts.models import AuditEntry
from tasks.models import Evidence, Policy
from tasks.usecases.track import attach_evidence, evidence_path
from tests.factories import issue_all, noon
from tests.steps import DATED, DAY, LEAF, bring, bring_milestone, bring_report, staffed_city
from tests.trace import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    city = staffed_city()
    issue_all(city, DAY)
    return city


def attach(city, who="energy_officer", code=LEAF, name="验收.PDF", body=b"proof", declared=True, **where):
    return attach_evidence(
        city.task(code).pk,
        actor=city.actor(who, DAY),
        at=noon(DAY),
        name=name,
        content=BytesIO(body),
        declared_unclassified=declared,
        **where,
    )


def test_evidence_is_stored_under_its_digest_and_named_in_the_audit(city):
    row = attach(city, name="目录/验收.pdf")
    digest = hashlib.sha256(b"proof").hexdigest()
    assert (row.name, row.sha256, row.size, row.uploaded_by) == ("验收.pdf", digest, 5, city.people["energy_officer"])
    with storages["evidence"].open(evidence_path(digest)) as kept:
        assert kept.read() == b"proof"
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.subject, entry.act, entry.details["sha256"]) == (f"evidence:{row.pk}", "attach", digest)


def test_same_bytes_are_kept_once_and_named_twice(city):
    one, other = attach(city), attach(city, code=DATED, name="同一文件.pdf")
    assert one.sha256 == other.sha256
    folder, name = evidence_path(one.sha256).split("/")
    assert [found for found in storages["evidence"].listdir(folder)[1] if found.startswith(name)] == [name]
    assert Evidence.objects.count() == 2


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("TRK-19.classified", {"declared": False}),
        ("TRK-16.file_type", {"name": "run.exe"}),
        ("TRK-16.file_type", {"name": "无后缀"}),
        ("TRK-16.file_type", {"name": "图纸.pdf.svg"}),
        ("TRK-17.file_size", {"body": b""}),
        ("GATE-05.hidden", {"who": "county_officer"}),
        ("GATE-02.seat", {"who": "transport_officer"}),
        ("GATE-02.seat", {"who": "office"}),
        ("GATE-02.seat", {"who": "inspector"}),
        ("GATE-02.seat", {"who": "auditor"}),
        ("GATE-02.seat", {"who": "leader"}),
        ("GATE-05.hidden", {"milestone_id": 1}),
        ("GATE-05.hidden", {"report_id": 1}),
    ],
)
def test_evidence_is_refused(city, code, given):
    with refused(code):
        attach(city, **given)


@pytest.mark.rule("TRK-22")
@pytest.mark.parametrize("status", ["draft", "accepted", "closed", "cancelled"])
def test_evidence_is_refused_where_no_work_is_owed(status):
    city = staffed_city()
    bring(city, status)
    with refused("TRK-22.no_work_owed"):
        attach(city)


@pytest.mark.parametrize("status", ["issued", "in_progress", "submitted", "returned"])
def test_evidence_is_taken_while_work_is_owed(status):
    city = staffed_city()
    task = bring(city, status)
    assert attach(city).task == task


def test_county_attaches_where_it_is_responsible(city):
    assert attach(city, "county_officer", DATED).task == city.task(DATED)


@pytest.mark.parametrize("excess", [0, 1])
def test_size_limit_is_the_policys(city, excess):
    policy = Policy.objects.get(code="evidence")
    Policy.objects.create(code="evidence", valid_from=DAY, values={**policy.values, "max_mb": 1}, basis="测试")
    body = b"x" * (1024 * 1024 + excess)
    if excess:
        with refused("TRK-17.file_size"):
            attach(city, body=body)
    else:
        assert attach(city, body=body).size == 1024 * 1024


def test_evidence_of_a_milestone_or_report_stays_with_its_task(city):
    """Ids of another task's rows are refused like ids that do not exist."""
    milestone = bring_milestone(city, "planned")
    assert attach(city, code="1.1.1", milestone_id=milestone.pk).milestone == milestone
    other = city.task("1.1.2").milestones.get(code="Y2025")
    with refused("GATE-05.hidden"):
        attach(city, code="1.1.1", milestone_id=other.pk)


def test_evidence_of_a_report_is_attached_to_it(city):
    report = bring_report(city, "draft")
    assert attach(city, code="1.1.1", report_id=report.pk).report == report
