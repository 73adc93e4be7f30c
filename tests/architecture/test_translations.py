"""Nothing on a Chinese page is English by oversight: the catalogues are complete and compiled."""

import ast
import re
from functools import cache

import polib
import pytest
from django.utils.translation.template import templatize
from django.utils.translation.trans_real import translation

from tests.architecture.tree import APPS, ROOT, files, modules, named

CATALOGUES = sorted(ROOT.glob("*/locale/zh_Hans/LC_MESSAGES/*.po"))
MARKERS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


@pytest.mark.parametrize("path", CATALOGUES, ids=named)
def test_no_entry_is_untranslated_or_fuzzy(path):
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=named)
def test_compiled_catalogue_is_up_to_date(path):
    compiled = path.with_suffix(".mo")
    assert compiled.exists(), f"compile it: python -c \"import polib; polib.pofile('{named(path)}').save_as_mofile(…)\""
    assert entries(polib.mofile(str(compiled))) == entries(polib.pofile(str(path)))


def entries(catalogue: polib._BaseFile) -> dict[tuple[str | None, str], object]:
    return {
        (entry.msgctxt or None, entry.msgid): dict(entry.msgstr_plural) or entry.msgstr
        for entry in catalogue
        if not entry.obsolete
    }


@pytest.mark.skipif(not CATALOGUES, reason="no catalogue is written yet")
def test_every_marked_string_is_translated():
    known = {entry.msgid for path in CATALOGUES for entry in polib.pofile(str(path))} | library_messages()
    assert {text: where for text, where in marked().items() if text not in known} == {}


@cache
def library_messages() -> set[str]:
    """What Django itself and the libraries translate into simplified Chinese."""
    return {
        key[0] if isinstance(key, tuple) else key for key, value in translation("zh-hans")._catalog.items() if value
    }


def marked() -> dict[str, str]:
    """Every string marked for translation in code and templates, with one place where it stands."""
    found = {}
    for name, tree in modules(*APPS):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MARKERS:
                position = 1 if "pgettext" in ast.unparse(node.func) else 0
                message = node.args[position] if len(node.args) > position else None
                if isinstance(message, ast.Constant) and isinstance(message.value, str):
                    found[message.value] = f"{name}:{node.lineno}"
    for path in files():
        if "/templates/" in named(path) and path.suffix in {".html", ".txt"}:
            code = templatize(path.read_text(encoding="utf-8"))
            for literal in re.findall(r"gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", code):
                found[ast.literal_eval(literal)] = named(path)
    return found
