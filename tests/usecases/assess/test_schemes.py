"""Loading a scheme: once, whole, and never over a published version."""

import pytest
import yaml

from tasks.models import (
    Scheme,
)
from tasks.usecases.assess import load_scheme
from tasks.usecases.decompose.files import DataFileError
from tests.factories import FIXTURES
from tests.usecases.assess.rows import AT

pytestmark = pytest.mark.django_db


def test_the_scheme_is_loaded_once_and_a_version_is_never_rewritten(city, tmp_path):
    assert load_scheme(FIXTURES, at=AT) == (Scheme.objects.get(), False)
    write(tmp_path, lambda content: content["parameters"].update(bonus_cap=2))
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, at=AT)
    assert [(p.entry, p.field) for p in refused.value.problems] == [("points", "version")]
    write(tmp_path, lambda content: content.update(version=2))
    assert load_scheme(tmp_path, at=AT)[1] is True
    assert Scheme.objects.count() == 2


def write(root, change):
    (root / "schemes").mkdir(exist_ok=True)
    content = yaml.safe_load((FIXTURES / "schemes" / "points.yaml").read_text(encoding="utf-8"))
    change(content)
    (root / "schemes" / "points.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda c: c.pop("version"), ("points", "version")),
        (
            lambda c: c["parameters"]["tasks"]["timeliness"].update(floor="low"),
            ("parameters.tasks.timeliness", "floor"),
        ),
        (lambda c: c["parameters"]["tasks"]["unfinished"].update(cap=7), ("parameters.tasks.unfinished", "cap")),
        (lambda c: c["parameters"]["tasks"]["unfinished"].update(cap=0.5), ("parameters", "unfinished")),
        (lambda c: c["parameters"].update(heir="bonuses"), ("parameters", "heir")),
        (lambda c: c["parameters"].update(requires_any=["luck"]), ("parameters", "requires_any")),
        (lambda c: c["parameters"]["bands"].reverse(), ("parameters", "bands")),
        (lambda c: c["parameters"]["process"].append({"code": "luck", "name": "x", "points": 1}), ("process", "code")),
        (lambda c: c["parameters"]["process"].append("luck"), ("parameters", "process")),
        (lambda c: c["parameters"].update(excellent_share=3), ("parameters", "excellent_share")),
        (lambda c: c["groups"]["counties"][0].update(points=60), ("counties", "points")),
        (lambda c: c["groups"].update(moons=[]), ("moons", "")),
        (lambda c: c["groups"].update(parks=1), ("parks", "")),
    ],
)
def test_a_bad_scheme_is_refused_whole_naming_entry_and_field(db, tmp_path, change, problem):
    write(tmp_path, change)
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, at=AT)
    assert problem in [(found.entry, found.field) for found in refused.value.problems]
    assert all(found.file == "schemes/points.yaml" and found.remedy for found in refused.value.problems)
    assert Scheme.objects.count() == 0


def test_a_missing_scheme_file_is_named(db, tmp_path):
    with pytest.raises(DataFileError) as refused:
        load_scheme(tmp_path, "nowhere", at=AT)
    assert [found.file for found in refused.value.problems] == ["schemes/nowhere.yaml"]
