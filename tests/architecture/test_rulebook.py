"""Every rule has a number, a row in the rulebook and a test that proves it."""

import ast
import re

import pytest

from tests.architecture.tree import ROOT, modules

RULEBOOK = ROOT / "docs" / "rulebook.md"
IDENTIFIER = r"[A-Z]{2,5}-\d{2,3}"


def ruled() -> dict[str, list[str]]:
    """The identifiers in docstrings, each with the functions that carry it; scope and delivery have rules too."""
    found: dict[str, list[str]] = {}
    for name, tree in modules("accounts", "tasks"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                for line in re.findall(r"Rules?: *(.+)", ast.get_docstring(node) or ""):
                    for identifier in re.findall(IDENTIFIER, line):
                        found.setdefault(identifier, []).append(f"{name} {getattr(node, 'name', '')}")
    return found


def proved() -> set[str]:
    """The identifiers that tests are marked with."""
    return {
        argument.value
        for _, tree in modules("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


@pytest.mark.skipif(not RULEBOOK.exists(), reason="docs/rulebook.md is not written yet")
def test_rules_and_rulebook_name_the_same_rules():
    rows = set(re.findall(rf"^\| *`?({IDENTIFIER})`? *\|", RULEBOOK.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == set(ruled())


def test_every_rule_is_proved_by_a_test():
    known = proved()
    assert {identifier: where for identifier, where in ruled().items() if identifier not in known} == {}


def test_no_test_proves_a_rule_that_is_gone():
    assert proved() - set(ruled()) == set()
