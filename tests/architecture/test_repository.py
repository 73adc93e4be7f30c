"""What the repository may not tell: whose machine it was written on, other hosts, the history of its making."""

import re

import pytest

from tests.architecture.tree import texts

HERE = "tests/architecture/test_repository.py"
# A path of one machine breaks on the next; an index in a lock sends every installation there.
MACHINE = re.compile(r"(?<![\w.:/])/(?:work|root|Users|opt|mnt|home)/[\w.-]+")
REGISTRY = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|pythonhosted\.org|/simple/?\s*$", re.MULTILINE
)
REMOTE = re.compile(
    r"""(?:src|href|action|srcset)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//""", re.IGNORECASE
)
HISTORY = re.compile(
    r"(?i)\bissues?\s*#?\d+\b|\b(?:tickets?|pull requests?|sprints?)\b|\bthis (?:commit|change|session)\b"
)


def found(pattern: re.Pattern[str], *, only: str = r".*") -> list[str]:
    """Places where the pattern stands, in files whose names match."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1} {match.group()}"
        for name, text in texts()
        if re.fullmatch(only, name) and name != HERE
        for match in pattern.finditer(text)
    ]


def test_no_path_of_one_machine():
    assert found(MACHINE) == []


def test_no_package_registry():
    assert found(REGISTRY) == []


def test_templates_load_nothing_from_another_host():
    assert found(REMOTE, only=r".*/(?:templates|static)/.*\.(?:html|css|js|svg)") == []


def test_documents_tell_no_history():
    assert found(HISTORY, only=r"(?:docs/.*|README[^/]*)\.md") == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, "kept in /home/somebody/x"),
        (REGISTRY, "--index-url https://mirror/simple"),
        (REMOTE, '<script src="https://cdn.example.org/x.js">'),
        (REMOTE, '<img src="//example.org/x.png">'),
        (HISTORY, "as issue 7 asked"),
    ],
)
def test_patterns_find_what_they_are_for(pattern, text):
    assert pattern.search(text)
