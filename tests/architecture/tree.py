"""The repository as these tests see it: files, their syntax trees, and the apps' layers."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("carbonpeak", "accounts", "tasks")
# Layers that take the date, the instant and every setting as arguments.
INNER = ("rules", "queries", "usecases")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, also those not added yet; without git, every file that is not hidden or built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not {".venv", "var", "__pycache__"} & set(path.parts)]
    return tuple(path for path in sorted(paths) if path.is_file())


def named(path: Path) -> str:
    """The path as a reader of the repository writes it."""
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is text."""
    for path in files():
        try:
            yield named(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of every Python file below the folders, migrations aside."""
    for path in files():
        name = named(path)
        inside = name.startswith(tuple(f"{folder}/" for folder in folders))
        if inside and path.suffix == ".py" and "/migrations/" not in name:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def inner_modules() -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of every file of the layers behind the doors."""
    return modules(*(f"{app}/{layer}" for app in ("accounts", "tasks") for layer in INNER))
