"""Score a year and write its papers: one workbook per unit and the ranking."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from tasks.documents.cells import file_name, text_units
from tasks.documents.scorecard import write_ranking, write_score_sheet
from tasks.errors import DomainError
from tasks.models import ScoreSheet
from tasks.queries.assess import lines_of
from tasks.rules.assess.cycle import is_provisional
from tasks.usecases.assess import Scored, load_scheme, score_year


def iso_day(text: str) -> date:
    """Return the day written as YYYY-MM-DD."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = "Score a year under the scheme in force and write one workbook per unit and the ranking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="the year to assess")
        parser.add_argument("--out", type=Path, required=True, help="folder for the workbooks; made when missing")
        parser.add_argument("--as-of", type=iso_day, help="facts as known on this day, YYYY-MM-DD (default: today)")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        at = timezone.now()
        as_of = options["as_of"] or timezone.localtime(at).date()
        try:
            out.mkdir(parents=True, exist_ok=True)
            load_scheme(settings.FIXTURES, at=at)
            run = score_year(options["year"], as_of=as_of, at=at)
            files = write_papers(options["year"], run, out)
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            reason = _("Cannot write to %(folder)s: %(reason)s. Choose another folder with --out.")
            raise CommandError(reason % {"folder": out, "reason": error.strerror or error}) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_json(options["year"], as_of, run, files), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(as_table(run))
            self.stdout.write(_("%(count)s workbooks in %(folder)s") % {"count": len(files), "folder": out.resolve()})
            if is_provisional(options["year"], as_of):
                self.stdout.write(self.style.WARNING(_("Provisional: the year is not over.")))


def write_papers(year: int, run: Scored, out: Path) -> dict[str, Path]:
    """Write every sheet that stands and the ranking to `out`; return the path per unit code ("" for the ranking)."""
    files: dict[str, Path] = {}
    lines = lines_of(run.sheets)
    for sheet in run.sheets:
        path = out / file_name(f"{year}-{sheet.org_unit.code}-{sheet.org_unit.short_name}.xlsx")
        write_score_sheet(sheet, lines[sheet.pk], path)
        files[sheet.org_unit.code] = path
    files[""] = out / f"{year}-ranking.xlsx"
    write_ranking(year, run.sheets, [unit.short_name for unit in run.unassessed], files[""])
    return files


def ordered(run: Scored) -> list[ScoreSheet]:
    """Return the sheets by group and place."""
    return sorted(run.sheets, key=lambda sheet: (sheet.group, sheet.rank or 0, sheet.org_unit.position))


def as_table(run: Scored) -> str:
    """Return the result as aligned text."""
    fresh = {sheet.pk for sheet in run.fresh}
    rows = [[_("Group"), _("Place"), _("Unit"), _("Total"), _("Grade"), _("Version")]]
    for sheet in ordered(run):
        version = f"{sheet.version}{' *' if sheet.pk in fresh else ''}"
        row = [sheet.get_group_display(), sheet.rank, sheet.org_unit.short_name, sheet.total]
        rows.append([str(value) for value in (*row, sheet.get_grade_display(), version)])
    widths = [max(text_units(row[n]) for row in rows) for n in range(len(rows[0]))]
    text = "\n".join(
        "  ".join(value + " " * (width - text_units(value)) for value, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    if run.unassessed:
        names = _(", ").join(unit.short_name for unit in run.unassessed)
        text += "\n" + _("Nothing to assess: %(units)s") % {"units": names}
    return text


def as_json(year: int, as_of: date, run: Scored, files: dict[str, Path]) -> dict[str, Any]:
    """Return the result as a program reads it."""
    fresh = {sheet.pk for sheet in run.fresh}
    return {
        "year": year,
        "as_of": as_of.isoformat(),
        "scheme": {"code": run.cycle.scheme.code, "version": run.cycle.scheme.version},
        "provisional": is_provisional(year, as_of),
        "sheets": [
            {
                "unit": sheet.org_unit.code,
                "group": sheet.group,
                "rank": sheet.rank,
                "total": str(sheet.total),
                "grade": sheet.grade,
                "version": sheet.version,
                "new": sheet.pk in fresh,
                "categories": sheet.categories,
                "flags": sheet.flags,
                "input_digest": sheet.input_digest,
                "file": str(files[sheet.org_unit.code].resolve()),
            }
            for sheet in ordered(run)
        ],
        "unassessed": [unit.code for unit in run.unassessed],
        "ranking": str(files[""].resolve()),
    }
