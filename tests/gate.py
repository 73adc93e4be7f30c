"""The gate: every check in one order, each printed with its time; knows commands, not what they check."""

import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ["carbonpeak", "accounts", "tasks"]


@dataclass(frozen=True)
class Stage:
    """One check: its name, its command, and whether `--quick` leaves it out."""

    name: str
    command: list[str]
    lint: bool = True


def scripts(name: str) -> str:
    """Where this environment keeps the named tool."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def stages() -> list[Stage]:
    """All checks, the quickest verdicts first."""
    templates = [str(path) for path in sorted(ROOT.glob("*/templates/**/*")) if path.suffix in {".html", ".txt"}]
    manage = [sys.executable, "manage.py"]
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "auto"]
    return [
        Stage("ruff check", [sys.executable, "-m", "ruff", "check", "."]),
        Stage("ruff format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        Stage("import-linter", [sys.executable, scripts("lint-imports")]),
        Stage("mypy", [sys.executable, "-m", "mypy", *CODE]),
        *([Stage("djade", [scripts("djade"), "--check", "--target-version", "5.2", *templates])] if templates else []),
        Stage("migrations", [*manage, "makemigrations", "--check", "--dry-run"], lint=False),
        Stage("pytest on SQLite", pytest, lint=False),
        Stage("pytest on PostgreSQL", [*pytest, "--database", "postgres", "-m", "database"], lint=False),
    ]


def run_gate(arguments: list[str]) -> int:
    """Run the stages and return 0 when all held; with arguments other than --quick, run pytest with them alone."""
    quick = arguments == ["--quick"]
    if arguments and not quick:
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT)
    with tempfile.TemporaryDirectory(prefix="carbonpeak-gate-") as var:
        # The checks must not meet the settings or the data of whoever works in this checkout.
        environment = os.environ | {"CARBONPEAK_ENV_FILE": os.devnull, "CARBONPEAK_VAR": var, "DATABASE_URL": ""}
        try:
            results = run_stages([stage for stage in stages() if not (quick and stage.lint)], environment)
        except KeyboardInterrupt:
            return 130
    print("\n" + "─" * 64)
    for name, code, seconds in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'} {name:<24} {seconds:6.1f} s")
    print(f"       {'total':<24} {sum(seconds for *_, seconds in results):6.1f} s")
    return 1 if any(code for _, code, _ in results) else 0


def run_stages(chosen: list[Stage], environment: dict[str, str]) -> list[tuple[str, int, float]]:
    """Run every stage, also after a failure, and return name, exit code and seconds of each."""
    results = []
    for stage in chosen:
        print(f"\n── {stage.name} " + "─" * (60 - len(stage.name)), flush=True)
        started = time.monotonic()
        code = subprocess.call(stage.command, cwd=ROOT, env=environment)
        results.append((stage.name, code, time.monotonic() - started))
    return results
