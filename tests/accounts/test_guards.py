"""The database refuses what would rewrite the audit trail, whoever asks and in whatever words."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditChain, AuditEntry, AuditSeal
from accounts.models.guards import GUARDS, install, remove
from accounts.queries.audit import found_guards, wanted_guards
from accounts.usecases.seal import seal_chains
from tests.factories import issue_all, make_city, noon
from tests.guards import run

DAY = dt.date(2025, 3, 3)
REWRITING = [
    "UPDATE accounts_auditentry SET reason = 'x' WHERE number = 2",
    "UPDATE accounts_auditentry SET at = at",
    "DELETE FROM accounts_auditentry WHERE number = 2",
    "DELETE FROM accounts_auditentry",
    "UPDATE accounts_auditseal SET heads = '{}'",
    "DELETE FROM accounts_auditseal",
    "UPDATE accounts_auditchain SET last_number = last_number - 1",
    "UPDATE accounts_auditchain SET org_unit_id = org_unit_id + 1000",
    "UPDATE accounts_auditchain SET id = id + 1000",
    "DELETE FROM accounts_auditchain",
]
OTHER_WORDS = {
    "sqlite": [
        "REPLACE INTO accounts_auditentry SELECT * FROM accounts_auditentry WHERE number = 1",
        "INSERT OR REPLACE INTO accounts_auditseal SELECT * FROM accounts_auditseal",
        "UPDATE OR REPLACE accounts_auditentry SET number = 1",
    ],
    "postgresql": [
        "TRUNCATE accounts_auditentry CASCADE",
        "TRUNCATE accounts_auditseal",
        "TRUNCATE accounts_auditchain CASCADE",
        # a session that plays a replica skips ordinary triggers
        "SET LOCAL session_replication_role = replica; DELETE FROM accounts_auditentry",
    ],
}


@pytest.fixture
def trail(db):
    """A city with some hundred acts, and a seal."""
    issue_all(make_city(), DAY)
    seal_chains(at=noon(DAY))
    connection.check_constraints()


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (AuditChain, AuditEntry, AuditSeal)]


@pytest.mark.rule("AUD-05")
def test_database_refuses_to_rewrite_the_trail_and_says_why(trail):
    before = everything()
    for statement in [*REWRITING, *OTHER_WORDS[connection.vendor]]:
        with pytest.raises(IntegrityError, match="append-only: .* refused.* record a new act"), transaction.atomic():
            run(*statement.split(";"))
    assert everything() == before


@pytest.mark.django_db
def test_every_trigger_is_in_place_after_all_migrations():
    assert found_guards() == wanted_guards()
    assert len(wanted_guards()) == len(GUARDS[connection.vendor])


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_undone_and_done_again():
    call_command("migrate", "accounts", "0001", verbosity=0)
    assert found_guards() == {}
    call_command("migrate", verbosity=0)
    assert found_guards() == wanted_guards()
    with connection.schema_editor() as editor:  # as the operator's manual says
        remove(None, editor)
        install(None, editor)
    assert found_guards() == wanted_guards()


@pytest.mark.django_db(transaction=True)
def test_flush_is_refused():
    make_city()
    with pytest.raises(CommandError):
        call_command("flush", interactive=False)
    assert AuditEntry.objects.exists()
