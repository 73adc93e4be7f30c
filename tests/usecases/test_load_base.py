"""Calendar, policies and ladders: loaded once, never rewritten, refused whole."""

import datetime as dt
import shutil

import pytest
import yaml

from tasks.models import CalendarDay, Ladder, Policy, Rung
from tasks.queries.base import light_policy, policy_values, work_calendar
from tasks.usecases.decompose.base import load_base
from tasks.usecases.decompose.files import DataFileError
from tests.factories import FIXTURES, noon
from tests.trace import everything

pytestmark = pytest.mark.django_db
AT = noon(dt.date(2026, 1, 5))


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped base data that a test may spoil."""
    for name in ("calendars", "policies", "ladders", "schemes"):
        if (FIXTURES / name).exists():
            shutil.copytree(FIXTURES / name, tmp_path / name)
    return tmp_path


def edit(path, change):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def problems(folder):
    """Load and return what was wrong; the database must not have changed."""
    before = everything()
    with pytest.raises(DataFileError) as caught:
        load_base(folder, at=AT)
    assert everything() == before
    return [(p.file, p.entry, p.field) for p in caught.value.problems], caught.value


def test_base_is_loaded_once_and_then_left_alone():
    first = load_base(FIXTURES, at=AT)
    assert (first["policies"], first["ladders"]) == (Policy.objects.count(), Ladder.objects.count())
    before = everything()
    assert set(load_base(FIXTURES, at=AT).values()) == {0}
    assert everything() == before


def test_calendar_holds_the_arranged_days_and_marks_later_years_provisional():
    load_base(FIXTURES, at=AT)
    calendar = work_calendar()
    # National day 2025 with its make-up Sunday, as the yearly notice arranged them
    days = {dt.date(2025, 10, 1): False, dt.date(2025, 9, 28): True, dt.date(2025, 10, 9): True}
    assert {day: calendar.is_workday(day) for day in days} == days
    official = CalendarDay.objects.filter(provisional=False).order_by("-day")[0].day.year
    assert set(CalendarDay.objects.filter(provisional=True).values_list("day__year", flat=True)) == {
        year for year in (official + 1, official + 2, official + 3, official + 4) if year <= 2030
    }


def test_ladders_rise_without_gaps():
    load_base(FIXTURES, at=AT)
    for ladder in Ladder.objects.all():
        rungs = list(Rung.objects.filter(ladder=ladder).order_by("position").values_list("position", "offset"))
        assert [position for position, _offset in rungs] == list(range(len(rungs)))
        assert [offset for _position, offset in rungs] == sorted({offset for _position, offset in rungs})


def test_policy_in_force_is_the_newest_begun(folder):
    load_base(folder, at=AT)
    row = {"code": "extensions", "valid_from": dt.date(2026, 6, 1), "values": {"office_limit_workdays": 5}}
    edit(folder / "policies" / "default.yaml", lambda content: content["policies"].append(row))
    assert load_base(folder, at=AT)["policies"] == 1
    limits = [
        policy_values("extensions", today=day)["office_limit_workdays"]
        for day in (dt.date(2026, 5, 31), row["valid_from"])
    ]
    assert limits == [10, 5]
    assert light_policy(today=dt.date(2026, 1, 1)).red_behind_points == 30


def test_existing_version_is_never_rewritten(folder):
    load_base(folder, at=AT)
    before = everything()
    edit(folder / "policies" / "default.yaml", lambda c: c["policies"][0]["values"].update(red_behind_points=99))
    edit(folder / "ladders" / "default.yaml", lambda c: c["ladders"][0]["rungs"].pop())
    load_base(folder, at=AT)
    assert everything() == before


def test_missing_file_is_named(folder):
    (folder / "ladders" / "default.yaml").unlink()
    found, error = problems(folder)
    assert found == [("ladders/default.yaml", "", "")]
    assert "ladders/default.yaml" in str(error)


@pytest.mark.parametrize(
    ("file", "change", "problem"),
    [
        ("policies", lambda c: c["policies"][0].pop("values"), ("policies/default.yaml", "lights", "values")),
        (
            "policies",
            lambda c: c["policies"][0].update(valid_from="soon"),
            ("policies/default.yaml", "lights", "valid_from"),
        ),
        ("ladders", lambda c: c["ladders"][0].update(kind="order"), ("ladders/default.yaml", "order", "kind")),
        ("ladders", lambda c: c["ladders"][2]["rungs"].reverse(), ("ladders/default.yaml", "report", "offset")),
        (
            "ladders",
            lambda c: c["ladders"][2]["rungs"][0].update(level="shout"),
            ("ladders/default.yaml", "report -3", "level"),
        ),
        (
            "ladders",
            lambda c: c["ladders"][2]["rungs"][0].update(addressees=["mayor"]),
            ("ladders/default.yaml", "report -3", "addressees"),
        ),
    ],
)
def test_wrong_entry_is_named(folder, file, change, problem):
    edit(folder / file / "default.yaml", change)
    assert problems(folder)[0] == [problem]


def test_day_that_is_none_is_named(folder):
    def change(content):
        year = next(iter(content["days"]))
        name = next(iter(content["days"][year]))
        content["days"][year][name].append("13-40")

    edit(folder / "calendars" / "provisional.yaml", change)
    found, error = problems(folder)
    assert [row[0] for row in found] == ["calendars/provisional.yaml"]
    assert "13-40" in str(error)
