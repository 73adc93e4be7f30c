"""The chain of audit entries: sealed to each other, per organisation, in the caller's transaction."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditChain, AuditEntry
from accounts.rules.audit import GENESIS, entry_digest
from accounts.usecases.audit import record_act
from tests.factories import make_city, noon

AT = noon(dt.date(2025, 3, 3))
words = st.dictionaries(
    st.text(max_size=8), st.text(max_size=8) | st.integers() | st.booleans() | st.none(), max_size=5
)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.mark.rule("AUD-01")
@given(digests, words)
def test_digest_does_not_depend_on_the_order_of_keys(previous, content):
    turned = dict(reversed(content.items()))
    assert entry_digest(previous, content) == entry_digest(previous, turned)
    assert len(entry_digest(previous, content)) == 64


@pytest.mark.rule("AUD-01")
@given(digests, words, st.text(max_size=8), st.text(max_size=8))
def test_digest_changes_with_any_content_and_any_predecessor(previous, content, key, value):
    changed = {**content, key: value}
    if changed != content:
        assert entry_digest(previous, content) != entry_digest(previous, changed)
    assert entry_digest(previous, content) != entry_digest(GENESIS[:-1] + "x", content)


@pytest.mark.rule("AUD-01")
def test_digest_is_the_same_on_every_machine():
    assert (
        entry_digest(GENESIS, {"act": "核验", "number": 1})
        == "b36c9def927456e959e6e72fd1ade0c5ce02fc7f86d1038c7efd46702c87795a"
    )


def record(unit, **given):
    """Record an act of the unit and return its entry."""
    record_act(unit_id=unit.pk, actor_id=None, actor_name="测试", subject="task:1", act="test", at=AT, **given)
    return AuditEntry.objects.filter(chain__org_unit=unit).latest("number")


@pytest.mark.django_db
def test_entries_of_two_units_stand_in_two_chains():
    city = make_city()
    energy, transport = city.unit("energy"), city.unit("transport")
    entries = [record(energy), record(transport), record(energy, reason="再次")]
    assert [(entry.chain.org_unit.code, entry.number) for entry in entries] == [
        ("energy", 1),
        ("transport", 1),
        ("energy", 2),
    ]
    assert entries[2].previous_digest == entries[0].digest
    assert AuditChain.objects.get(org_unit=energy).last_digest == entries[2].digest


@pytest.mark.django_db
def test_entry_is_undone_with_the_act_it_tells_of():
    unit = make_city().unit("energy")
    with transaction.atomic():
        record(unit)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(subject="task:1").exists()
    assert record(unit).number == 1


@pytest.mark.django_db
def test_number_is_given_once_in_a_chain():
    entry = record(make_city().unit("energy"))
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


@pytest.mark.django_db
def test_entry_holds_what_its_digest_covers():
    details = {"名称": "验收", "n": 3, "parts": [1.5, None, True]}
    entry = record(make_city().unit("energy"), before="issued", after="in_progress", reason='"因" \\', details=details)
    content = {
        "number": entry.number,
        "at": entry.at.astimezone(dt.UTC).isoformat(),
        "actor": entry.actor_id,
        **{name: getattr(entry, name) for name in ("actor_name", "subject", "act", "before", "after", "reason")},
        "details": entry.details,
    }
    assert (entry.at, entry.details) == (AT, details)
    assert entry.digest == entry_digest(entry.previous_digest, content)
