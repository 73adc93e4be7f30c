"""Units and posts: loaded from a file, brought up to date, ended never, refused whole."""

import datetime as dt
import shutil

import pytest
import yaml

from accounts.models import OrgUnit, Post
from tasks.usecases.decompose.files import DataFileError
from tasks.usecases.decompose.organisations import load_organisations, read_groups
from tests.factories import DATA, noon
from tests.trace import everything

pytestmark = pytest.mark.django_db
AT = noon(dt.date(2025, 1, 2))


@pytest.fixture
def folder(tmp_path):
    """A copy of the invented city's units that a test may spoil."""
    shutil.copytree(DATA / "organisations", tmp_path / "organisations")
    return tmp_path


def edit(folder, change):
    path = folder / "organisations" / "yunhe.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_units_and_posts_are_loaded_once(folder):
    assert load_organisations(folder, "yunhe", at=AT) == {"units": 6, "posts": 13}
    before = everything()
    assert load_organisations(folder, "yunhe", at=AT) == {"units": 0, "posts": 0}
    assert everything() == before


def test_posts_follow_the_kind_of_the_unit(folder):
    load_organisations(folder, "yunhe", at=AT)
    rows = Post.objects.order_by("pk").values_list("org_unit__code", "role")
    assert [role for unit, role in rows if unit == "office"] == ["office", "inspector", "auditor", "admin"]
    assert [role for unit, role in rows if unit == "heshan"] == ["head", "officer"]


def test_changed_name_is_brought_up_to_date_with_its_history(folder):
    load_organisations(folder, "yunhe", at=AT)
    edit(folder, lambda content: content["units"][2].update(name="云和市能源和水务局"))
    assert load_organisations(folder, "yunhe", at=AT) == {"units": 1, "posts": 0}
    unit = OrgUnit.objects.get(code="energy")
    assert [row.name for row in unit.history.order_by("history_id")] == ["云和市能源局", "云和市能源和水务局"]


def test_unit_left_out_of_the_file_stays(folder):
    load_organisations(folder, "yunhe", at=AT)
    edit(folder, lambda content: content["units"].pop())
    load_organisations(folder, "yunhe", at=AT)
    assert OrgUnit.objects.filter(code="lvzhou", valid_to=None).exists()


def test_parent_is_linked_wherever_it_stands_in_the_file(folder):
    edit(folder, lambda content: content["units"][0].update(parent="energy"))
    load_organisations(folder, "yunhe", at=AT)
    assert OrgUnit.objects.get(code="office").parent.code == "energy"


def test_groups_are_read_by_code(folder):
    assert read_groups(folder, "yunhe") == {"places": ["heshan", "lvzhou"]}


@pytest.mark.parametrize(
    ("change", "entry", "field"),
    [
        (lambda c: c["units"][2].pop("code"), "#3", "code"),
        (lambda c: c["units"][2].pop("name"), "energy", "name"),
        (lambda c: c["units"][2].update(kind="bureau"), "energy", "kind"),
        (lambda c: c["units"][2].update(valid_from="2025"), "energy", "valid_from"),
        (lambda c: c["units"][2].update(parent="nobody"), "energy", "parent"),
        (lambda c: c["posts"]["office"][0].update(role="king"), "posts office", "role"),
    ],
)
def test_wrong_entry_is_named_and_nothing_loaded(folder, change, entry, field):
    edit(folder, change)
    before = everything()
    with pytest.raises(DataFileError) as caught:
        load_organisations(folder, "yunhe", at=AT)
    (problem,) = caught.value.problems
    assert (problem.file, problem.entry, problem.field) == ("organisations/yunhe.yaml", entry, field)
    assert problem.fault
    assert problem.remedy
    assert everything() == before


def test_missing_file_is_named(folder):
    with pytest.raises(DataFileError) as caught:
        load_organisations(folder, "nowhere", at=AT)
    assert [(p.file, p.entry, p.field) for p in caught.value.problems] == [("organisations/nowhere.yaml", "", "")]
