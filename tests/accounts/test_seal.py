"""The hourly seal: where every chain stands, in the database and in the file outside it."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditChain, AuditSeal
from accounts.queries.audit import links, seals
from accounts.rules.audit import GENESIS, Link, entry_digest, instant, link_digest, read_seal, seal_line
from accounts.usecases.audit import record_act
from accounts.usecases.seal import file_seals, seal_chains
from tasks.jobs.audit import seal as hourly_seal
from tests.factories import make_city, noon

AT = noon(dt.date(2025, 3, 3))
EPOCH = dt.datetime.fromisoformat("1970-01-01")
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
values = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
details = st.dictionaries(texts, values | st.lists(values, max_size=3), max_size=4)


def act(unit, **given):
    record_act(unit_id=unit.pk, actor_id=None, actor_name="测试", subject="unit:1", act="test", **{"at": AT, **given})


@pytest.mark.rule("AUD-01")
@given(st.integers(1), st.datetimes(min_value=EPOCH), texts, texts, details)
def test_a_stored_entry_has_the_digest_it_was_written_with(number, at, name, reason, said):
    content = {
        "number": number,
        "at": at.replace(tzinfo=dt.UTC).isoformat(),
        "actor": number,
        "actor_name": name,
        "subject": "task:1",
        "act": "issue",
        "before": "draft",
        "after": "issued",
        "reason": reason,
        "details": said,
    }
    for stored_at in (str(at), f"{at:%Y-%m-%d %H:%M:%S.%f}"):
        row = Link(
            1, number, stored_at, number, name, "task:1", "issue", "draft", "issued", reason, json.dumps(said), "", ""
        )
        assert link_digest(row._replace(previous=GENESIS)) == entry_digest(GENESIS, content)


@pytest.mark.rule("AUD-01")
@pytest.mark.parametrize(("column", "value"), [("act", b"x"), ("details", "{"), ("at", None), ("details", None)])
def test_what_can_be_no_entry_has_no_digest(column, value):
    row = Link(1, 1, "2025-03-03 04:00:00", None, "", "", "", "", "", "", "{}", GENESIS, "")
    assert (link_digest(row) == "", link_digest(row._replace(**{column: value}))) == (False, "")


def test_an_instant_is_spelt_as_when_it_was_sealed():
    assert instant("2025-03-03 04:00:00") == instant("2025-03-03 04:00:00.000000") == "2025-03-03T04:00:00+00:00"
    assert instant("2025-03-03 04:00:00.500000") == "2025-03-03T04:00:00.500000+00:00"


@pytest.mark.django_db
@pytest.mark.rule("AUD-02")
def test_what_any_details_and_instants_become_in_the_database_verifies():
    unit = make_city().unit("energy")
    for number, at in enumerate([AT, AT.replace(microsecond=500000), AT.replace(microsecond=7)]):
        act(
            unit,
            at=at,
            reason='"\\\n\u2028\x7f 因',
            details={"b": number, "a": [1.5, None, True, "é\x01"], "": {"z": {}}},
        )
    rows = [Link(*row) for row in links()]
    assert [link_digest(row) for row in rows] == [row.digest for row in rows]


@pytest.mark.django_db
@pytest.mark.rule("AUD-03")
def test_a_seal_notes_where_every_chain_stands():
    unit = make_city().unit("energy")
    act(unit)
    assert seal_chains(at=AT) == 1
    heads = {str(chain.org_unit_id): [chain.last_number, chain.last_digest] for chain in AuditChain.objects.all()}
    assert AuditSeal.objects.get().heads == heads
    assert seal_chains(at=AT + dt.timedelta(hours=1)) is None
    act(unit)
    assert seal_chains(at=AT + dt.timedelta(hours=2)) == 2
    first, second = seals()
    assert (first.previous, second.previous) == (GENESIS, first.digest)
    assert read_seal(seal_line(second)) == second


@pytest.mark.django_db
@pytest.mark.rule("AUD-04")
def test_the_file_is_brought_up_to_date_line_by_line(tmp_path):
    unit, path = make_city().unit("energy"), tmp_path / "seals.jsonl"
    for _ in range(3):
        act(unit)
        seal_chains(at=AT)
    assert file_seals(path) == 0
    whole = path.read_bytes()
    assert [read_seal(line) for line in whole.decode().splitlines()] == list(seals())
    for cut in (0, 40, len(whole) - 1):
        path.write_bytes(whole[:cut])
        assert (file_seals(path), path.read_bytes()) == (0, whole)
    path.write_bytes(whole + whole)
    assert (file_seals(path), path.read_bytes()) == (3, whole + whole)


@pytest.mark.django_db
@pytest.mark.rule("AUD-03")
def test_the_hourly_job_seals_and_says_loudly_that_the_database_is_older(settings, tmp_path, caplog):
    settings.SEAL_FILE = tmp_path / "seals.jsonl"
    make_city()
    hourly_seal()
    hourly_seal()
    line = settings.SEAL_FILE.read_text()
    assert (line.count("\n"), caplog.records) == (1, [])
    settings.SEAL_FILE.write_text(line * 2)
    hourly_seal()
    assert "knows 1 seals the database has lost" in caplog.text


@pytest.mark.parametrize("line", ["", "x", "{}", "[]", '{"number": 1}', '{"a": 1}'])
def test_what_is_no_seal_is_none(line):
    assert read_seal(line) is None
