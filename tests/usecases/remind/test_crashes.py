"""Delivery by a process that dies, is paused or sleeps: nothing is lost, and at most one reminder is told twice."""

from datetime import timedelta

import pytest

from tasks.models import DeliveryAttempt, Message
from tasks.usecases.remind.deliver import deliver
from tasks.usecases.remind.handover import Handover
from tests.usecases.remind.outbox import AT, SENT, Line, states

pytestmark = pytest.mark.django_db


@pytest.mark.rule("REM-12")
def test_a_crash_before_data_is_tried_again_after_the_lease(message):
    row = message(state="sending", lease_until=AT + timedelta(seconds=10), lease_owner="dead", fence=1)
    line = Line()
    assert deliver(line, at=AT).counts == {}
    assert deliver(line, at=AT + timedelta(seconds=11)).sent == [row.pk]
    row.refresh_from_db()
    assert row.fence == 2


@pytest.mark.rule("REM-12")
def test_a_reminder_in_doubt_is_repeated_with_the_same_bytes_after_fifteen_minutes(message):
    row = message()
    line = Line({"*": Handover("data", "doubt", "no answer")})
    deliver(line, at=AT)
    line.script = {}
    assert deliver(line, at=AT + timedelta(minutes=14)).counts == {}
    assert deliver(line, at=AT + timedelta(minutes=16)).sent == [row.pk]
    first, second = line.handed
    assert first == second


@pytest.mark.rule("REM-12")
def test_a_formal_message_in_doubt_waits_for_a_person(message):
    row = message(message_class="order")
    line = Line({"*": Handover("data", "doubt", "no answer")})
    deliver(line, at=AT)
    assert deliver(line, at=AT + timedelta(minutes=16)).doubt == [row.pk]
    assert deliver(line, at=AT + timedelta(days=9)).counts == {}
    assert (states(), len(line.handed)) == (["doubt"], 1)


@pytest.mark.rule("REM-12")
def test_a_reminder_in_doubt_for_days_ends_with_a_person(message):
    message()
    line, now = Line({"*": Handover("data", "doubt", "no answer")}), AT
    while states() != ["doubt"]:
        deliver(line, at=now)
        now += timedelta(hours=1)
    assert timedelta(hours=72) < now - AT < timedelta(hours=75)


@pytest.mark.rule("REM-12")
@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_process_that_slept_through_its_lease_marks_nothing(message, phase):
    """Another process took the message over while this one was paused before, or after, its content was sent."""
    row = message()

    def taken_over():
        Message.objects.filter(pk=row.pk).update(fence=9, state="sending", lease_owner="another")
        return SENT

    class Slow(Line):
        def hand_over(self, envelope, commit_data):
            if phase == "before":
                taken_over()
            commit_data()
            return taken_over()

    done = deliver(Slow(), at=AT)
    row.refresh_from_db()
    assert (done.lost, done.sent, row.state, row.fence) == ([row.pk], [], "sending", 9)
    tries = list(DeliveryAttempt.objects.values_list("outcome", "detail"))
    assert tries == ([] if phase == "before" else [("sent", "the lease was lost meanwhile; 250 ok")])


@pytest.mark.rule("REM-12")
def test_a_process_that_dies_leaves_one_reminder_in_doubt_that_comes_later(message):
    """The second is announced in the commit that marks the first; no message is lost, none goes out twice."""
    rows = [message(number) for number in range(3)]
    line = Line({rows[1].address: KeyboardInterrupt})
    with pytest.raises(KeyboardInterrupt):
        deliver(line, at=AT)
    assert states() == ["sent", "data", "ready"]
    line.script = {}
    assert deliver(line, at=AT + timedelta(seconds=31)).sent == [rows[2].pk]
    assert deliver(line, at=AT + timedelta(minutes=16)).sent == [rows[1].pk]
    assert len(line.handed) == len({envelope.message_id for envelope in line.handed}) == 3


@pytest.mark.rule("REM-12")
def test_what_must_not_be_repeated_is_never_in_doubt_before_its_turn(message):
    rows = [message(0), message(1, message_class="order")]
    with pytest.raises(KeyboardInterrupt):
        deliver(Line({rows[1].address: KeyboardInterrupt}), at=AT)
    assert states() == ["sent", "ready"]


@pytest.mark.rule("REM-12")
def test_a_process_that_sleeps_after_announcing_a_message_asks_again(message, clock):
    rows = [message(number) for number in range(2)]

    def sleeps():
        clock.seconds += 31
        Message.objects.filter(pk=rows[1].pk).update(fence=9, lease_owner="another")
        return SENT

    done = deliver(Line({rows[1].address: sleeps}), at=AT)
    assert (done.sent, done.lost) == ([rows[0].pk], [rows[1].pk])
