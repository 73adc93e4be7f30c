"""Whether the audit trail is whole: verdicts over links, seals and triggers that somebody else read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from accounts.rules.audit import GENESIS, Link, Seal, link_digest, seal_digest

DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the code of the sentence, the chain (or table, file, row), the number, the words."""

    code: str
    chain: str
    number: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """What a chain says of its own end; `unit` is the id of the unit it belongs to, `name` what people call that."""

    unit: int
    name: str
    number: int
    digest: str


# --- chains ----------------------------------------------------------------------------------------------------------
def chain_findings(links: Iterable[tuple[Any, ...]], heads: Mapping[int, Head]) -> Iterator[Finding]:
    """Yield what is wrong with each chain; `links` are rows like Link in the order they were written, of all chains.

    Every number from 1 on stands once and in turn, names the digest before it and has the digest of its content; the
    last one is the one the chain says. Plain tuples and one pass: a million entries take seconds.

    Rule: AUD-02
    Source: security (hash-chained, verifiable offline); domain invariant 1
    """
    ends: dict[int, tuple[int, str]] = {}
    for row in links:
        last, before = ends.get(row[0], (0, GENESIS))
        if row[1] == last + 1 and row[11] == before and link_digest(row) == row[12]:
            ends[row[0]] = row[1], row[12]
            continue
        link = Link._make(row)
        head = heads.get(link.chain)
        yield from _faults(link, head.name if head else f"#{link.chain}", last, before)
        if isinstance(link.number, int) and link.number > last:
            ends[link.chain] = link.number, link.digest
    for chain in sorted(heads.keys() | ends.keys()):
        yield from _end(heads.get(chain), chain, *ends.get(chain, (0, GENESIS)))


def _faults(link: Link, name: str, last: int, before: str) -> Iterator[Finding]:
    if not isinstance(link.number, int):
        yield Finding("AUD-02.content", name, None, {"subject": link.subject})
        return
    if link.number <= last:
        yield Finding("AUD-02.order", name, link.number, {"previous": last})
    elif link.number > last + 1:
        yield Finding("AUD-02.gap", name, last + 1, {"first": last + 1, "last": link.number - 1})
    elif link.previous != before:
        yield Finding("AUD-02.link", name, link.number, {"previous": last})
    if link_digest(link) != link.digest:
        yield Finding("AUD-02.content", name, link.number, {"subject": link.subject})


def _end(head: Head | None, chain: int, last: int, digest: str) -> Iterator[Finding]:
    if head is None:
        yield Finding("AUD-02.no_chain", f"#{chain}", last)
        return
    name = head.name
    if head.number == last:
        if last and digest != head.digest:
            yield Finding("AUD-02.head", name, last)
    elif last < head.number:
        yield Finding("AUD-02.cut", name, last + 1, {"first": last + 1, "last": head.number})
    else:
        yield Finding("AUD-02.beyond", name, head.number + 1, {"first": head.number + 1, "last": last})


# --- seals -----------------------------------------------------------------------------------------------------------
def seal_findings(seals: Iterable[Seal]) -> Iterator[Finding]:
    """Yield what is wrong with the chain of seals itself, in the order of their numbers.

    Rule: AUD-03
    Source: security (sealed hourly)
    """
    last, before = 0, GENESIS
    for seal in seals:
        if seal.number != last + 1:
            yield Finding("AUD-03.gap", "seals", last + 1, {"first": last + 1, "last": seal.number - 1})
        elif seal.previous != before:
            yield Finding("AUD-03.link", "seals", seal.number, {"previous": last})
        if seal_digest(seal.number, seal.at, seal.heads, seal.previous) != seal.digest:
            yield Finding("AUD-03.content", "seals", seal.number)
        last, before = seal.number, seal.digest


def sealed_links(seal: Seal) -> dict[int, tuple[int, str]]:
    """Return unit -> (number, digest) of the entries `seal` vouches for; what is no such thing, is left out."""
    found = {}
    for unit, link in seal.heads.items():
        match link:
            case [int(number), str(digest)] if unit.isdecimal():
                found[int(unit)] = (number, digest)
    return found


def sealed_findings(
    seal: Seal, sealed: Mapping[int, tuple[int, str]], kept: Mapping[tuple[int, int], str], names: Mapping[int, str]
) -> Iterator[Finding]:
    """Yield which of the entries `seal` vouches for are gone, or are others than they were.

    `sealed`: unit -> (number, digest) as the seal says; `kept`: (unit, number) -> digest as the table has it.

    Rule: AUD-03
    Source: security (sealed hourly)
    """
    for unit, (number, digest) in sealed.items():
        found = kept.get((unit, number))
        if found != digest:
            code = "AUD-03.gone" if found is None else "AUD-03.rewritten"
            yield Finding(code, names.get(unit, f"#{unit}"), number, {"seal": seal.number, "at": seal.at})


def file_findings(filed: Iterable[Seal | None], kept: Iterable[Seal]) -> Iterator[Finding]:
    """Yield where the file outside the database and the table of seals tell different stories.

    Line n of the file holds seal n; `filed` has None for a line that is none. The table may be ahead by the one seal
    that is being filed.

    Rule: AUD-04
    Source: security (verifiable offline): a restored or truncated database is found out
    """
    unfiled, lost = 0, 0
    for number, (line, seal) in enumerate(zip_longest(filed, kept, fillvalue=_END), start=1):
        if line is _END:
            unfiled += 1
        elif line is None:
            yield Finding("AUD-04.unreadable", "seal file", number)
        elif seal is _END:
            lost += 1
        elif line != seal:
            # What follows differs too: each seal is closed over the one before.
            yield Finding("AUD-04.differs", "seal file", number)
            return
    if unfiled > 1:
        yield Finding("AUD-04.unfiled", "seal file", None, {"count": unfiled})
    if lost:
        yield Finding("AUD-04.lost", "seal file", None, {"count": lost})


_END = Seal(0, "", {}, "", "")


# --- triggers, live rows ---------------------------------------------------------------------------------------------
def guard_findings(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Finding]:
    """Yield which triggers of the audit tables are missing, disabled, altered, or not ours.

    Both map a trigger's name to its definition; DISABLED stands for one that is switched off.

    Rule: AUD-05
    Source: security (append-only by database triggers on both databases)
    """
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield Finding("AUD-05.missing", name)
        elif name not in wanted:
            yield Finding("AUD-05.foreign", name)
        elif found[name] == DISABLED:
            yield Finding("AUD-05.disabled", name)
        elif found[name] != wanted[name]:
            yield Finding("AUD-05.altered", name)


def row_findings(live: Mapping[str, str | None], left: Mapping[str, str], initial: str) -> Iterator[Finding]:
    """Yield each row of the business that does not stand where its last recorded act left it.

    `live`: subject -> status, None when the row is gone; `left`: subject -> status after the last act that changed
    it; a row without one stands at `initial`.

    Rule: AUD-06
    Source: domain invariant 1 (status changes only through the workflow engine)
    """
    for subject, status in live.items():
        due = left.get(subject, initial)
        if status is None:
            yield Finding("AUD-06.gone", subject)
        elif status != due:
            yield Finding("AUD-06.moved", subject, None, {"status": status, "due": due})
