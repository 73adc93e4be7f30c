"""Plan files that are wrong: every problem is named by file, entry and field with a remedy, and nothing is loaded."""

import datetime as dt

import pytest

from tests.plan_copy import LINES, NODES, TARGETS, copied_city, edit, refused, replace

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return copied_city(tmp_path)


def item(content, number=0):
    return content["nodes"][0]["children"][number]


@pytest.mark.parametrize("file", ["plan.yaml", TARGETS, "projects.yaml"])
def test_missing_file_is_named(folder, file):
    (folder / "plans" / "yunhe-2025" / file).unlink()
    assert (file, "", "") in refused(folder)


def test_missing_responsibilities_leave_nodes_without_lead(folder):
    (folder / "plans" / "yunhe-2025" / LINES).unlink()
    assert refused(folder)[0] == (LINES, "", "")


def test_missing_organisations_are_named(folder):
    (folder / "organisations" / "yunhe.yaml").unlink()
    assert refused(folder) == [("organisations/yunhe.yaml", "", "")]


@pytest.mark.parametrize("text", ["nodes: [", "nodes:\n\t- x", "due_on: 2026-13-40", "{a: b: c}"])
def test_file_that_is_no_yaml_is_named(folder, text):
    (folder / "plans" / "yunhe-2025" / TARGETS).write_text(text, encoding="utf-8")
    assert refused(folder)[0] == (TARGETS, "", "")


def test_file_that_is_no_text_is_named(folder):
    (folder / "plans" / "yunhe-2025" / TARGETS).write_bytes(b"\xff\xfe\x00")
    assert refused(folder)[0] == (TARGETS, "", "")


def test_file_with_a_list_where_a_map_belongs_is_named(folder):
    (folder / "plans" / "yunhe-2025" / TARGETS).write_text("- 1\n", encoding="utf-8")
    assert refused(folder)[0] == (TARGETS, "", "")


def test_unquoted_code_is_named(folder):
    """YAML reads 1.1 as a number; 2.10 would silently become 2.1."""
    replace(folder, NODES, 'code: "1.1"\n', "code: 1.1\n")
    assert (NODES, "1.1", "code") in refused(folder)


WRONG = [
    ("duplicate code", NODES, lambda c: item(c)["children"][1].update(code="1.1.1.1"), [(NODES, "1.1.1.1", "code")]),
    ("unknown unit", LINES, lambda c: c[0].update(support=["nobody"]), [(LINES, "1.1.1", "support")]),
    (
        "unknown unit of a node",
        NODES,
        lambda c: item(c)["children"][1].update(support=["nobody"]),
        [(NODES, "1.1.1.2", "support")],
    ),
    (
        "unknown lead",
        NODES,
        lambda c: item(c, 1)["children"][1].update(lead="nobody"),
        [(NODES, "1.1.2.2", "lead")],
    ),
    ("unknown node in a line", LINES, lambda c: c[1].update(node="9.9"), None),
    ("unknown node of a target", TARGETS, lambda c: c["targets"][0].update(node="9.9"), [(TARGETS, "T1", "node")]),
    (
        "unknown node of a project",
        "projects.yaml",
        lambda c: c["projects"][0].update(node="9.9"),
        [("projects.yaml", "禾山风电场", "node")],
    ),
    (
        "unknown county of a project",
        "projects.yaml",
        lambda c: c["projects"][0].update(counties=["nobody"]),
        [("projects.yaml", "禾山风电场", "counties")],
    ),
    (
        "project without kind",
        "projects.yaml",
        lambda c: c["projects"][0].pop("kind"),
        [("projects.yaml", "禾山风电场", "kind")],
    ),
    ("cycle", NODES, lambda c: c["nodes"][0].update(parent="1.1.1"), [(NODES, "1.1", "parent")]),
    ("unknown parent", NODES, lambda c: c["nodes"][0].update(parent="9.9"), [(NODES, "1.1", "parent")]),
    (
        "child after its parent",
        NODES,
        lambda c: item(c).update(due_on=dt.date(2026, 1, 1)),
        [(NODES, "1.1.1.1", "due_on")],
    ),
    (
        "date after the plan's horizon",
        NODES,
        lambda c: item(c)["children"][1].update(due_on=dt.date(2028, 1, 1)),
        [(NODES, "1.1.1.2", "due_on")],
    ),
    (
        "date before the plan begins",
        NODES,
        lambda c: item(c)["children"][1].update(due_on=dt.date(2024, 1, 1)),
        [(NODES, "1.1.1.2", "due_on")],
    ),
    (
        "date that is none",
        NODES,
        lambda c: item(c)["children"][1].update(due_on="soon"),
        [(NODES, "1.1.1.2", "due_on")],
    ),
    (
        "weight that is none",
        NODES,
        lambda c: item(c)["children"][1].update(weight="big"),
        [(NODES, "1.1.1.2", "weight")],
    ),
    ("unknown kind", NODES, lambda c: item(c)["children"][1].update(kind="job"), None),
    (
        "unknown strength",
        NODES,
        lambda c: item(c)["children"][1].update(strength="maybe"),
        [(NODES, "1.1.1.2", "strength")],
    ),
    (
        "unknown comparator",
        TARGETS,
        lambda c: c["targets"][0].update(comparator="about"),
        [(TARGETS, "T1", "comparator")],
    ),
    (
        "unknown confirmation",
        LINES,
        lambda c: c[0].update(confirmation="sure"),
        [(LINES, "1.1.1", "confirmation")],
    ),
    ("number without value", TARGETS, lambda c: c["targets"][0].pop("value"), [(TARGETS, "T1", "value")]),
    ("value that is none", TARGETS, lambda c: c["targets"][0].update(value="20"), [(TARGETS, "T1", "value")]),
    ("target used twice", TARGETS, lambda c: c["targets"][1].update(id="T1"), [(TARGETS, "T1", "id")]),
    ("unknown indicator", TARGETS, lambda c: c["targets"][0].update(indicator="x"), [(TARGETS, "T1", "indicator")]),
    (
        "indicator led by nobody",
        TARGETS,
        lambda c: c["indicators"][0].update(lead="nobody"),
        [(TARGETS, "wind_capacity", "lead")],
    ),
    (
        "repetition of a later statement",
        TARGETS,
        lambda c: c["targets"][0].update(duplicate_of="T2"),
        [(TARGETS, "T1", "duplicate_of")],
    ),
    (
        "uncovered sentence",
        NODES,
        lambda c: item(c)["children"][1].update(sentences=[]),
        [("nodes/", "1.1.1", "sentences")],
    ),
    (
        "sentence that does not exist",
        NODES,
        lambda c: item(c)["children"][1].update(sentences=[2, 3]),
        [("nodes/", "1.1.1", "sentences")],
    ),
    (
        "sentences that are no numbers",
        NODES,
        lambda c: item(c)["children"][1].update(sentences=[2, "3"]),
        [(NODES, "1.1.1.2", "sentences")],
    ),
    ("target without sentence", TARGETS, lambda c: c["targets"][1].pop("sentence"), None),
    (
        "unknown period",
        "plan.yaml",
        lambda c: c["report_rules"][0].update(period="week"),
        [("plan.yaml", "季度报告", "period")],
    ),
    ("no horizon", "plan.yaml", lambda c: c.pop("horizon_on"), [("plan.yaml", "yunhe-2025", "horizon_on")]),
]
EXPECTED = {
    "unknown kind": (NODES, "1.1.1.2", "kind"),
    "unknown node in a line": (LINES, "9.9", "node"),
    "target without sentence": (TARGETS, "T2", "sentence"),
}


@pytest.mark.parametrize(("fault", "file", "change", "named"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_entry_is_named_and_nothing_loaded(folder, fault, file, change, named):
    edit(folder, file, change)
    found = refused(folder)
    if named is None:
        assert EXPECTED[fault] in found  # what hangs on it is named as well
    else:
        assert found == named


def test_all_problems_are_named_at_once(folder):
    edit(folder, TARGETS, lambda c: c["targets"][0].update(comparator="about"))
    edit(folder, LINES, lambda c: c[0].update(support=["nobody"]))
    edit(folder, "projects.yaml", lambda c: c["projects"][0].update(node="9.9"))
    assert refused(folder) == [
        (LINES, "1.1.1", "support"),
        (TARGETS, "T1", "comparator"),
        ("projects.yaml", "禾山风电场", "node"),
    ]
