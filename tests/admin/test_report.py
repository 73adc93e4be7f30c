"""The report form: prefilled, saved, signed, judged; refused input is kept and said."""

import datetime as dt

import pytest
from django.urls import reverse

from tasks.models import ProgressReport, ReportDue, ReportLine, ReportRule
from tasks.usecases.track import move_report, save_report
from tests.factories import issue_all, noon
from tests.steps import DATED, DAY, ITEM, LEAF, bring_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(city) -> ReportDue:
    issue_all(city, DAY)
    return owed(city, "2025-Q1", dt.date(2025, 3, 31))


def owed(city, period: str, end: dt.date) -> ReportDue:
    return ReportDue.objects.create(
        rule=ReportRule.objects.get(),
        task=city.task(ITEM),
        period_key=period,
        period_end=end,
        opens_on=DAY,
        due_on=end + dt.timedelta(8),
    )


def url(due) -> str:
    return reverse("admin:tasks_reportdue_change", args=[due.pk])


def test_the_form_has_a_line_for_each_live_measure_below(city, enter, due):
    city.act("office", LEAF, "cancel", DAY)
    response = enter("energy_officer").get(url(due))
    assert response.context["writable"] is True
    assert [line["task"].code for line in response.context["lines"]] == [DATED]


def test_the_form_starts_from_the_last_report_but_for_what_was_done(city, enter, due):
    actor = city.actor("energy_officer", DAY)
    content = {"claimed_progress": 30, "done": "做完了一期", "problems": "缺资金", "next_steps": "二期"}
    lines = {city.task(LEAF).pk: {"claimed_progress": 40, "note": "过半"}}
    last = save_report(due.pk, actor=actor, at=noon(DAY), content=content, lines=lines)
    move_report(last.pk, "sign", actor=city.actor("energy_head", DAY), at=noon(DAY))
    response = enter("energy_officer").get(url(owed(city, "2025-Q2", dt.date(2025, 6, 30))))
    assert response.context["form"].initial == {
        "claimed_progress": 30,
        "problems": "缺资金",
        "support_needed": "",
        "next_steps": "二期",
        "forecast_on": None,
    }
    assert "做完了一期" in response.content.decode()
    assert {line["task"].code: (line["progress"], line["note"]) for line in response.context["lines"]} == {
        DATED: ("", ""),
        LEAF: ("40", ""),
    }


def test_saving_keeps_a_draft_with_its_lines(city, enter, due):
    leaf = city.task(LEAF).pk
    given = {"claimed_progress": "20", "done": "已开工", f"line-{leaf}": "40", f"note-{leaf}": "过半"}
    answer = enter("energy_officer").post(url(due), given)
    assert (answer.status_code, answer["Location"]) == (302, url(due))
    report = ProgressReport.objects.get()
    assert (report.status, report.claimed_progress, report.done) == ("draft", 20, "已开工")
    assert list(ReportLine.objects.values_list("task__code", "claimed_progress", "note")) == [(LEAF, 40, "过半")]


def test_the_head_saves_and_signs_in_one_step(city, enter, due):
    answer = enter("energy_head").post(url(due), {"claimed_progress": "20", "done": "已开工", "sign": "1"})
    assert answer.status_code == 302
    assert ProgressReport.objects.get().status == "signed"
    due.refresh_from_db()
    assert due.status == "filed"


def test_an_officer_cannot_sign_but_the_draft_is_kept(city, enter, due):
    enter("energy_officer").post(url(due), {"claimed_progress": "20", "done": "已开工", "sign": "1"})
    assert ProgressReport.objects.get().status == "draft"


@pytest.mark.parametrize("progress", ["", "-1", "96", "3.5", "abc", "٣"])
def test_progress_that_is_no_whole_percentage_is_refused_and_the_text_kept(city, enter, due, progress):
    answer = enter("energy_officer").post(url(due), {"claimed_progress": progress, "done": "已开工很久"})
    if progress == "٣":  # digits of any script are digits to Django
        assert answer.status_code == 302
        return
    assert answer.status_code == 400
    assert "已开工很久" in answer.content.decode()
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("value", ["96", "x", "-1"])
def test_a_line_out_of_range_is_refused_and_kept(city, enter, due, value):
    name = f"line-{city.task(LEAF).pk}"
    answer = enter("energy_officer").post(url(due), {"claimed_progress": "20", name: value})
    assert answer.status_code in {400, 409}
    assert answer.context["refusal"].code == "TRK-08.progress_range"
    assert [line["progress"] for line in answer.context["lines"] if line["task"].code == LEAF] == [value]
    assert not ProgressReport.objects.exists()


def test_a_report_changed_meanwhile_is_not_overwritten(city, enter, due):
    client = enter("energy_officer")
    client.post(url(due), {"claimed_progress": "20", "done": "第一稿"})
    client.post(url(due), {"claimed_progress": "30", "done": "第二稿", "version": "1"})
    answer = client.post(url(due), {"claimed_progress": "40", "done": "第三稿", "version": "1"})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "GATE-06.stale")
    assert "第三稿" in answer.content.decode()
    assert ProgressReport.objects.get().done == "第二稿"


def test_the_office_reads_and_judges_on_the_same_page(city, enter):
    report = bring_report(city, "signed")
    client = enter("office")
    response = client.get(url(report.due))
    assert response.context["writable"] is False
    assert {button.move: button.allowed for button in response.context["acts"]} == {"accept": True, "return": True}
    act = reverse("admin:tasks_progressreport_act", args=[report.pk, "return"])
    assert client.post(act, {"reason": "缺数据"})["Location"] == url(report.due)


def test_a_returned_report_says_why_and_is_taken_up_by_saving(city, enter):
    report = bring_report(city, "returned")
    client = enter("energy_officer")
    response = client.get(url(report.due))
    assert (response.context["writable"], response.context["returned"].reason) == (True, "because")
    assert client.post(url(report.due), {"claimed_progress": "25", "done": "已补数据"}).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.done) == ("draft", "已补数据")


def test_a_signed_report_is_not_written_again(city, enter):
    report = bring_report(city, "signed")
    answer = enter("energy_officer").post(url(report.due), {"claimed_progress": "25", "done": "改"})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "TRK-11.report_filed")


def test_a_supporting_unit_reads_and_is_told_who_writes(city, enter):
    report = bring_report(city, "draft")
    client = enter("transport_officer")
    assert client.get(url(report.due)).context["writable"] is False
    answer = client.post(url(report.due), {"claimed_progress": "25"})
    assert (answer.status_code, answer.context["refusal"].code) == (409, "GATE-02.seat")


def test_reports_are_accepted_in_bulk_row_by_row(city, enter):
    report = bring_report(city, "signed")
    other = owed(city, "2025-Q2", dt.date(2025, 6, 30))
    given = {"action": "accept_selected", "_selected_action": [report.due_id, other.pk]}
    answer = enter("office").post("/admin/tasks/reportdue/?show=all", given)
    assert [refusal for _label, refusal in answer.context["rows"]] == [None]
    report.refresh_from_db()
    assert report.status == "accepted"
