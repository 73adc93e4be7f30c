"""The services plugin: servers start, tests stay on this machine, and databases are the production ones."""

import socket

import psycopg
import pytest
import redis
from django.db import connection


@pytest.mark.postgres
def test_postgres_starts_with_an_empty_database(postgres_url):
    with psycopg.connect(postgres_url) as server:
        assert server.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone() == (0,)


@pytest.mark.redis
def test_redis_starts_empty(redis_url):
    with redis.Redis.from_url(redis_url) as server:
        assert server.dbsize() == 0


def test_no_test_reaches_another_host():
    with pytest.warns(UserWarning, match="connect"), pytest.raises(RuntimeError, match="allowed"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.django_db
def test_sqlite_runs_with_the_pragmas_of_production():
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        pragmas = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        timeout = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    assert (pragmas, timeout) == ({"journal_mode": "wal", "synchronous": 2}, 20_000)
    assert connection.transaction_mode == "IMMEDIATE"
