"""The fixtures keep what they promise."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from inthread.store.db import Database
from inthread.store.tables import metadata
from tests.conftest import empty
from tests.loopback import OutsideError


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_gets_every_table_and_no_row(db: Database, time: str) -> None:
    with db.read() as tx:
        assert set(inspect(tx).get_table_names()) >= set(metadata.tables)
        rows = {t: tx.scalar(text(f'SELECT count(*) FROM "{t}"')) for t in metadata.tables}
    assert rows == dict.fromkeys(metadata.tables, 0)
    with db.engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO people (id, reference, name, locale, zone, created_at)"
                f" VALUES ('person_{time}', 'R', 'N', 'en', 'UTC', '2026-01-05 09:00:00')"
            )
        )


@pytest.mark.parametrize("time", ["first", "second"])
def test_numbers_start_at_one_again(db: Database, time: str) -> None:
    with db.engine.begin() as tx:
        seq = tx.execute(
            text(
                "INSERT INTO audit (subject, n, at, actor, event, detail, prev, hash) VALUES"
                " ('s', 1, '2026-01-05 09:00:00', 'a', 'e', '{}', '', '') RETURNING seq"
            )
        ).scalar()
    assert seq == 1


def test_a_transaction_left_open_harms_no_other_test(postgres_master: str) -> None:
    engine = create_engine(postgres_master)
    with engine.connect() as left:
        left.execute(text("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE"))
        empty(postgres_master)
        with pytest.raises(DBAPIError, match="terminat"):
            left.execute(text("SELECT 1"))
    engine.dispose()


def test_a_bare_database_has_no_table(bare_db_url: str) -> None:
    engine = create_engine(bare_db_url)
    tables = inspect(engine).get_table_names()
    engine.dispose()
    assert tables == []


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 80), ("::2", 80)])
def test_nothing_reaches_outside_this_machine(address: tuple[str, int]) -> None:
    with pytest.raises(OutsideError, match=r"is not loopback"):
        socket.create_connection(address, timeout=1)


def test_nothing_listens_to_the_world() -> None:
    with socket.socket() as server, pytest.raises(OutsideError, match=r"0\.0\.0\.0"):
        server.bind(("0.0.0.0", 0))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        assert client.getpeername() == server.getsockname()
