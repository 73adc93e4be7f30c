"""The engine as people run it: real worker, clock, broker, database and mail server, one of which dies."""

import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.conftest import World, wait_for
from tests.services import AbsentError, start_redis

pytestmark = pytest.mark.processes
DUE_DAY = ["energy_head@example.test", "energy_officer@example.test"]


def test_embedded_a_due_deadline_becomes_mail_without_any_call(world: World):
    worker = world.worker()
    wait_for(lambda: world.sql("SELECT 1 FROM tasks_enginerun WHERE job = 'sweep'"), 150, world.log)
    assert world.run("manage.py", "engine_check").returncode == 0
    world.fall_due()
    wait_for(lambda: len(world.sink.mails) >= 2, 150, world.log)
    assert world.told() == DUE_DAY
    assert world.sql("SELECT DISTINCT state FROM tasks_message WHERE state <> 'cancelled'") == [("sent",)]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0


def test_killed_in_the_middle_of_the_mail_nothing_is_lost(world: World):
    world.sql("UPDATE tasks_message SET state = 'ready'")
    world.sink.on_rcpt = lambda _address: wait_briefly() or "250 ok"
    worker = world.worker()
    wait_for(lambda: len(world.sink.mails) >= 10, 150, world.log)
    worker.kill()
    worker.wait()
    assert world.sql("SELECT count(*) FROM tasks_message WHERE state = 'sent'")[0][0] < 60
    # lease and doubt run out
    world.sql("UPDATE tasks_message SET lease_until = '2020-01-01 00:00:00' WHERE state IN ('sending', 'data')")
    world.worker()
    wait_for(lambda: world.sql("SELECT count(*) FROM tasks_message WHERE state = 'sent'") == [(60,)], 150, world.log)
    mails = Counter(world.sink.mails)
    assert {address for address, _body in mails} == {f"p{number}@example.test" for number in range(60)}
    assert len(mails) == 60  # a repetition has the same bytes
    assert sum(mails.values()) <= 61  # and there is one at most


def wait_briefly() -> None:
    subprocess.run(["sleep", "0.05"], check=True)


def test_a_mail_server_that_comes_back_gets_everything_once(world: World):
    world.sql("UPDATE tasks_message SET state = 'ready'")
    world.sink.greeting = "421 not now"
    world.worker()
    alarm = "SELECT count(*), max(error) FROM tasks_enginerun WHERE job = 'deliver' AND error <> ''"
    wait_for(lambda: world.sql(alarm)[0][0], 150, world.log)
    assert world.sql("SELECT sum(attempts) FROM tasks_message") == [(0,)]
    world.sink.greeting = "220 back"
    wait_for(lambda: len(world.sink.mails) >= 60, 150, world.log)
    assert len(set(world.told())) == len(world.told()) == 60
    count, error = world.sql(alarm)[0]
    assert (count, "421 not now" in error) == (1, True)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A Redis that this test may stop: its folder and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "redis"
    folder.mkdir()
    try:
        start_redis(folder, port)
    except AbsentError as absent:
        pytest.skip(str(absent))
    yield folder, port
    stop_redis(port)


def stop_redis(port: int) -> None:
    subprocess.run(["redis-cli", "-p", str(port), "SHUTDOWN", "NOSAVE"], check=False, capture_output=True)


@pytest.mark.redis
@pytest.mark.postgres
def test_with_redis_a_due_deadline_becomes_mail_without_any_call(postgres_world: World, redis_url: str):
    world = postgres_world
    world.environment["CELERY_BROKER_URL"] = redis_url
    world.worker()
    world.clock()
    world.fall_due()
    wait_for(lambda: len(world.sink.mails) >= 2, 150, world.log)
    assert world.told() == DUE_DAY


@pytest.mark.redis
def test_redis_stopped_and_started_again_the_engine_catches_up(world: World, own_redis: tuple[Path, int]):
    folder, port = own_redis
    world.environment["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{port}/0"
    processes = [world.worker(), world.clock()]
    wait_for(lambda: world.sql("SELECT 1 FROM tasks_enginerun WHERE job = 'sweep'"), 150, world.log)
    stop_redis(port)
    world.fall_due()
    wait_for(lambda: "onnection" in world.log() and "rror" in world.log(), 150, world.log)
    assert world.sink.mails == []
    start_redis(folder, port)
    wait_for(lambda: len(world.sink.mails) >= 2, 150, world.log)
    assert world.told() == DUE_DAY
    assert [process.poll() for process in processes] == [None, None]
