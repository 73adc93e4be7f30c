"""`manage.py verify_audit`: silent about an honest history, and every tampering is found and named."""

import datetime as dt
import json
import threading
from contextlib import contextmanager
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation

from accounts.models import AuditChain, AuditEntry, AuditSeal
from accounts.queries.audit import links, one_view, trail_findings
from accounts.rules.audit import Link, link_digest
from accounts.usecases.seal import file_seals, seal_chains
from tasks.queries.audit import business_findings
from tests.factories import issue_all, noon
from tests.guards import run, without_guards
from tests.steps import DAY, ITEM, KEY, LEAF, prove, staffed_city

ENERGY = "市能源局"
ENTRY = "UPDATE accounts_auditentry SET {} WHERE chain_id = {{chain}} AND number = "


@pytest.fixture
def seal_file(settings, tmp_path):
    settings.SEAL_FILE = tmp_path / "seals.jsonl"
    return settings.SEAL_FILE


@pytest.fixture
def city(db, seal_file):
    """A city with acts of several units on tasks, milestones and evidence, sealed three times, and not since."""
    city = staffed_city()
    issue_all(city, DAY)
    seal(0)
    prove(city, "energy_officer", LEAF)
    city.act("energy_officer", LEAF, "submit", DAY)
    city.act("office", LEAF, "accept", DAY, quality="0.9")
    seal(1)
    prove(city, "energy_officer", ITEM)
    city.act("office", KEY, "cancel", DAY)
    seal(2)
    prove(city, "energy_officer", ITEM)
    connection.check_constraints()
    return city


def seal(hours):
    seal_chains(at=noon(DAY) + dt.timedelta(hours=hours))
    return file_seals(settings.SEAL_FILE)


def found(path):
    """What is found, as (code, chain, number)."""
    findings = [*trail_findings(path), *business_findings()]
    return [(finding.code.removeprefix("AUD-"), finding.chain, finding.number) for finding in findings]


@contextmanager
def tampered(*statements):
    """Do what the triggers would refuse, and undo it."""
    chain = AuditChain.objects.get(org_unit__short_name=ENERGY).pk
    with transaction.atomic():
        with without_guards():
            run(*(statement.format(chain=chain) for statement in statements))
        yield
        transaction.set_rollback(True)


def verify(*arguments):
    out = StringIO()
    with translation.override("en"):
        try:
            call_command("verify_audit", *arguments, stdout=out)
        except SystemExit as end:
            return end.code, out.getvalue()
    return 0, out.getvalue()


@pytest.mark.rule("AUD-02", "AUD-03", "AUD-04", "AUD-05", "AUD-06")
def test_an_honest_history_is_whole(city):
    assert AuditSeal.objects.count() == 3
    code, text = verify()
    assert code == 0
    assert text.startswith("The audit trail is whole. ")
    answer = json.loads(verify("--format", "json")[1])
    assert (answer["whole"], answer["findings"], answer["seals"]) == (True, [], 3)
    assert answer["entries"] == AuditEntry.objects.count() > 15


@pytest.mark.rule("AUD-02")
@pytest.mark.parametrize("case", range(2), ids=["columns", "rows"])
def test_every_rewriting_of_a_chain_is_found_and_named(city, seal_file, case):
    last = AuditChain.objects.get(org_unit__short_name=ENERGY).last_number
    sealed = json.loads(seal_file.read_text().splitlines()[-1])["heads"][str(city.unit("energy").pk)][0]
    assert last == sealed + 1 == 8
    edited = [("02.content", ENERGY, 3)]
    columns = {
        "at = '2020-01-01 00:00:00+00'": edited,
        "actor_id = NULL": edited,
        "actor_name = 'x'": edited,
        "subject = 'evidence:1'": edited,
        "act = 'x'": edited,
        "\"before\" = 'x'": edited,
        '"after" = "before"': edited,
        "reason = 'x'": edited,
        """details = '{{"x": 1}}'""": edited,
        "digest = previous_digest": [*edited, ("02.link", ENERGY, 4)],
        "previous_digest = digest": [("02.link", ENERGY, 3), *edited],
        "number = 100": [
            *[("02.gap", ENERGY, 3), ("02.content", ENERGY, 100)],
            *[("02.order", ENERGY, number) for number in range(4, last + 1)],
            ("02.beyond", ENERGY, last + 1),
        ],
        "id = id + 1000": [("02.gap", ENERGY, 3), ("02.order", ENERGY, 3)],
    }
    moved = "UPDATE accounts_auditentry SET number = {} WHERE chain_id = {{chain}} AND number = {}"
    copied = (
        "INSERT INTO accounts_auditentry (chain_id, number, at, actor_id, actor_name, subject, act, "
        '"before", "after", reason, details, previous_digest, digest) SELECT chain_id, {}, at, actor_id, actor_name, '
        'subject, act, "before", "after", reason, details, previous_digest, digest FROM accounts_auditentry '
        "WHERE chain_id = {{chain}} AND number = 3"
    )
    rows = {
        "DELETE FROM accounts_auditentry WHERE chain_id = {chain} AND number IN (2, 3)": [("02.gap", ENERGY, 2)],
        f"DELETE FROM accounts_auditentry WHERE chain_id = {{chain}} AND number = {last}": [("02.cut", ENERGY, last)],
        f"DELETE FROM accounts_auditentry WHERE chain_id = {{chain}} AND number >= {sealed}": [
            ("02.cut", ENERGY, sealed),
            ("03.gone", ENERGY, sealed),
        ],
        ";".join([moved.format(100, 2), moved.format(2, 3), moved.format(3, 100)]): [
            *[("02.gap", ENERGY, 2), ("02.content", ENERGY, 3)],
            *[("02.order", ENERGY, 2), ("02.content", ENERGY, 2)],
            ("02.link", ENERGY, 4),
        ],
        copied.format(last + 1): [
            *[("02.link", ENERGY, last + 1), ("02.content", ENERGY, last + 1)],
            ("02.beyond", ENERGY, last + 1),
        ],
        "UPDATE accounts_auditchain SET last_digest = '0' WHERE id = {chain}": [("02.head", ENERGY, last)],
        "UPDATE accounts_auditchain SET last_number = last_number - 1 WHERE id = {chain}": [
            ("02.beyond", ENERGY, last)
        ],
    }
    wanted = {f"{ENTRY.format(column)}3": codes for column, codes in columns.items()} if case == 0 else rows
    answers = {}
    for statements in wanted:
        with tampered(*statements.split(";")):
            answers[statements] = [one for one in found(seal_file) if one[0] < "06"]
    assert answers == wanted


@pytest.mark.rule("AUD-02", "AUD-03")
def test_an_emptied_trail_is_found_by_its_chains_and_by_its_seals(city, seal_file):
    cut = {("02.cut", name) for name in AuditChain.objects.values_list("org_unit__short_name", flat=True)}
    with tampered("DELETE FROM accounts_auditentry"):
        assert {one[:2] for one in found(seal_file) if one[0].startswith("02")} == cut
    with tampered("DELETE FROM accounts_auditentry", "DELETE FROM accounts_auditchain"):
        assert {code for code, *_ in found(seal_file)} == {"03.gone", "06.moved"}
    with tampered(*(f"DELETE FROM accounts_audit{table}" for table in ("entry", "chain", "seal"))):
        assert {code for code, *_ in found(seal_file)} == {"04.lost", "03.gone", "06.moved"}


@pytest.mark.rule("AUD-03")
def test_a_chain_written_anew_is_found_through_a_seal(city, seal_file):
    with tampered(f"{ENTRY.format('reason = ' + chr(39) + 'x' + chr(39))}3"):
        chain = AuditChain.objects.get(org_unit__short_name=ENERGY)
        with without_guards():
            before = None
            for link in [Link(*row) for row in links() if row[0] == chain.pk]:
                honest = link._replace(previous=before or link.previous)
                before = link_digest(honest)
                values = {"previous_digest": honest.previous, "digest": before}
                AuditEntry.objects.filter(chain=chain, number=link.number).update(**values)
            AuditChain.objects.filter(pk=chain.pk).update(last_digest=before)
        assert [one[:2] for one in found(seal_file)] == [("03.rewritten", ENERGY)] * 3


@pytest.mark.rule("AUD-03", "AUD-04")
def test_every_rewriting_of_the_seals_is_found_and_named(city, seal_file):
    edited = "UPDATE accounts_auditseal SET {} WHERE number = 2"
    differs = ("04.differs", "seal file", 2)
    wanted = {
        edited.format("at = '2020-01-01 00:00:00+00'"): [("03.content", "seals", 2), differs],
        edited.format("heads = '{{}}'"): [("03.content", "seals", 2), differs],
        edited.format("digest = '0'"): [("03.content", "seals", 2), ("03.link", "seals", 3), differs],
        edited.format("previous_digest = '0'"): [("03.link", "seals", 2), ("03.content", "seals", 2), differs],
        "DELETE FROM accounts_auditseal WHERE number = 2": [("03.gap", "seals", 2), differs],
        "DELETE FROM accounts_auditseal WHERE number = 3": [("04.lost", "seal file", None)],
        "DELETE FROM accounts_auditseal": [("04.lost", "seal file", None)],
    }
    answers = {}
    for statement in wanted:
        with tampered(statement):
            answers[statement] = found(seal_file)
    assert answers == wanted


@pytest.mark.rule("AUD-04")
def test_every_rewriting_of_the_file_is_found_and_named(city, seal_file, tmp_path):
    one, two, three = seal_file.read_text().splitlines(keepends=True)
    files = {
        one + two.replace(DAY.isoformat(), "2020-01-01") + three: [("04.differs", "seal file", 2)],
        one + three: [("04.differs", "seal file", 2)],
        one + "x\n" + three: [("04.unreadable", "seal file", 2)],
        one: [("04.unfiled", "seal file", None)],
        "": [("04.unfiled", "seal file", None)],
        # the last seal may be just about to be filed
        one + two: [],
        one + two + three[:40]: [],
    }
    answers = {}
    copy = tmp_path / "copy"
    for text in files:
        copy.write_text(text)
        answers[text] = found(copy)
    assert answers == files


@pytest.mark.rule("AUD-04")
def test_an_older_copy_of_the_database_is_found_through_the_file_alone(city, seal_file, tmp_path):
    first = AuditSeal.objects.get(number=1)
    chain = "chain_id = (SELECT id FROM accounts_auditchain WHERE org_unit_id = {})"
    back = [
        statement
        for unit, (number, digest) in first.heads.items()
        for statement in (
            f"DELETE FROM accounts_auditentry WHERE number > {number} AND {chain.format(unit)}",
            f"UPDATE accounts_auditchain SET last_number = {number}, last_digest = '{digest}' WHERE org_unit_id={unit}",
        )
    ]
    with tampered(*back, "DELETE FROM accounts_auditseal WHERE number > 1"):
        assert list(trail_findings(tmp_path / "none")) == []
        answers = [(one.code, one.chain) for one in trail_findings(seal_file)]
        assert answers[0] == ("AUD-04.lost", "seal file")
        assert {"AUD-03.gone"} == {code for code, _chain in answers[1:]}
        assert ("AUD-03.gone", ENERGY) in answers
        assert seal(9) == 2


@pytest.mark.rule("AUD-05")
def test_a_trigger_dropped_disabled_exchanged_or_added_is_found(city, seal_file):
    kept = "accounts_auditentry_" + ("delete" if connection.vendor == "sqlite" else "kept")
    empty = "BEFORE DELETE ON accounts_auditentry BEGIN SELECT 1; END"
    statements = {
        "sqlite": {
            f"DROP TRIGGER {kept}": [("05.missing", kept, None)],
            f"DROP TRIGGER {kept}|CREATE TRIGGER {kept} {empty}": [("05.altered", kept, None)],
            f"CREATE TRIGGER other {empty}": [("05.foreign", "other", None)],
        },
        "postgresql": {
            f"DROP TRIGGER {kept} ON accounts_auditentry": [("05.missing", kept, None)],
            f"ALTER TABLE accounts_auditentry DISABLE TRIGGER {kept}": [("05.disabled", kept, None)],
            f"ALTER TABLE accounts_auditentry ENABLE TRIGGER {kept}": [("05.disabled", kept, None)],
            "CREATE OR REPLACE FUNCTION accounts_audit_forward() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NEW; END $$": [("05.altered", "accounts_auditchain_forward", None)],
        },
    }[connection.vendor]
    for statement, wanted in statements.items():
        with transaction.atomic():
            run(*statement.split("|"))
            assert found(seal_file) == wanted
            transaction.set_rollback(True)


@pytest.mark.rule("AUD-06")
def test_a_row_changed_behind_the_engines_back_is_found(city):
    task, draft = city.task(LEAF), city.task(ITEM).milestones.first()
    with transaction.atomic():
        run(
            f"UPDATE tasks_task SET status = 'closed' WHERE id = {task.pk}",
            f"UPDATE tasks_milestone SET status = 'accepted' WHERE id = {draft.pk}",
        )
        code, text = verify()
        assert code == 1
        assert f"task:{task.pk}: It stands" in text
        assert "It stands at “Closed”; its last recorded act left it at “Accepted”." in text
        assert f"milestone:{draft.pk}: It stands at “Accepted”; its last recorded act left it at “Planned”." in text
        assert "The audit trail is NOT whole" in text
        transaction.set_rollback(True)


@pytest.mark.rule("AUD-06")
def test_a_row_that_acts_tell_of_and_that_is_gone_is_found(city, seal_file):
    with tampered("UPDATE accounts_auditentry SET subject = 'task:987654' WHERE chain_id = {chain} AND number = 3"):
        assert ("06.gone", "task:987654") in [one[:2] for one in found(seal_file)]


def test_findings_name_chain_number_and_meaning(city, seal_file, tmp_path):
    with tampered(f"{ENTRY.format('reason = actor_name')}3"):
        code, text = verify("--format", "json")
    answer = json.loads(text)
    assert (code, answer["whole"], answer["more"]) == (1, False, False)
    (finding,) = answer["findings"]
    assert (finding["code"], finding["chain"], finding["number"]) == ("AUD-02.content", ENERGY, 3)
    assert finding["meaning"] == "The entry was edited after it was written."
    with pytest.raises(CommandError, match="no file"):
        verify("--seals", str(tmp_path / "none"))


@pytest.mark.django_db(transaction=True)
def test_verifying_holds_nobody_up_and_sees_one_moment(seal_file):
    city = staffed_city()

    def work():
        issue_all(city, DAY)
        connection.close()

    with one_view():
        before = AuditEntry.objects.count()
        somebody = threading.Thread(target=work)
        somebody.start()
        somebody.join()
        assert (found(seal_file), AuditEntry.objects.count()) == ([], before)
    assert AuditEntry.objects.count() > before
    assert verify()[0] == 0
