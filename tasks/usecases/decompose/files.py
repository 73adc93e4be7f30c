"""Read data files and collect every problem with its file, entry, field and remedy; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from tasks.errors import DomainError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a data file, and what to do about it."""

    file: str
    entry: str
    field: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return _("%(file)s · entry %(entry)s · field %(field)s: %(fault)s. %(remedy)s") % {
            "file": self.file,
            "entry": self.entry or "-",
            "field": self.field or "-",
            "fault": self.fault,
            "remedy": self.remedy,
        }


class DataFileError(DomainError):
    """A data file was refused whole; nothing of it was loaded."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            "DEC-07.bad_file",
            _("Nothing was loaded: the data files hold %(count)s problems.\n%(listed)s\n"),
            _("Correct them and run the command again."),
            {"count": len(problems), "listed": listed},
        )


@dataclass
class Reader:
    """Reads YAML below a folder; problems pile up instead of stopping at the first."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def note(self, file: str, entry: object, name: str, fault: str, remedy: str) -> None:
        self.problems.append(Problem(file, str(entry), name, fault, remedy))

    def read(self, file: str, kind: type = dict) -> Any:
        """Return the parsed content of `file`, or an empty value after noting why it cannot be read."""
        path = self.root / file
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.note(file, "", "", _("the file is missing"), _("Create it, or correct the folder's name."))
            return kind()
        except (yaml.YAMLError, ValueError) as reason:  # not UTF-8, or a date such as 2026-13-40
            where = " ".join(str(reason).split())[:200]
            self.note(file, "", "", _("not valid YAML (%s)") % where, _("Mend the place named."))
            return kind()
        if not isinstance(content, kind):
            self.note(file, "", "", _("the top level is not a %s") % kind.__name__, _("See the format's description."))
            return kind()
        return content

    def need(self, file: str, entry: object, row: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
        """Return `row[name]`, noting a missing value or one of the wrong type."""
        value = row.get(name) if isinstance(row, Mapping) else None
        if value is None or value == "":
            self.note(file, entry, name, _("missing"), _("Add the field."))
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            wanted = kind.__name__ if isinstance(kind, type) else "/".join(k.__name__ for k in kind)
            self.note(
                file,
                entry,
                name,
                _("“%(value)s” is not of type %(kind)s") % {"value": value, "kind": wanted},
                _("Put codes in quotes, dates as YYYY-MM-DD, numbers bare."),
            )
        else:
            return value
        return None

    def choose(
        self,
        file: str,
        entry: object,
        row: Mapping[str, Any],
        name: str,
        choices: Iterable[str],
        default: str | None = None,
    ) -> str:
        """Return `row[name]` if it is one of `choices`, else the default after noting the fault."""
        value = row.get(name, default)
        allowed = list(choices)
        if value not in allowed:
            self.note(
                file, entry, name, _("“%s” is not a known value") % value, _("Use one of: %s.") % ", ".join(allowed)
            )
            return default or allowed[0]
        return str(value)

    def finish(self) -> None:
        """Raise DataFileError when anything was noted."""
        if self.problems:
            raise DataFileError(self.problems)
