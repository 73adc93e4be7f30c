"""What no linter sees: hidden clocks and settings, unaudited writes, missing sentences, long files."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.tree import APPS, files, inner_modules, modules, named

LONGEST = 320
# A file may be longer when a reader is better served by one: name it here with the reason.
LONG = {
    "carbonpeak/settings.py": "settings in two files ask which one wins",
}
WITHOUT_HISTORY = {"update", "bulk_update", "bulk_create", "update_or_create"}


def test_no_file_is_long_without_a_reason():
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files()
        if path.suffix in {".py", ".html", ".css", ".js"} and "/migrations/" not in named(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST and name not in LONG} == {}


def test_public_functions_behind_the_doors_say_what_they_do():
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in inner_modules()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_layers_behind_the_doors_read_no_settings():
    readers = [
        f"{name}:{node.lineno}"
        for name, tree in inner_modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.conf"
    ]
    assert readers == []


def test_layers_behind_the_doors_read_no_clock():
    """`localdate(at)` converts a given instant; without an argument it reads the clock."""
    readers = [
        f"{name}:{call.lineno}"
        for name, tree in inner_modules()
        for call in calls(tree)
        if method(call) in {"localdate", "localtime"} and not call.args and not call.keywords
    ]
    assert readers == []


def test_no_code_writes_past_the_history():
    audited = {model.__name__ for model in audited_models()}
    writes = [
        f"{name}:{call.lineno} {root(call)}….{method(call)}()"
        for name, tree in modules(*APPS)
        for call in calls(tree)
        if method(call) in WITHOUT_HISTORY and root(call) in audited
    ]
    assert writes == []


def test_audited_models_refuse_an_update_without_history():
    for model in audited_models():
        with pytest.raises(Exception, match=r"(?i)history|audit"):
            model._default_manager.all().update(pk=0)


def audited_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS and hasattr(model, "history") and hasattr(model, "save_audited")
    ]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def root(call: ast.Call) -> str:
    """The name a chain of calls starts with: Task in Task.objects.filter(…).update(…)."""
    node: ast.AST = call
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return getattr(node, "id", "")
