"""Many cases from a true one: its rows are copied within the database, each id made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, or_, select, text

from inthread.store.tables import metadata

_TAIL = 8
# Columns that name something and must stay unique, beside `id` and `..._id`.
_NAMES = {"ref", "reference", "natural_key", "digest", "token_digest", "return_ref", "subject"}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def bulk_engine(url: str) -> Engine:
    """Connections for filling a database nobody else uses yet: no fsync, no foreign key checks."""
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        return engine
    options = "-c session_replication_role=replica -c synchronous_commit=off"
    return create_engine(url, connect_args={"options": options})


def read_case(tx: Connection, case_id: str) -> Rows:
    """Every row of one case, by table: its own, its person's, and what hangs on those."""
    cases = metadata.tables["cases"]
    person = tx.execute(select(cases.c.person_id).where(cases.c.id == case_id)).scalar_one()
    known, found = {case_id, str(person)}, _hanging_on(tx, {case_id, str(person)})
    while new := {str(r["id"]) for rows in found.values() for r in rows if "id" in r} - known:
        known |= new
        found = _hanging_on(tx, known)
    return found


def _hanging_on(tx: Connection, ids: set[str]) -> Rows:
    found = {}
    for table in metadata.sorted_tables:
        keys = [c for c in table.c if c.foreign_keys or c.name in ("id", "case_id", "subject")]
        if keys:
            rows = tx.execute(select(table).where(or_(*(key.in_(ids) for key in keys))))
            found[table.name] = rows.mappings().all()
    return {name: rows for name, rows in found.items() if rows}


def copy_case(engine: Engine, rows: Rows, first: int, count: int) -> None:
    """Insert *count* copies, numbered from *first*: the last 8 characters of each id are the
    number, so that lengths and order hold."""
    with engine.begin() as tx:
        for table in metadata.sorted_tables:
            for row in rows.get(table.name, ()):
                _copy(tx, table, row, first, count)


def _copy(tx: Connection, table: Table, row: Mapping[str, Any], first: int, count: int) -> None:
    postgres = tx.dialect.name == "postgresql"
    number = f"lpad(i::text, {_TAIL}, '0')" if postgres else f"printf('%0{_TAIL}d', i)"
    numbers = (
        "SELECT generate_series(CAST(:first AS int), CAST(:last AS int)) AS i"
        if postgres
        else "WITH RECURSIVE s(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM s WHERE i < :last)"
        " SELECT i FROM s"
    )
    columns = [c for c in table.c if not (c.primary_key and c.autoincrement is True)]
    most = "greatest" if postgres else "max"
    chosen = [
        f'substr("{c.name}", 1, {most}(length("{c.name}") - {_TAIL}, 0)) || {number}'
        if _is_name(c.name) and isinstance(row[c.name], str)
        else f'"{c.name}"'
        for c in columns
    ]
    key = list(table.primary_key)
    same = " AND ".join(f'"{c.name}" = :key_{n}' for n, c in enumerate(key))
    names = ", ".join(f'"{c.name}"' for c in columns)
    tx.execute(
        text(
            f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(chosen)}'
            f' FROM "{table.name}", ({numbers}) AS numbers WHERE {same}'
        ),
        {"first": first, "last": first + count - 1,
         **{f"key_{n}": row[c.name] for n, c in enumerate(key)}},
    )


def _is_name(column: str) -> bool:
    named = column == "id" or column.endswith("_id") or column in _NAMES
    return named and column != "key_id"
