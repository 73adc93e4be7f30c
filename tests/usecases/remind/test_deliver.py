"""Delivery: what becomes of a message when the server, the network or this very process fails."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.models import Deadline, DeliveryAttempt, EngineRun, Message, Notice
from tasks.usecases.remind import deliver as delivery
from tasks.usecases.remind.deliver import deliver
from tasks.usecases.remind.handover import ChannelDownError, Handover
from tests.usecases.remind.conftest import at, composed, swept, wait_for
from tests.usecases.remind.outbox import AT, SENT, Line, attempts, states

pytestmark = pytest.mark.django_db
MORNING = date(2026, 7, 1)  # the day after the city's late task was due


@pytest.mark.rule("REM-12")
def test_a_ready_message_is_handed_over_once_as_it_was_frozen(message):
    row, line = message(), Line()
    done = deliver(line, at=AT)
    again = deliver(line, at=AT + timedelta(days=2))
    row.refresh_from_db()
    assert [(envelope.address, envelope.body) for envelope in line.handed] == [("p1@example.org", bytes(row.body))]
    assert (done.sent, again.counts, line.opened) == ([row.pk], {}, 1)
    assert (row.state, row.attempts, row.lease_until, attempts()) == ("sent", 1, None, [("data", "sent")])
    assert timedelta(0) <= row.sent_at - AT < timedelta(seconds=5)


@pytest.mark.rule("REM-12")
def test_what_is_not_ready_yet_waits_and_opens_no_line(message):
    message(ready_at=AT + timedelta(seconds=1))
    line = Line()
    assert deliver(line, at=AT).counts == {}
    assert (states(), line.opened, EngineRun.objects.count()) == (["ready"], 0, 0)


@pytest.mark.rule("REM-12")
def test_each_message_costs_the_same_few_statements(message):
    def statements(count):
        for _ in range(count):
            message(Message.objects.count() + 1)
        with CaptureQueriesContext(connection) as queries:
            deliver(Line(), at=AT)
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    # Fate, attempt and the announcement of the next: one statement where the database can, else three in one commit.
    each = 1 if connection.vendor == "postgresql" else 3
    assert statements(3) - statements(1) == 2 * each


@pytest.mark.rule("REM-12")
@pytest.mark.parametrize(
    ("answer", "state", "fate"),
    [
        (Handover("rcpt", "refused", "550 no"), "failed", "failed"),
        (Handover("data", "refused", "552 too big"), "failed", "failed"),
        (Handover("rcpt", "later", "450 busy"), "ready", "later"),
        (Handover("data", "doubt", "no answer", broken=True), "data", "doubt"),
        (ValueError("poison"), "failed", "failed"),
    ],
)
def test_one_bad_message_never_stops_the_others(message, answer, state, fate):
    bad, good = message(1), message(2)
    done = deliver(Line({bad.address: answer}), at=AT)
    bad.refresh_from_db()
    assert (states(), done.counts) == ([state, "sent"], {fate: 1, "sent": 1})
    assert (bad.attempts, bool(bad.last_error), bad.sent_at) == (1, True, None)
    assert DeliveryAttempt.objects.filter(message=bad).count() == 1
    good.refresh_from_db()
    assert good.last_error == ""


@pytest.mark.rule("REM-06")
def test_a_message_turned_away_is_tried_at_the_rules_times_and_ends_with_a_person(message):
    row = message()
    line = Line({"*": Handover("rcpt", "later", "450 busy")})
    now, waits = AT, []
    while row.state == "ready":
        deliver(line, at=now)
        row.refresh_from_db()
        waits.append(round((row.ready_at - now).total_seconds() / 60))
        now = row.ready_at + timedelta(seconds=1)
    assert waits[:7] == [1, 5, 15, 30, 60, 60, 60]
    assert row.state == "failed"
    assert timedelta(hours=72) <= now - AT < timedelta(hours=75)
    assert row.first_tried_at - AT < timedelta(seconds=5)


@pytest.mark.rule("REM-12")
def test_an_outage_is_one_alarm_and_no_message_pays_for_it(message):
    for number in range(3):
        message(number)
    for minute in range(5):
        done = deliver(Line(down="no route to host"), at=AT + timedelta(minutes=minute))
        assert done.error == "no route to host"
    run = EngineRun.objects.get()
    assert (run.job, run.error, run.counts) == ("deliver", "no route to host", {"runs": 5})
    assert (states(), attempts()) == (["ready"] * 3, [])
    assert Message.objects.filter(attempts=0, lease_until=None, fence=0).count() == 3


@pytest.mark.rule("REM-12")
def test_an_outage_in_the_middle_gives_the_rest_back(message):
    rows = [message(number) for number in range(4)]
    done = deliver(Line({rows[1].address: ChannelDownError("gone")}), at=AT)
    assert (states(), done.error) == (["sent", "ready", "ready", "ready"], "gone")
    assert list(Message.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0, 0]
    assert Message.objects.filter(first_tried_at=None).count() == 3
    assert deliver(Line(), at=AT).counts == {"sent": 3}


@pytest.mark.rule("REM-12")
def test_a_line_that_breaks_twice_in_a_row_stops_the_run(message):
    for number in range(5):
        message(number)
    done = deliver(Line({"*": Handover("rcpt", "later", "reset by peer", broken=True)}), at=AT)
    assert done.error == "the line broke 2 times in a row: reset by peer"
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1]


@pytest.mark.rule("REM-12")
def test_a_server_that_turns_everybody_away_stops_the_run(message):
    for number in range(25):
        message(number)
    done = deliver(Line({"*": Handover("rcpt", "later", "450 busy")}), at=AT)
    assert (done.error, len(done.later)) == ("20 messages in a row were turned away: 450 busy", 20)


@pytest.mark.rule("REM-12")
def test_a_run_stops_when_asked_or_when_its_time_is_up(message):
    for number in range(3):
        message(number)
    assert deliver(Line(), at=AT, seconds=0).counts == {}
    asked = iter([False, True])
    assert deliver(Line(), at=AT, should_stop=lambda: next(asked)).counts == {"sent": 1}
    assert states() == ["sent", "ready", "ready"]


@pytest.mark.rule("REM-12")
def test_a_slow_server_leads_to_a_new_lease_instead_of_an_expired_one(message, clock):
    rows = [message(number) for number in range(2)]

    def slow():
        clock.seconds += 31
        return SENT

    assert deliver(Line({"*": slow}), at=AT).sent == [row.pk for row in rows]
    assert list(Message.objects.order_by("pk").values_list("fence", flat=True)) == [1, 2]


def test_the_outbox_is_found_by_its_index(message):
    query, params = delivery._claimable(AT).order_by("ready_at", "pk").query.sql_with_params()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of no rows is read whole
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN'} {query}", params)
        assert "message_to_deliver" in str(cursor.fetchall())


@pytest.mark.rule("REM-12")
def test_a_digest_whose_last_cause_is_gone_is_not_sent(late):
    wait_for(late, 4, MORNING)
    swept(MORNING)
    composed(MORNING)
    Deadline.objects.filter(pk=late.pk).update(state="closed")
    line = Line()
    done = deliver(line, at=at(MORNING, 9))
    assert (line.handed, done.counts) == ([], {"cancelled": 2})
    assert set(Notice.objects.values_list("state", "void_reason")) == {("void", "settled")}
    assert deliver(line, at=at(MORNING, 10)).counts == {}


@pytest.mark.rule("REM-12")
def test_a_digest_with_a_living_cause_is_sent(late):
    wait_for(late, 4, MORNING)
    swept(MORNING)
    composed(MORNING)
    assert deliver(Line(), at=at(MORNING, 9)).counts == {"sent": 2}
