"""The sweep fires what is due, once, in order, to whoever is in post, and says what it did."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Appointment, AuditEntry
from tasks.models import Deadline, EngineRun, Notice, PortfolioLine, ReportDue
from tasks.queries.base import work_calendar
from tasks.usecases.remind import rehearse, sweep, sweep_through
from tests.factories import make_person, noon
from tests.usecases.remind.conftest import DUE, at, more_like, swept, wait_for

DAY_AFTER = date(2026, 7, 1)
TENTH_DAY = date(2026, 7, 14)


def told(**filters):
    rows = Notice.objects.filter(**filters).order_by("fired_on", "rung__position", "addressee")
    return list(rows.values_list("rung__offset", "addressee", "recipient__username"))


def leave(person, day):
    for appointment in Appointment.objects.filter(user=person):
        appointment.valid_to = day
        appointment.save_audited(by=None, reason="test", at=noon(day), fields=["valid_to"])


@pytest.mark.rule("REM-03")
def test_sweep_twice_tells_once(late):
    wait_for(late, 4, DAY_AFTER)
    first, second = swept(DAY_AFTER), swept(DAY_AFTER)
    assert told() == [(1, "head", "energy_head"), (1, "officer", "energy_officer")]
    assert (first.counts["fired"], first.counts["notices"], second.counts["seen"]) == (1, 2, 0)


def test_sweep_moves_the_deadline_to_its_next_rung(late):
    wait_for(late, 4, DAY_AFTER)
    swept(DAY_AFTER)
    late.refresh_from_db()
    assert (late.next_position, late.next_fire_on) == (5, date(2026, 7, 7))


@pytest.mark.rule("REM-03")
def test_sweep_after_an_outage_climbs_one_rung_a_working_day(late):
    wait_for(late, 4, DAY_AFTER)
    thursday = date(2026, 8, 20)
    for days in range(8):
        swept(thursday + timedelta(days))
    fired = Notice.objects.order_by("fired_on").values_list("rung__offset", "fired_on").distinct()
    days = [date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 24), date(2026, 8, 25), date(2026, 8, 26)]
    assert list(fired) == list(zip([1, 5, 10, 20, 30], days, strict=True))


@pytest.mark.rule("REM-04")
def test_sweep_skips_reminders_the_date_has_overtaken(late):
    wait_for(late, 0, date(2026, 5, 18))
    done = swept(date(2026, 6, 29))
    assert told() == [(-3, "officer", "energy_officer")]
    assert done.counts["skipped"] == 2


@pytest.mark.rule("REM-03")
def test_sweep_on_a_day_off_counts_for_the_next_working_day(late):
    wait_for(late, 4, DAY_AFTER)
    saturday, monday = date(2026, 7, 4), date(2026, 7, 6)
    done = swept(saturday)
    swept(monday)
    assert done.slot_at == at(monday, 8, 30)
    assert set(Notice.objects.values_list("rung__offset", "fired_on")) == {(1, monday)}


@pytest.mark.rule("REM-05")
def test_sweep_in_the_evening_counts_for_the_next_working_day(late):
    wait_for(late, 4, DAY_AFTER)
    done = swept(DAY_AFTER, hour=20)
    late.refresh_from_db()
    assert done.slot_at == at(date(2026, 7, 2), 8, 30)
    assert late.next_fire_on == date(2026, 7, 7)


def test_sweep_of_a_later_day_goes_out_that_morning(late):
    wait_for(late, 4, DAY_AFTER)
    done = sweep(today=DAY_AFTER, at=at(date(2026, 6, 1), 12))
    assert done.slot_at == at(DAY_AFTER, 8, 30)


def test_sweep_passes_settled_deadlines_by(late):
    Deadline.objects.update(state="closed", next_fire_on=DAY_AFTER)
    assert swept(DAY_AFTER).counts["seen"] == 0


# --- who is told -----------------------------------------------------------------------------------------------------
def test_sweep_tells_the_leader_of_the_campaign_before_the_leader_of_the_unit(late, city):
    other = make_person("other_leader", city.unit("leadership"), "分管副市长", date(2025, 1, 1))
    leader, other_post = city.people["leader"], other.appointment_set.get().post
    other_post.pk, other_post.title = None, "另一位副市长"
    other_post.save_audited(by=None, reason="test", at=noon(DUE))
    appointment = other.appointment_set.get()
    appointment.post = other_post
    appointment.save_audited(by=None, reason="test", at=noon(DUE), fields=["post"])
    line = PortfolioLine(post=other_post, org_unit=city.unit("energy"), valid_from=date(2025, 1, 1))
    line.save_audited(by=None, reason="test", at=noon(DUE))
    wait_for(late, 6, TENTH_DAY)
    swept(TENTH_DAY)
    assert told() == [(10, "leader", leader.username)]

    campaign_line = PortfolioLine.objects.get(campaign__isnull=False)
    campaign_line.valid_to = TENTH_DAY
    campaign_line.save_audited(by=None, reason="test", at=noon(DUE), fields=["valid_to"])
    swept(date(2026, 7, 28))
    assert told(addressee="leader", rung__offset=20) == [(20, "leader", "other_leader")]


@pytest.mark.rule("REM-08")
def test_sweep_tells_the_office_when_nobody_is_in_post(late, city):
    leave(city.people["energy_head"], DUE)
    wait_for(late, 4, DAY_AFTER)
    done = swept(DAY_AFTER)
    rows = Notice.objects.order_by("addressee").values_list("addressee", "recipient__username", "fallback")
    assert list(rows) == [("head", "office", True), ("officer", "energy_officer", False)]
    assert done.counts["fallback"] == 1


def test_sweep_holds_a_deadline_when_there_is_nobody_to_tell_at_all(late, city):
    for name in ("energy_head", "energy_officer", "office"):
        leave(city.people[name], DUE)
    wait_for(late, 4, DAY_AFTER)
    done = swept(DAY_AFTER)
    late.refresh_from_db()
    assert (done.counts["held"], done.counts["fired"], late.next_position) == (1, 0, 4)
    assert not Notice.objects.exists()


def test_sweep_tells_a_person_once_as_the_higher_addressee(late, city):
    leave(city.people["energy_head"], DUE)
    officer = city.people["energy_officer"]
    post = city.people["energy_head"].appointment_set.get().post
    Appointment(post=post, user=officer, valid_from=DUE, acting=True).save_audited(by=None, reason="test", at=noon(DUE))
    wait_for(late, 4, DAY_AFTER)
    swept(DAY_AFTER)
    assert told() == [(1, "head", "energy_officer")]


def test_sweep_tells_the_named_officer_only_while_in_the_unit(late, city):
    second = make_person("second", city.unit("energy"), "联络员", date(2025, 1, 1))
    Deadline.objects.filter(pk=late.pk).update(officer=second)
    wait_for(late, 0, date(2026, 5, 18))
    swept(date(2026, 5, 18))
    leave(second, date(2026, 6, 1))
    swept(date(2026, 6, 15))
    assert told() == [(-30, "officer", "second"), (-10, "officer", "energy_officer")]


# --- reports, heartbeat, cost ----------------------------------------------------------------------------------------
def test_sweep_marks_open_reports_missed_after_their_day(late, city):
    due = ReportDue.objects.order_by("pk").first() or ReportDue.objects.create(
        rule=late.task.revision.report_rules.get(),
        task=late.task,
        period_key="2026-Q2",
        period_end=DUE,
        opens_on=DUE,
        due_on=DUE,
    )
    ReportDue.objects.exclude(pk=due.pk).update(status="filed")
    ReportDue.objects.filter(pk=due.pk).update(status="open", due_on=DUE)
    assert swept(DUE).counts["missed"] == 0
    assert swept(DAY_AFTER).counts["missed"] == 1
    due.refresh_from_db()
    entry = AuditEntry.objects.filter(act="miss").get()
    assert (due.status, entry.actor, entry.details) == ("missed", None, {"ids": [due.pk], "day": "2026-07-01"})


def test_sweep_without_work_renews_one_quiet_heartbeat(late):
    for minute in (1, 2, 3):
        sweep(today=date(2026, 3, 2), at=at(date(2026, 3, 2), 9, minute))
    run = EngineRun.objects.get()
    assert (run.counts, run.started_at, run.beat_at) == (
        {"runs": 3},
        at(date(2026, 3, 2), 9, 1),
        at(date(2026, 3, 2), 9, 3),
    )


def test_sweep_with_work_leaves_its_counts(late):
    wait_for(late, 4, DAY_AFTER)
    swept(DAY_AFTER)
    run = EngineRun.objects.get()
    assert (run.job, run.as_of, run.counts) == ("sweep", DAY_AFTER, {"seen": 1, "fired": 1, "notices": 2})


@pytest.mark.parametrize("more", [0, 2])
def test_sweep_takes_the_same_statements_for_one_and_three(late, more):
    wait_for(late, 4, DAY_AFTER)
    late.refresh_from_db()
    more_like(late, more)
    with CaptureQueriesContext(connection) as queries:
        done = swept(DAY_AFTER)
    assert done.counts["fired"] == 1 + more
    lock = connection.vendor == "postgresql"
    assert len(queries) == 15 + lock


def test_sweep_without_work_takes_a_handful_of_statements(late):
    swept(date(2026, 3, 2))
    with CaptureQueriesContext(connection) as queries:
        swept(date(2026, 3, 2), hour=1)
    lock = connection.vendor == "postgresql"
    assert len(queries) == 8 + lock


# --- jumps and rehearsals --------------------------------------------------------------------------------------------
def test_sweep_through_plays_every_working_day_up_to_a_later_one(late):
    start = date(2026, 6, 1)
    wait_for(late, 0, date(2026, 5, 18))
    done = sweep_through(until=TENTH_DAY, at=at(start, 12))
    fired = Notice.objects.order_by("fired_on").values_list("rung__offset", flat=True).distinct()
    assert list(dict.fromkeys(fired)) == [-30, -10, -3, 0, 1, 5, 10]
    assert len(done) == work_calendar().between(start, TENTH_DAY) + 1
    assert Notice.objects.get(addressee="leader").slot_at == at(TENTH_DAY, 8, 30)


def test_sweep_through_today_is_one_sweep_however_long_the_outage(late):
    swept(date(2026, 3, 2))
    assert len(sweep_through(until=DAY_AFTER, at=at(DAY_AFTER))) == 1


def test_sweep_through_starts_after_the_last_day_played(late):
    sweep_through(until=DUE, at=at(date(2026, 6, 1)))
    done = sweep_through(until=date(2026, 7, 2), at=at(date(2026, 6, 1)))
    assert [day.today for day in done] == [DAY_AFTER, date(2026, 7, 2)]


def test_rehearse_lists_what_the_sweep_then_does_and_leaves_nothing(late):
    wait_for(late, 4, DAY_AFTER)
    before = Deadline.objects.values().get(pk=late.pk)
    _done, lines = rehearse(until=TENTH_DAY, at=at(DUE, 23))
    assert (Notice.objects.count(), EngineRun.objects.count()) == (0, 0)
    assert Deadline.objects.values().get(pk=late.pk) == before
    sweep_through(until=TENTH_DAY, at=at(DUE, 23))
    listed = {(line.offset, line.addressee, line.fired_on) for line in lines}
    assert listed == set(Notice.objects.values_list("rung__offset", "addressee", "fired_on"))
    assert len(lines) == 5
