"""Verify the audit trail: chains, seals, the seals' file, triggers, and the rows of the business against it."""

import json
import sys
from argparse import ArgumentParser
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import AUDIT_WORDS
from accounts.models import AuditChain, AuditEntry, AuditSeal
from accounts.queries.audit import one_view, trail_findings
from accounts.rules.verify import Finding
from tasks.queries.audit import business_findings

PLACES = {"seals": gettext_lazy("Seals"), "seal file": gettext_lazy("Seal file")}
MOST = 1000  # findings shown; whoever rewrote a chain left as many as it has entries


class Command(BaseCommand):
    """Exit 0 when the trail is whole, 1 with findings.

    `--format json` prints one object:

    whole                      true when nothing was found
    chains, entries, seals     how many were looked at
    more                       true when there are more findings than are shown
    findings                   [{"code", "chain" (unit, trigger, "seals", "seal file" or row), "number" (of entry,
                                 seal or line; or null), "what", "meaning"}]
    """

    help = "Verify the audit trail against itself, its seals and the rows of the business. Exit 1 with findings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seals", type=Path, help="the seals' file, or a copy kept elsewhere (default: SEAL_FILE)")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        seal_file = options["seals"] or settings.SEAL_FILE
        if options["seals"] and not seal_file.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": seal_file})
        with one_view():
            found = list(islice(chain(trail_findings(seal_file), business_findings()), MOST + 1))
            counts = {
                "chains": AuditChain.objects.count(),
                "entries": AuditEntry.objects.count(),
                "seals": AuditSeal.objects.count(),
            }
        show = self.print_json if options["format"] == "json" else self.print_text
        show(found, counts)
        if found:
            sys.exit(1)

    def print_json(self, found: list[Finding], counts: dict[str, int]) -> None:
        findings = [
            {"code": one.code, "chain": one.chain, "number": one.number, "what": what, "meaning": meaning}
            for one in found[:MOST]
            for what, meaning in [in_words(one)]
        ]
        answer = {"whole": not found, **counts, "more": len(found) > MOST, "findings": findings}
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))

    def print_text(self, found: list[Finding], counts: dict[str, int]) -> None:
        for one in found[:MOST]:
            name = PLACES.get(one.chain, one.chain)
            place = f"{name} {one.number}" if one.number is not None else name
            what, meaning = in_words(one)
            self.stdout.write(
                _("%(place)s: %(what)s %(meaning)s [%(code)s]")
                % {"place": place, "what": what, "meaning": meaning, "code": one.code}
            )
        if len(found) > MOST:
            self.stdout.write(_("There are more findings than these."))
        verdict = (
            _("The audit trail is NOT whole. Chains: %(chains)s, entries: %(entries)s, seals: %(seals)s.")
            if found
            else _("The audit trail is whole. Chains: %(chains)s, entries: %(entries)s, seals: %(seals)s.")
        )
        self.stdout.write(verdict % counts)


def in_words(finding: Finding) -> tuple[str, str]:
    """Return what is wrong and what that means, in the reader's language."""
    what, meaning = AUDIT_WORDS[finding.code]
    return str(what) % finding.params, str(meaning)
