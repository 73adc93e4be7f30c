"""Who may import whom: the contracts of pyproject.toml hold."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.architecture.tree import ROOT


def test_import_contracts_hold():
    linter = Path(sysconfig.get_path("scripts")) / "lint-imports"
    result = subprocess.run([sys.executable, linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
