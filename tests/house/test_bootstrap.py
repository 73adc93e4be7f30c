"""manage.py before any package is there: what it says and what it leaves alone."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

MANAGE = str(ROOT / "manage.py")


@pytest.fixture
def manage(tmp_path, monkeypatch):
    """The bootstrap's functions, working in an empty folder."""
    functions = runpy.run_path(MANAGE)
    scope = functions["build"].__globals__
    scope |= {"HERE": tmp_path, "VENV": tmp_path / ".venv", "PYTHON": tmp_path / ".venv" / "bin" / "python"}
    monkeypatch.delenv("CARBONPEAK_IMAGE", raising=False)
    (tmp_path / "requirements.txt").write_text("one==1\n")
    steps = []

    def step(command):
        steps.append(command)
        scope["PYTHON"].parent.mkdir(parents=True, exist_ok=True)
        scope["PYTHON"].touch()

    scope["step"] = step
    scope["steps"] = steps
    return scope


def test_an_unchanged_lock_builds_once(manage):
    manage["build"](["requirements.txt"])
    first = len(manage["steps"])
    manage["build"](["requirements.txt"])
    assert (first, len(manage["steps"])) == (2, 2)


def test_a_changed_lock_builds_anew(manage, tmp_path):
    manage["build"](["requirements.txt"])
    (tmp_path / "requirements.txt").write_text("one==2\n")
    manage["build"](["requirements.txt"])
    assert len(manage["steps"]) == 4


def test_hashes_are_required(manage):
    manage["build"](["requirements.txt"])
    assert "--require-hashes" in manage["steps"][-1]


def test_missing_venv_support_names_the_package(manage, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        manage["build"](["requirements.txt"])


def test_an_old_python_gets_a_sentence(manage, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 0))
    monkeypatch.setattr(sys, "argv", ["manage.py", "up"])
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is 3\.9"):
        manage["main"]()


def test_missing_packages_are_answered_with_what_to_type(tmp_path):
    bare = [sys.executable, "-I", "-S", str(Path(MANAGE)), "check"]
    result = subprocess.run(bare, cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, "python3 manage.py up" in result.stderr) == (1, True), result.stderr
