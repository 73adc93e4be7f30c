"""The composer freezes one mail per person and slot out of what is still true, and nothing twice."""

import email
import email.policy
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tasks.models import Deadline, Message, Notice, Policy, Responsibility, Task
from tests.usecases.remind.conftest import at, composed, more_like, swept, wait_for

DAY = date(2026, 7, 1)


@pytest.fixture
def told(late):
    """The first day after the due date, swept: officer and head are to be told."""
    wait_for(late, 4, DAY)
    late.refresh_from_db()
    swept(DAY)
    return late


def mail_to(city, name):
    message = Message.objects.get(recipient=city.people[name])
    return email.message_from_bytes(bytes(message.body), policy=email.policy.default)


def part(mail, kind):
    return mail.get_body((kind,)).get_content()


@pytest.mark.rule("REM-10")
def test_compose_writes_one_message_a_person(told, city):
    more_like(told, 2)
    swept(DAY)
    done = composed(DAY)
    assert (done.ready, done.notices) == (Message.objects.count(), Notice.objects.count())
    assert Notice.objects.filter(message__recipient=city.people["energy_head"]).count() > 1
    assert Message.objects.filter(recipient=city.people["energy_head"]).count() == 1


@pytest.mark.rule("REM-07")
def test_compose_twice_writes_nothing_twice(told):
    composed(DAY)
    first = list(Message.objects.values_list("pk", "body"))
    assert composed(DAY).ready == 0
    assert list(Message.objects.values_list("pk", "body")) == first


def test_compose_waits_for_the_slot(told):
    assert composed(DAY, hour=8, minute=29).ready == 0
    assert composed(DAY, hour=8, minute=30).ready == 2


def test_compose_freezes_headers_and_both_parts(told, city):
    composed(DAY)
    mail = mail_to(city, "energy_officer")
    message = Message.objects.get(recipient=city.people["energy_officer"])
    assert mail["Message-ID"] == message.message_id
    assert message.message_id.endswith("@example.test>")
    assert mail["Date"].datetime == message.slot_at == at(DAY, 8, 30)
    assert str(mail["From"]) == "碳达峰 <cp@example.test>"
    assert mail["To"].addresses[0].addr_spec == message.address == "energy_officer@example.test"
    assert mail["Subject"] == message.subject
    assert [kind.get_content_type() for kind in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail.defects, [kind.defects for kind in mail.iter_parts()]) == ([], [[], []])
    assert b"\n" not in bytes(message.body).replace(b"\r\n", b"")


def test_compose_says_what_is_owed_in_both_parts(told, city):
    User.objects.update(language="en")
    composed(DAY)
    mail = mail_to(city, "energy_officer")
    for kind in ("plain", "html"):
        content = part(mail, kind)
        for words in (
            "1.1.1.1",
            "建成禾山风电场",
            "1 working day overdue",
            f"/admin/tasks/task/{told.task_id}/change/",
        ):
            assert words in content
        assert "you are the responsible officer" in content
    assert mail["Subject"] == "[Carbon peak] 1 overdue: 建成禾山风电场"


@pytest.mark.parametrize(("confirmation", "marked"), [("proposed", True), ("confirmed", False)])
def test_compose_marks_a_proposed_responsibility(told, city, confirmation, marked):
    own = Responsibility.objects.filter(task=told.task, org_unit=told.owner_unit)
    row = own.get()
    row.confirmation = confirmation
    row.save_audited(by=None, reason="test", at=at(DAY), fields=["confirmation"])
    User.objects.update(language="en")
    composed(DAY)
    assert ("proposed, not confirmed" in part(mail_to(city, "energy_officer"), "plain")) is marked


@pytest.mark.rule("REM-13")
@pytest.mark.parametrize(
    ("change", "reason"),
    [({"state": "closed"}, "settled"), ({"revision": 2}, "moved"), ({"state": "closed", "revision": 2}, "moved")],
)
def test_compose_voids_what_is_no_longer_true(told, change, reason):
    Deadline.objects.filter(pk=told.pk).update(**change)
    done = composed(DAY)
    assert (done.void, Message.objects.count()) == (2, 0)
    assert set(Notice.objects.values_list("state", "void_reason")) == {("void", reason)}


def test_compose_voids_what_was_cancelled(told):
    task = Task.objects.get(pk=told.task_id)
    task.status = "cancelled"
    task.save_audited(by=None, reason="test", at=at(DAY), fields=["status"])
    composed(DAY)
    assert set(Notice.objects.values_list("state", "void_reason")) == {("void", "cancelled")}


def test_compose_moves_a_late_notice_to_the_next_slot(told, city):
    composed(DAY)
    more_like(told, 1)
    swept(DAY)  # as if its slot were still ahead
    done = composed(DAY, 8, 40)
    assert (done.postponed > 0, done.notices) == (True, 0)
    assert set(Notice.objects.filter(state="planned").values_list("slot_at", flat=True)) == {at(DAY, 14, 30)}
    assert composed(DAY, 14, 30).notices == done.postponed


@pytest.mark.parametrize("address", ["", "no address", "a@b.test\r\nBcc: x@y.test", "王@example.test"])
def test_compose_without_a_usable_address_waits_for_a_person(told, city, address):
    User.objects.filter(username="energy_officer").update(email=address)
    done = composed(DAY)
    message = Message.objects.get(recipient=city.people["energy_officer"])
    assert (done.ready, done.failed, message.state, message.address) == (1, 1, "failed", "")
    assert message.last_error != ""
    assert Notice.objects.filter(message=message, state="composed").count() == 1


@pytest.mark.rule("REM-11")
def test_compose_survives_hostile_and_huge_text(told, city):
    title = "A\r\nBcc: victim@example.test\r\n<script>alert(1)</script>" + "长" * 1_700_000
    _force_title(told.task_id, title)
    User.objects.filter(username="energy_officer").update(full_name='王"\r\nX-Evil: 1')
    composed(DAY)
    mail = mail_to(city, "energy_officer")
    message = Message.objects.get(recipient=city.people["energy_officer"])
    assert (mail["Bcc"], mail["X-Evil"], mail.defects) == (None, None, [])
    assert len(message.subject) <= 80
    assert len(message.body) < 20_000
    assert "<script>" not in part(mail, "html")


def _force_title(task_id, title):
    if connection.vendor == "postgresql":
        title = title[:200]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks_task SET title = %s WHERE id = %s", [title, task_id])


def test_compose_lists_at_most_so_many_lines_and_counts_the_rest(told, city):
    policy = Policy.objects.filter(code="digests").get()
    policy.values["max_lines"] = 1
    policy.save()
    User.objects.update(language="en")
    more_like(told, 2)
    swept(DAY)
    composed(DAY)
    head = Message.objects.filter(recipient=city.people["energy_head"]).get()
    rest = head.notices.count() - 1
    assert rest > 0
    assert f"and {rest} more" in part(mail_to(city, "energy_head"), "plain")


def test_compose_puts_the_loudest_first(told, city):
    more_like(told, 1)
    wait_for(Deadline.objects.exclude(pk=told.pk).get(state="open"), 7, DAY)
    later = DAY + timedelta(27)
    wait_for(told, 5, later)
    Deadline.objects.exclude(pk=told.pk).filter(state="open").update(next_fire_on=later)
    Notice.objects.all().delete()
    User.objects.update(language="en")
    swept(later)
    composed(later)
    content = part(mail_to(city, "office"), "plain")
    assert content.index("Supervision") < content.index("Urging")


def test_compose_writes_in_the_language_of_the_reader(told, city):
    User.objects.filter(username="energy_officer").update(language="en")
    composed(DAY)
    assert "1 working day overdue" in part(mail_to(city, "energy_officer"), "plain")
    assert "2026年6月30日" in part(mail_to(city, "energy_head"), "plain")


@pytest.mark.parametrize("more", [0, 2])
def test_compose_takes_the_same_statements_for_one_and_three(told, more):
    more_like(told, more)
    swept(DAY)
    with CaptureQueriesContext(connection) as queries:
        composed(DAY)
    assert len(queries) == 17 + 2 * (connection.vendor == "postgresql")


def test_compose_without_work_is_two_statements(city):
    with CaptureQueriesContext(connection) as queries:
        composed(DAY)
    assert len(queries) == 2
