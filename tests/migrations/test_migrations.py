"""From an empty database to the tables the code knows, on both kinds."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from inthread.runtime import utc_now
from inthread.store import schema
from inthread.store.db import Database
from inthread.store.tables import metadata
from tests.architecture.tree import ROOT

FOLDER = ROOT / "migrations"
VERSIONS = sorted((FOLDER / "versions").glob("*.py"))
HEAD = VERSIONS[-1].name.partition("_")[0]


@pytest.fixture
def bare(bare_db_url: str) -> Iterator[Database]:
    database = Database(bare_db_url)
    yield database
    database.dispose()


def _tables(db: Database) -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_an_empty_database_comes_to_head(bare: Database) -> None:
    before = schema.upgrade(bare, FOLDER)
    assert before == schema.Revision(None, HEAD, known=True)
    assert schema.revision(bare, FOLDER) == schema.Revision(HEAD, HEAD, known=True)
    assert _tables(bare) == {"alembic_version", *metadata.tables}


def test_the_migrated_database_is_what_the_code_knows(bare: Database) -> None:
    schema.upgrade(bare, FOLDER)
    with bare.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def _shape(db: Database) -> dict[str, object]:
    """Everything the database says of its tables, indexes and constraints, by name."""
    seen = inspect(db.engine)
    partial = "sqlite_where" if db.sqlite else "postgresql_where"
    return {
        table: {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)
            },
            "primary": seen.get_pk_constraint(table),
            "foreign": sorted(map(str, seen.get_foreign_keys(table))),
            "unique": sorted(map(str, seen.get_unique_constraints(table))),
            "checks": sorted(map(str, seen.get_check_constraints(table))),
            "indexes": sorted(
                (i["name"], tuple(i["column_names"]), i["unique"],
                 str(i.get("dialect_options", {}).get(partial)))
                for i in seen.get_indexes(table)
            ),
        }
        for table in metadata.tables
    }


def test_every_constraint_and_index_is_there(bare: Database) -> None:
    """`compare_metadata` looks at neither checks nor the conditions of indexes; this does, against
    tables made from the metadata in the same database."""
    schema.upgrade(bare, FOLDER)
    migrated = _shape(bare)
    metadata.drop_all(bare.engine)
    metadata.create_all(bare.engine)
    assert migrated == _shape(bare)


def test_what_is_promised_by_constraints_is_kept(bare: Database) -> None:
    """A live case without a next step is refused by the migrated database itself."""
    schema.upgrade(bare, FOLDER)
    now = utc_now()
    with bare.begin() as tx:
        tx.execute(metadata.tables["people"].insert().values(
            id="per_1", reference="CUST-1", name="Maya", created_at=now,
        ))
    case = {
        "id": "case_1", "reference": "INV-1", "workflow": "w", "workflow_version": 1,
        "workflow_hash": "h", "natural_key": "k", "person_id": "per_1", "facts": {}, "as_of": now,
        "state": "open", "attempt": 0, "done": [], "step": 0, "opened_at": now,
        "expires_at": now + timedelta(days=1), "version": 1,
    }
    with pytest.raises(IntegrityError, match="next_step"), bare.begin() as tx:
        tx.execute(metadata.tables["cases"].insert().values(case))
    with bare.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


def test_twice_changes_nothing(bare: Database) -> None:
    schema.upgrade(bare, FOLDER)
    assert schema.upgrade(bare, FOLDER).at == HEAD


def test_two_at_once_take_turns(bare: Database) -> None:
    found: list[object] = []

    def climb() -> None:
        own = Database(bare.url.render_as_string(hide_password=False))
        try:
            found.append(schema.upgrade(own, FOLDER).head)
        except Exception as trouble:  # noqa: BLE001 - whatever it was, it is compared below
            found.append(trouble)
        finally:
            own.dispose()

    threads = [threading.Thread(target=climb) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [HEAD] * 4
    assert schema.revision(bare, FOLDER).current


def test_a_database_of_a_newer_version_is_left_alone(bare: Database) -> None:
    schema.upgrade(bare, FOLDER)
    with bare.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (schema.upgrade, schema.demand_current):
        with pytest.raises(schema.NotMigrated, match=r"9999, which this version does not know"):
            act(bare, FOLDER)
    assert schema.revision(bare, FOLDER) == schema.Revision("9999", HEAD, known=False)


def test_an_empty_database_is_named(bare: Database) -> None:
    with pytest.raises(schema.NotMigrated) as refusal:
        schema.demand_current(bare, FOLDER)
    assert str(refusal.value) == (
        f"The database is empty and this version needs {HEAD}: run `inthread migrate`."
    )
    assert _tables(bare) == set()


def test_asking_makes_no_file(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new' / 'inthread.db'}")
    assert schema.revision(db, FOLDER).at is None
    assert list(tmp_path.iterdir()) == []
    schema.upgrade(db, FOLDER)
    assert schema.revision(db, FOLDER).current
    db.dispose()


def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    db = Database("postgresql+psycopg://inthread:hunter2@127.0.0.1:1/inthread")
    with pytest.raises(schema.Unreachable) as refusal:
        schema.revision(db, FOLDER)
    assert str(refusal.value).startswith("The database does not answer: ")
    assert "hunter2" not in str(refusal.value)
    db.dispose()


@pytest.mark.parametrize("bare_db_url", ["postgres"], indirect=True)
def test_a_migration_does_not_wait_for_ever_for_a_lock(bare: Database) -> None:
    """Another connection holds what the migration wants: it gives up, and nothing was changed."""
    with bare.read() as other:
        other.execute(text(f"SELECT pg_advisory_lock({schema._ADVISORY_LOCK})"))
        with pytest.raises(schema.NotChanged, match="lock timeout"):
            schema.upgrade(bare, FOLDER)
        other.execute(text("SELECT pg_advisory_unlock_all()"))
    assert _tables(bare) == set()


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_there_is_no_way_down(path: Path) -> None:
    functions = [
        node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)
    ]
    assert "upgrade" in functions
    assert "downgrade" not in functions


def test_migrations_are_numbered_one_after_the_other() -> None:
    numbers = [path.name.partition("_")[0] for path in VERSIONS]
    assert numbers == [f"{n:04d}" for n in range(1, len(VERSIONS) + 1)]


def test_a_migration_does_not_read_the_tables_of_today() -> None:
    """It says what was made then; the tables of the code go on changing."""
    assert [p.name for p in VERSIONS if "inthread" in p.read_text()] == []
